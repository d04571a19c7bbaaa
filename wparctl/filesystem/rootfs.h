/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The private root of a system WPAR: plain directories, ids on disk as inside, copied from a
 * template that is made once from the LPAR's own root part, without its secrets.
 */
#pragma once

#include "wparctl/runtime/runtime.h"

/* wpar_rootfs_complete - was the last wpar_rootfs_create() of that name finished? */
bool wpar_rootfs_complete(const char *name);

/* wpar_template_path - make the template if it is not there; caller frees; NULL with *err */
char *wpar_template_path(struct par_error **err);
