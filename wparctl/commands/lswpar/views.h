/* SPDX-License-Identifier: Apache-2.0 */
/* What lswpar lists: views (general, networks, mounts …) and their fields, by table. */
#pragma once

#include "lpard/common/cmd.h"
#include "wparctl/runtime/runtime.h"

/* One WPAR to be listed. */
struct wpar_ls_wpar {
	struct wpar_spec spec;
	enum wpar_state state;
};

/* One line of a view: the WPAR and, in views with several lines each, which. */
struct wpar_ls_row {
	const struct wpar_ls_wpar *wpar;
	size_t index;
};

struct wpar_ls_field {
	const char *name;    /* of -a and the delimited header: "rootvgwpar" */
	const char *heading; /* of tables: "RootVG WPAR" */
	const char *label;   /* of paragraphs: "RootVG WPAR:"; NULL: not shown there */
	void (*put)(const struct wpar_ls_row *row, struct par_buf *b);
	bool claimed;	/* it is in a claim (spec/claim.h): the specification need not be read */
	bool versioned; /* paragraphs: a line of versioned WPARs only */
};

enum wpar_ls_layout {
	WPAR_LS_TABLE,	   /* a column line, a rule, a line each */
	WPAR_LS_PARAGRAPH, /* "Label:   value" */
};

struct wpar_ls_view {
	char flag;	   /* 'G', 'N' …; 0: the default view */
	const char *title; /* of the section in -L: "NETWORK" */
	const char *json;  /* key of the list in --json; NULL: the fields stand in the object */
	enum wpar_ls_layout layout;
	const struct wpar_ls_field *fields;
	size_t n_fields;
	size_t n_default;	      /* fields shown without -a, from the first */
	unsigned int value_column;    /* paragraphs */
	const unsigned char *columns; /* -L tables: where each field but the name starts */
	size_t (*count)(const struct wpar_ls_wpar *w); /* lines of a WPAR; NULL: one */
};

extern const struct wpar_ls_view wpar_ls_views[];
extern const size_t wpar_ls_n_views;

const struct wpar_ls_view *wpar_ls_view_find(char flag);
/* wpar_ls_view_count - lines that @w has in @view */
size_t wpar_ls_view_count(const struct wpar_ls_view *view, const struct wpar_ls_wpar *w);

/* What to print and how. */
struct wpar_ls_request {
	const struct wpar_ls_view *view;
	const struct wpar_ls_field *const *fields; /* NULL-terminated */
	const char *delimiter;
	bool quiet;
	const struct wpar_ls_wpar *wpars;
	size_t n_wpars;
};

void wpar_ls_print_table(const struct wpar_ls_request *q, FILE *out);
void wpar_ls_print_delimited(const struct wpar_ls_request *q, FILE *out);
void wpar_ls_print_paragraphs(const struct wpar_ls_request *q, FILE *out);
void wpar_ls_print_everything(const struct wpar_ls_request *q, FILE *out);
void wpar_ls_print_json(const struct wpar_ls_request *q, FILE *out);

/* wpar_ls_type_letter - S, A, or L for a versioned WPAR */
char wpar_ls_type_letter(const struct wpar_spec *s);
