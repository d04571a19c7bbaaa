/* SPDX-License-Identifier: Apache-2.0 */
/* -f FILE of syncwpar and migwpar: names of WPARs, one on each line. */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

/*
 * wpar_names_of_file - appended to @ret; blanks around a name, empty lines and remarks count for
 * nothing: lines that begin with #, or with * as in AIX's own files
 * Errors: PAR_E_NOT_FOUND, PAR_E_SYSTEM, PAR_E_INVALID_ARGUMENT (there is none in it).
 */
int wpar_names_of_file(const char *path, struct par_strv *ret, struct par_error **err);
