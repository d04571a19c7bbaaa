/* SPDX-License-Identifier: Apache-2.0 */
/* The parser of specifications: no crash, and what it accepts survives writing and reading. */
#include "wparctl/spec/spec.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_spec first = { 0 }, second = { 0 };
	auto_buf a = { 0 }, b = { 0 };
	auto_error err = NULL;

	if (wpar_spec_parse((const char *)data, size, &first, &err) < 0)
		return 0;
	if (wpar_spec_check(&first, NULL) == 0 && wpar_spec_defaults(&first, NULL) < 0)
		return 0;
	if (wpar_spec_write(&first, &a, &err) < 0 || !a.data)
		return 0;
	if (wpar_spec_parse(a.data, a.len, &second, &err) < 0)
		abort();
	if (wpar_spec_write(&second, &b, &err) < 0 || a.len != b.len ||
	    memcmp(a.data, b.data, a.len) != 0)
		abort();
	return 0;
}
