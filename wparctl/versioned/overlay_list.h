/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The overlay list: which files of a versioned WPAR are this system's.  Rows are ours (overlay.def)
 * and, behind them, an administrator's in /etc/wpars/overlay, in the form that odmget prints:
 *
 *	file_overlay:
 *		path = "/usr/bin/iotop"
 *		program = "/usr/sbin/iotop"
 *		os = "debian"
 *		level = "10"
 *		reason = "…"
 *
 * os and level say for which old systems a row is: an image's OSID, and its OSLEVEL or the
 * beginning of that ("10" is 10 and 10.13, and not 101).  Of rows for one path the last counts;
 * action = "remove" leaves the image's own file.
 */
#pragma once

#include "wparctl/spec/spec.h"

#define WPAR_OVERLAY_FILE WPAR_CONFIG_DIR "/overlay"
#define WPAR_OVERLAY_OWN  "wparctl" /* as a program: our own command of the path's name */
#define WPAR_OVERLAY_ANY  "*"	    /* as os or level: all */

enum wpar_overlay_from {
	WPAR_OVERLAY_REPLACE,
	WPAR_OVERLAY_ALWAYS, /* ours, and not to be changed */
	WPAR_OVERLAY_ADD,    /* ours, where the image has none */
	WPAR_OVERLAY_ADMINISTRATOR,
};

struct wpar_overlay_row {
	enum wpar_overlay_from from;
	bool remove;
	char *path;	  /* in the old system */
	char *program;	  /* of this system, or WPAR_OVERLAY_OWN */
	char *os, *level; /* WPAR_OVERLAY_ANY: all */
	char *reason;
};

struct wpar_overlay {
	struct wpar_overlay_row *v;
	size_t n;
};

#define auto_overlay par_cleanup(wpar_overlay_done) struct wpar_overlay

void wpar_overlay_done(struct wpar_overlay *o);

/*
 * wpar_overlay_load - our rows and those of the administrator's file, in their order
 * Errors: PAR_E_CORRUPT (the file and its line are named), PAR_E_SYSTEM.
 */
int wpar_overlay_load(struct wpar_overlay *ret, struct par_error **err);

/* wpar_overlay_load_file - the administrator's rows alone */
int wpar_overlay_load_file(struct wpar_overlay *ret, struct par_error **err);

/* wpar_overlay_builtin - our rows alone */
int wpar_overlay_builtin(struct wpar_overlay *ret, struct par_error **err);

/*
 * wpar_overlay_parse - append the rows of a text; errors begin with the line's number
 * wpar_overlay_write - the text of a row, with the class' name and a line of nothing above it, as
 * odmget prints it; @action: an administrator's file has that, too
 */
int wpar_overlay_parse(const char *text, size_t len, struct wpar_overlay *ret,
		       struct par_error **err);
int wpar_overlay_write(const char *class, const struct wpar_overlay_row *row, bool action,
		       struct par_buf *out);

/*
 * wpar_overlay_check - the rules of a row: plain absolute paths, one that may be changed, a reason
 * of one line, and a program of ours only by a name that we have inside; PAR_E_INVALID_ARGUMENT
 */
int wpar_overlay_check(const struct wpar_overlay_row *row, struct par_error **err);

/* wpar_overlay_add - append a copy of a row; -ENOMEM */
int wpar_overlay_add(struct wpar_overlay *o, const struct wpar_overlay_row *row);

/* wpar_overlay_same_path - do both mean one file, in /usr/bin or, of older systems, in /bin? */
bool wpar_overlay_same_path(const char *a, const char *b);

/* wpar_overlay_is_for - is the row for this old system? */
bool wpar_overlay_is_for(const struct wpar_overlay_row *row, const struct wpar_version *v);

/*
 * wpar_overlay_choose - of @all the rows that count, each path once
 * @v	for this old system; NULL: as a list for all, each path once for an os and a level
 */
int wpar_overlay_choose(const struct wpar_overlay *all, const struct wpar_version *v,
			struct wpar_overlay *ret, struct par_error **err);

/* wpar_overlay_of - load and choose: the list of one old system */
int wpar_overlay_of(const struct wpar_version *v, struct wpar_overlay *ret, struct par_error **err);

/* wpar_overlay_other_place - "/bin/df" for "/usr/bin/df"; caller frees; NULL: no such place */
char *wpar_overlay_other_place(const char *path);
