/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The owner's record of a WPAR, which may come from a server: no crash, and what it takes it writes
 * again the same.
 */
#include "wparctl/runtime/life/owner_record.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wpar_owner o, again;
	auto_buf first = { 0 }, second = { 0 };

	if (wpar_owner_parse((const char *)data, size, &o, NULL) < 0)
		return 0;
	if (wpar_owner_print(&o, &first) < 0 ||
	    wpar_owner_parse(first.data, first.len, &again, NULL) < 0 ||
	    wpar_owner_print(&again, &second) < 0 || strcmp(first.data, second.data) != 0)
		abort();
	return 0;
}
