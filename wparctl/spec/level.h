/* SPDX-License-Identifier: Apache-2.0 */
/* Levels of operating systems: that of this one, and which of two is the older. */
#pragma once

#include <stdbool.h>

#define WPAR_LEVEL_MAX 64

/*
 * wpar_level_here - "12.11": Debian's own file says more than its os-release, which has "12"
 * False: it is not known.  The text comes from a file, and may have any bytes.
 */
bool wpar_level_here(char ret[WPAR_LEVEL_MAX]);
/* wpar_system_here - "debian": ID of its os-release; of the rest the same holds */
bool wpar_system_here(char ret[WPAR_LEVEL_MAX]);

enum wpar_level_order {
	WPAR_LEVEL_SAME,
	WPAR_LEVEL_OLDER,
	WPAR_LEVEL_NEWER,
	WPAR_LEVEL_UNKNOWN, /* one of them is not numbers with points between */
};

/*
 * wpar_level_compare - what @level is beside @here; NULL is not known
 * Number by number: 12.9 is older than 12.11, and 12 older than 12.0.
 */
enum wpar_level_order wpar_level_compare(const char *level, const char *here);

/* wpar_level_same_release - the version before the first point, 12 of 12.11, is the same */
bool wpar_level_same_release(const char *a, const char *b);
