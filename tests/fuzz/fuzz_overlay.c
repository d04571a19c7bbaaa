/* SPDX-License-Identifier: Apache-2.0 */
/* The overlay list's file: no crash, and what was taken is written so that it is taken again. */
#include "wparctl/versioned/overlay_change.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_overlay rows = { 0 }, again = { 0 };
	auto_error err = NULL;
	auto_buf text = { 0 };

	if (wpar_overlay_parse((const char *)data, size, &rows, &err) < 0)
		return 0;
	for (size_t i = 0; i < rows.n; i++) {
		if (wpar_overlay_write("file_overlay", &rows.v[i], true, &text) < 0)
			return 0;
	}
	if (wpar_overlay_parse(text.data ? text.data : "", text.len, &again, &err) < 0 ||
	    again.n != rows.n)
		abort();
	return 0;
}
