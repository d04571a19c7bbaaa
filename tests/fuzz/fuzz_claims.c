/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The index of what WPARs have: any bytes are taken, as an index and as its records, and what was
 * accepted can be read to its end and written again.
 */
#include "wparctl/spec/claim.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t length_of(const struct wpar_claim *c)
{
	const char *const texts[] = { c->name, c->directory, c->hostname, c->uuid };
	const char *address = c->addresses;
	size_t n = 0;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(texts); i++)
		n += texts[i] ? strlen(texts[i]) : 0;
	for (uint32_t i = 0; i < c->n_addresses; i++)
		address += strlen(address) + 1;
	return n + (size_t)(address - c->addresses);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree struct wpar_claim *v = NULL, *again = NULL;
	struct wpar_claim c;
	auto_buf index = { 0 };
	size_t n;

	if (wpar_claims_parse((const char *)data, size, &v, &n) == 0 && n == SIZE_MAX)
		abort();
	/* The sum keeps other bytes out of an index, so these are put into one that fits. */
	if (wpar_claim_decode((const char *)data, size, &c) < 0)
		return 0;
	if (c.length > size || length_of(&c) > c.length)
		abort();
	free(take_ptr(v));
	if (wpar_claims_write(&c, 1, &index) < 0)
		return 0;
	if (wpar_claims_parse(index.data, index.len, &again, &n) < 0 || n != (c.stamp.inode != 0))
		abort();
	return 0;
}
