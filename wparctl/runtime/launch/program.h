/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own program as WPARs have it: by a name of its own for each build,
 * /var/lib/wpars/programs/ID. An upgrade replaces /usr/sbin/wparctl while WPARs run it as their
 * first process; a mounted file that is gone from its folder could be in no checkpoint.
 */
#pragma once

#include "lpard/common/error.h"

#include <limits.h>
#include <stdbool.h>

/*
 * wpar_program_keep - the path of this program that stays; made when it is not there
 * Where it cannot be kept (no build-id, a read-only or noexec /var) it is where it lies now.
 */
int wpar_program_keep(char ret[PATH_MAX], struct par_error **err);

/* wpar_program_kept - the path of the build @id (hexadecimal), or false: it is not kept here */
bool wpar_program_kept(const char *id, char ret[PATH_MAX]);
