/* SPDX-License-Identifier: Apache-2.0 */
/* The parser of a WPAR's inittab, which its root writes: no crash, and only what PID 1 can run. */
#include "wparctl/runtime/inside/inittab.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wpar_inittab t;
	auto_buf complaints = { 0 };

	if (wpar_inittab_parse((const char *)data, size, &t, &complaints) == 0) {
		if (t.n > WPAR_INITTAB_ENTRIES || t.level > 9)
			abort();
		for (size_t i = 0; i < t.n; i++) {
			if (!t.v[i].command || !t.v[i].id[0] ||
			    wpar_inittab_find(&t, t.v[i].id) != &t.v[i])
				abort();
		}
	}
	wpar_inittab_done(&t);
	return 0;
}
