/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes that are given by what is added to them: -M directory=/home size=+64M. */
#pragma once

#include "lpard/common/cmd.h"
#include "wparctl/spec/spec.h"

/*
 * wpar_relative_sizes - the groups of -M with each size=+N and size=-N as what it comes to
 * @s	the WPAR as it is
 * @texts	owns the new pairs; @ret refers to it and to @given, and its arrays are the caller's
 *		(wpar_groups_done)
 * Errors: PAR_E_NOT_FOUND (no such file system), PAR_E_INVALID_ARGUMENT (its size has no limit, or
 * nothing would be left).
 */
int wpar_relative_sizes(const struct par_groups *given, const struct wpar_spec *s,
			struct par_strv *texts, struct par_groups *ret, struct par_error **err);

/* wpar_groups_done - frees the arrays */
void wpar_groups_done(struct par_groups *g);
