/* SPDX-License-Identifier: Apache-2.0 */
/* The level of the operating system that this program runs in. */
#pragma once

#include <stdbool.h>

#define WPAR_LEVEL_MAX 64

/*
 * wpar_level_here - "12.11": Debian's own file says more than its os-release, which has "12"
 * False: it is not known.  The text comes from a file, and may have any bytes.
 */
bool wpar_level_here(char ret[WPAR_LEVEL_MAX]);
