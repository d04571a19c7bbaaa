/* SPDX-License-Identifier: Apache-2.0 */
/* What rmwpar -p keeps beside the files: which ids those on servers have, and where they are. */
#pragma once

#include "wparctl/spec/spec.h"

/*
 * wpar_kept_note - before @s is removed with rmwpar -p: its specification is put aside when file
 * systems of it are on servers; else nothing is done.  Errors: PAR_E_SYSTEM, PAR_E_NO_SPACE.
 */
int wpar_kept_note(const struct wpar_spec *s, struct par_error **err);

/*
 * wpar_kept_take - for mkwpar -p: @s, with name and directory, gets the nfs file systems that were
 * kept and that it has not, and asks for the same ids (wpar_id_range_pick()).  Nothing was put
 * aside: nothing is done.  Errors: those of reading a specification.
 */
int wpar_kept_take(struct wpar_spec *s, struct par_error **err);

/* wpar_kept_forget - it is made again, or removed with all that it had */
void wpar_kept_forget(const char *name);
