/* SPDX-License-Identifier: Apache-2.0 */
/* Names of files that are asked for of a backup. */
#pragma once

#include "lpard/common/error.h"

#include <stddef.h>

/*
 * wpar_backup_check_names - may a backup have them, and can it be asked for so many?
 * @names	as a user has given them: those inside, with or without "/" or "./" in front
 * Errors: PAR_E_INVALID_ARGUMENT, PAR_E_TOO_LARGE.
 */
int wpar_backup_check_names(char *const *names, size_t n, struct par_error **err);
