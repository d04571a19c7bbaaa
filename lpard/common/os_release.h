/* SPDX-License-Identifier: Apache-2.0 */
/* os-release(5): what a system says of itself. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define PAR_OS_RELEASE_MAX 65536 /* bytes that are read of such a file */

/*
 * par_os_release_value - the first value of a name, without its quotes
 * @text	of the file; NULL has nothing
 * @ret		cut off after @size - 1 bytes; "" when there is none
 * Returns whether there is one with something in it.
 */
bool par_os_release_value(const char *text, const char *name, char *ret, size_t size);
