/* SPDX-License-Identifier: Apache-2.0 */
/* The ids of a user's job: see own_ids.h. */
#include "wparctl/runtime/launch/own_ids.h"

#include "wparctl/spec/spec.h"

#include <stdlib.h>

static int by_size(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int check_own(const uint32_t *own, size_t n, struct par_error **err)
{
	for (size_t i = 0; i < n; i++) {
		if (own[i] == 0)
			return par_fail(err, PAR_E_NOT_PERMITTED, 0,
					"the user has root's id or group, and a job that could act "
					"as root would be none of a user");
		if (own[i] >= WPAR_ID_FIRST)
			return par_fail(err, PAR_E_NOT_PERMITTED, 0,
					"the id %u of the user is one of workload partitions, "
					"which have those from %u on",
					(unsigned int)own[i], WPAR_ID_FIRST);
	}
	return 0;
}

/* @n ids from @first on, inside; @outside: what the first of them is. */
static void put_extent(struct par_buf *b, uint32_t first, uint32_t outside, uint32_t n)
{
	if (n > 0)
		par_buf_printf(b, "%u %u %u\n", (unsigned int)first, (unsigned int)outside,
			       (unsigned int)n);
}

int wpar_own_ids_map(uint32_t base, uint32_t range, const uint32_t *own, size_t n,
		     struct par_buf *ret, struct par_error **err)
{
	uint32_t sorted[WPAR_OWN_GROUPS_MAX] = { 0 }, next = 0;
	int r = check_own(own, n, err);

	if (r < 0)
		return r;
	if (n > WPAR_OWN_GROUPS_MAX)
		return par_fail(err, PAR_E_NO_RESOURCES, 0, "the user is in more than %d groups",
				WPAR_OWN_GROUPS_MAX);
	for (size_t i = 0; i < n; i++)
		sorted[i] = own[i];
	qsort(sorted, n, sizeof(*sorted), by_size);
	for (size_t i = 0; i < n; i++) {
		uint32_t id = sorted[i];

		if (i > 0 && id == sorted[i - 1])
			continue;
		if (id < range) {
			put_extent(ret, next, base + next, id - next);
			next = id + 1;
		}
		put_extent(ret, id, id, 1);
	}
	put_extent(ret, next, base + next, range - next);
	return ret->failed ? par_oom(err) : 0;
}
