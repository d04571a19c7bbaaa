/* SPDX-License-Identifier: Apache-2.0 */
/* The base directory that a new WPAR is to have: is it free? */
#pragma once

#include "wparctl/spec/spec.h"

/* wpar_directory_expect_kept - PAR_E_NOT_FOUND unless something lies in it (mkwpar -p) */
int wpar_directory_expect_kept(const char *directory, struct par_error **err);

/*
 * wpar_directory_choose - see that s->directory is free, or (@another, mkwpar -a) set it to the
 * first free one of /wpars/NAME_1, /wpars/NAME_2, …
 * PAR_E_EXISTS when there is none; PAR_E_INVALID_ARGUMENT when one cannot be looked at.
 */
int wpar_directory_choose(struct wpar_spec *s, bool another, struct par_error **err);
