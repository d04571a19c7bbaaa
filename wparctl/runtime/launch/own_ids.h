/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ids of a WPAR that is the job of a user of the global environment: its range, as every WPAR
 * has one, but in it the user and the user's groups are themselves.  Nobody in it is another one.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

#include <stdint.h>

#define WPAR_OWN_GROUPS_MAX 65 /* so that a map stays below a page, which the kernel reads */

struct wpar_own_ids {
	uint32_t uid;
	uint32_t gids[WPAR_OWN_GROUPS_MAX]; /* the first is the user's own; any order, twice too */
	size_t n_gids;
};

/*
 * wpar_own_ids_map - the text for uid_map or gid_map: 0 to @range - 1 are the ids from @base on,
 * and each of @own is itself
 * Errors: PAR_E_NOT_PERMITTED: 0, which is root's, or an id that a WPAR has.
 */
int wpar_own_ids_map(uint32_t base, uint32_t range, const uint32_t *own, size_t n,
		     struct par_buf *ret, struct par_error **err);
