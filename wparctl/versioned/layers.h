/* SPDX-License-Identifier: Apache-2.0 */
/* Internal to versioned/: helpers that its files share. */
#pragma once

#include "wparctl/spec/spec.h"

/* wpar_remove_tree - a folder of ours with all in it, no link followed; not there: 0 */
int wpar_remove_tree(const char *path, struct par_error **err);

/* wpar_program_beside - an executable at @name seen from this program's folder; NULL: none there */
char *wpar_program_beside(const char *name);
