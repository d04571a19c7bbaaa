/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a system image will work in WPARs of this system: what lsmksysb says before one is made.
 */
#pragma once

#include "wparctl/archive/scan.h"
#include "wparctl/versioned/image_data.h"
#include "wparctl/versioned/runs.h"

/* What this system has. */
struct wpar_here {
	const char *machine; /* uname -m */
	const char *kernel;  /* uname -r */
	uint64_t page_size;  /* bytes */
	uint64_t free_kib;   /* where images are unpacked */
	bool vsyscall;	     /* x86_64: the page that C libraries of before 2011 call */
	const struct wpar_run_facts *runs; /* how programs of another machine run */
};

enum wpar_fit {
	WPAR_FIT_OK,
	WPAR_FIT_NOTE, /* it works, and the administrator is to know something */
	WPAR_FIT_NO,
};

/* One aspect: the value in the image, the value here, and what follows. */
struct wpar_fit_row {
	enum wpar_fit fit;
	const char *aspect;
	char *image, *here; /* NULL: nothing to compare */
	char *text;	    /* what will happen and what to do; NULL: nothing to say */
	bool later;	    /* mkwpar sees it in the image itself, and says it then */
};

struct wpar_fit_rows {
	struct wpar_fit_row *v;
	size_t n;
};

#define auto_fit par_cleanup(wpar_fit_done) struct wpar_fit_rows

void wpar_fit_done(struct wpar_fit_rows *r);

/*
 * wpar_fit_plan - pure: all aspects, those that are fine too
 * @data	NULL: the image has no (valid) image.data
 * @why		why it has none; with @data NULL
 * Errors: PAR_E_NO_MEMORY.
 */
int wpar_fit_plan(const struct wpar_scan *scan, const struct wpar_image_data *data, const char *why,
		  const struct wpar_here *here, struct wpar_fit_rows *ret, struct par_error **err);

/* wpar_fit_worst - the verdict of all rows together */
enum wpar_fit wpar_fit_worst(const struct wpar_fit_rows *r);

/* wpar_fit_word - "ok", "note", "no" */
const char *wpar_fit_word(enum wpar_fit fit);

/* wpar_architecture_same - two names of uname, Debian or Go for the same? "amd64", "x86_64" */
bool wpar_architecture_same(const char *a, const char *b);

/* wpar_fit_architecture - of the programs of an image; it is @scan's or @data's, or "unknown" */
const char *wpar_fit_architecture(const struct wpar_scan *scan, const struct wpar_image_data *data);

/*
 * wpar_architecture_fit - pure: can programs of that architecture run here?
 * For lsmksysb and mkwpar; a start asks the same of wpar_interpreters_find().
 * @ret_text	what will happen and what to do, the caller frees; NULL: nothing to say
 * Errors: PAR_E_NO_MEMORY.
 */
int wpar_architecture_fit(const char *architecture, const struct wpar_here *here,
			  enum wpar_fit *ret_fit, char **ret_text, struct par_error **err);
