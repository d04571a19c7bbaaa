/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a checkpoint can go on here: every test with the value there, the value here and a
 * remedy, all of them and not the first that fails.  Pure.
 */
#pragma once

#include "wparctl/checkpoint/ckpt_manifest.h"
#include "wparctl/checkpoint/mapped_here.h"
#include "wparctl/spec/spec.h"

struct wpar_ckpt_row {
	const char *test;   /* a word: "page-size" */
	char *there, *here; /* there: "" for a test of this LPAR alone */
	bool required;	    /* else a warning */
	bool fits;
	const char *remedy; /* what to do when it does not; a sentence */
};

struct wpar_ckpt_fit {
	struct wpar_ckpt_row *v;
	size_t n;
	bool failed; /* memory ran out */
};

#define auto_ckpt_fit par_cleanup(wpar_ckpt_fit_done) struct wpar_ckpt_fit
void wpar_ckpt_fit_done(struct wpar_ckpt_fit *f);

/* wpar_ckpt_fit_lpar - can an LPAR like @here take and restore checkpoints at all? */
void wpar_ckpt_fit_lpar(const struct wpar_ability *here, struct wpar_ckpt_fit *f);

/*
 * wpar_ckpt_fit_manifest - can @m go on in @here, as the WPAR that @s defines here?
 * @then	m->specification, parsed
 */
void wpar_ckpt_fit_manifest(const struct wpar_ckpt_manifest *m, const struct wpar_spec *then,
			    const struct wpar_ability *here, const struct wpar_spec *s,
			    struct wpar_ckpt_fit *f);

/*
 * wpar_ckpt_fit_program - is the build of our program here that the processes of @m run?
 * @kept	its path here; NULL: it is not kept
 */
void wpar_ckpt_fit_program(const struct wpar_ckpt_manifest *m, const char *kept,
			   struct wpar_ckpt_fit *f);

/* wpar_ckpt_fit_image - is the image of a versioned WPAR @s in the store, which @there says? */
void wpar_ckpt_fit_image(const struct wpar_spec *s, bool there, struct wpar_ckpt_fit *f);

/*
 * wpar_ckpt_fit_mapped - are the files that processes of @m have mapped the same in this LPAR?
 * @here	of mapped_here.h, one for each
 * A row for each that differs; our own program is another matter (wpar_ckpt_fit_program()).
 */
void wpar_ckpt_fit_mapped(const struct wpar_ckpt_manifest *m, const struct wpar_mapped_here *here,
			  struct wpar_ckpt_fit *f);

/* wpar_ckpt_fit_clock - @now_ms: CLOCK_REALTIME here */
void wpar_ckpt_fit_clock(const struct wpar_ckpt_manifest *m, uint64_t now_ms,
			 struct wpar_ckpt_fit *f);

/* wpar_ckpt_fit_spec - can a WPAR with this specification be checkpointed? */
void wpar_ckpt_fit_spec(const struct wpar_spec *s, struct wpar_ckpt_fit *f);

/* wpar_ckpt_fit_print - a table */
void wpar_ckpt_fit_print(const struct wpar_ckpt_fit *f, struct par_buf *out);

/* wpar_ckpt_fit_json - the rows as an array; -ENOMEM */
int wpar_ckpt_fit_json(const struct wpar_ckpt_fit *f, struct par_buf *out);

/*
 * wpar_ckpt_fit_verdict - PAR_E_NOT_SUPPORTED when one that is required does not fit: how many, and
 * the first with what to do
 * @what	"workload partition 'x' cannot be checkpointed"
 */
int wpar_ckpt_fit_verdict(const struct wpar_ckpt_fit *f, const char *what, struct par_error **err);
