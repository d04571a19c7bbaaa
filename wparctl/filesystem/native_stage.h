/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The base directory of a versioned WPAR becomes that of a native one.  The native root is made in
 * BASE/.migwpar/new, with the old system's files in BASE/.migwpar/old meanwhile; nothing else is
 * touched.  Then the mark of the root says "migrating", the native specification is saved, and from
 * there on it can only go on: wpar_native_stage_take(), which is done again after a kill.
 */
#pragma once

#include "wparctl/spec/spec.h"

struct wpar_native_stage {
	int fresh; /* the new root, empty */
	int old;   /* an empty folder */
};

#define WPAR_NO_STAGE ((struct wpar_native_stage){ -1, -1 })

/*
 * wpar_native_stage_begin - make the stage, in the place of one that a killed command has left
 * @s	the versioned WPAR, which does not run
 * The image that it is of is noted there.  Errors: PAR_E_NO_SPACE, PAR_E_SYSTEM.
 */
int wpar_native_stage_begin(const struct wpar_spec *s, struct wpar_native_stage *ret,
			    struct par_error **err);
void wpar_native_stage_close(struct wpar_native_stage *t);

/*
 * wpar_native_stage_check - before the specification is saved: all names of the new root are free
 * in the base directory, and all of it is on the disk.  PAR_E_EXISTS, PAR_E_SYSTEM.
 */
int wpar_native_stage_check(const struct wpar_spec *s, struct par_error **err);

/* wpar_native_stage_undo - the versioned WPAR is what it was */
void wpar_native_stage_undo(const struct wpar_spec *s);

/* wpar_native_stage_take - the old layers go aside, and what is new comes to its place */
int wpar_native_stage_take(const struct wpar_spec *s, struct par_error **err);

/* wpar_native_stage_image - the digest of the image that it was of; NULL: it is not noted */
char *wpar_native_stage_image(const struct wpar_spec *s);

/* wpar_native_stage_end - the old layers are removed, and the base directory is complete */
int wpar_native_stage_end(const struct wpar_spec *s, struct par_error **err);
