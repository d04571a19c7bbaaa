/* SPDX-License-Identifier: Apache-2.0 */
/* Argument and environment strings of the SRC, cut into words as a shell does. */
#pragma once

#include "lpard/common/str.h"

/*
 * wpar_split - blanks part the words; single quotes, double quotes and backslashes keep them
 * Nothing else of a shell has a meaning.  Words are appended to @ret.  Returns 0, -EINVAL (quotes
 * that do not match, a backslash at the end) or -ENOMEM.
 */
int wpar_split(const char *text, struct par_strv *ret);
