/* SPDX-License-Identifier: Apache-2.0 */
/* What a backup leaves out: a file of patterns. */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

/*
 * wpar_patterns_read - a pattern of grep on each line of the file @path, which must be root's alone
 * Errors: PAR_E_NOT_FOUND (there is no such file), those of wpar_config_read(), PAR_E_NO_MEMORY.
 */
int wpar_patterns_read(const char *path, struct par_strv *ret, struct par_error **err);
