/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sizes of a WPAR's own file systems (-M size=), held by project quotas of the file system that
 * its base directory lies on: each directory is a project of its own.  Where the kernel keeps no
 * such quotas nothing is limited, and a size that was asked for is refused.
 */
#pragma once

#include "wparctl/spec/spec.h"

/* A directory, or two of a versioned WPAR, that is counted and limited as one. */
struct wpar_size {
	const char *directory; /* inside; of the specification */
	const char *paths[2];  /* below the base directory, "" itself; NULL: no more */
	uint32_t project;
	uint64_t mib; /* 0: not limited */
	bool given;   /* by the specification, and not by default */
};

struct wpar_sizes {
	struct wpar_size *v;
	size_t n;
};

#define auto_sizes par_cleanup(wpar_sizes_done) struct wpar_sizes

void wpar_sizes_done(struct wpar_sizes *z);

/* wpar_sizes_plan - those of @s, each after those that it lies in; pure; refers to @s; -ENOMEM */
int wpar_sizes_plan(const struct wpar_spec *s, struct wpar_sizes *ret);

/*
 * wpar_sizes_check - before anything is made: can the sizes that @s was given hold?
 * Errors: PAR_E_NOT_SUPPORTED: not on the file system of its base directory.
 */
int wpar_sizes_check(const struct wpar_spec *s, struct par_error **err);

/*
 * wpar_sizes_begin / _end - before and after the empty base directory @top is filled: each file is
 * counted from its birth, and then the sizes hold
 * Errors: PAR_E_NO_SPACE (the new WPAR is larger than it may be), PAR_E_SYSTEM.
 */
int wpar_sizes_begin(int top, const struct wpar_spec *s, struct par_error **err);
int wpar_sizes_end(int top, const struct wpar_spec *s, struct par_error **err);

/*
 * wpar_sizes_change - from here on the sizes of @s hold for a WPAR that is there, and may run
 * @before	the specification so far; NULL: none, the files are counted for nobody
 * What a killed command has left is put right.
 * Errors: PAR_E_NO_SPACE (there is more in it than @s allows; nothing has changed), PAR_E_SYSTEM.
 */
int wpar_sizes_change(const struct wpar_spec *before, const struct wpar_spec *s,
		      struct par_error **err);

/*
 * wpar_sizes_release - give the projects of @s back, before its ids are
 * @keep	the files stay (rmwpar -p): they belong to no project any more
 */
int wpar_sizes_release(const struct wpar_spec *s, bool keep, struct par_error **err);
