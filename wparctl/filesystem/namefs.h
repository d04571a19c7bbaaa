/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Directories of the global environment that a WPAR gets (-M vfs=namefs dev=DIRECTORY).  A folder
 * on the way may belong to another WPAR, which may put a link or another directory in its place; so
 * links are not followed, and the specification notes which directory it was.
 */
#pragma once

#include "wparctl/filesystem/mount_plan.h"

struct wpar_claims;

/*
 * wpar_namefs_note - look at the sources of namefs mounts and note each in the specification
 * @all	those too that have been noted before, elsewhere or by another WPAR
 * Errors: PAR_E_NOT_FOUND (none there), PAR_E_INVALID_ARGUMENT (no directory, or behind a link),
 * PAR_E_NOT_PERMITTED (writable, and other users reach it: shield.h).
 */
int wpar_namefs_note(struct wpar_spec *s, bool all, struct par_error **err);

/*
 * wpar_namefs_open - the source of a bind, if it still is what was noted; O_PATH
 * @object	what was noted, or NULL
 * Errors: as above, and PAR_E_NOT_PERMITTED when it is another one.
 */
int wpar_namefs_open(const char *source, const char *object, struct par_error **err);

/*
 * wpar_plan_check - before a start, in the global environment's own mount namespace: all that the
 * WPAR may write to and the layers of its image are out of other users' reach
 */
int wpar_plan_check(const struct wpar_mount_plan *p, struct par_error **err);
/* wpar_plan_check_op - the same of one step of @p */
int wpar_plan_check_op(const struct wpar_mount_plan *p, const struct wpar_mount_op *op,
		       struct par_error **err);

/* wpar_namefs_is_shared - is it the LPAR's own /usr or /opt, which every WPAR shares? */
bool wpar_namefs_is_shared(const char *source);

/*
 * wpar_namefs_check_others - of a versioned WPAR: nothing that it is given belongs to another one
 * @self	the name that it has now, where @s gives it another; NULL
 * Errors: PAR_E_NOT_PERMITTED; PAR_E_NO_MEMORY.
 */
int wpar_namefs_check_others(const struct wpar_spec *s, const struct wpar_claims *others,
			     const char *self, struct par_error **err);
/* wpar_namefs_check_start - the same before a start: the other one may have been made later */
int wpar_namefs_check_start(const struct wpar_spec *s, struct par_error **err);
