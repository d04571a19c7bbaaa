/* SPDX-License-Identifier: Apache-2.0 */
/* The file of subsystems: no crash, and what is accepted survives writing and reading. */
#include "wparctl/srcmstr/split.h"
#include "wparctl/srcmstr/subsystem_file.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_subsystems first = { 0 }, second = { 0 };
	auto_buf a = { 0 }, b = { 0 };

	if (wpar_stanzas_parse((const char *)data, size, &first, NULL) < 0)
		return 0;
	for (size_t i = 0; i < first.n; i++) {
		auto_strv words = { 0 };

		if (!wpar_subsystem_is_name(first.v[i].name) || !first.v[i].path)
			abort();
		wpar_split(first.v[i].cmdargs ? first.v[i].cmdargs : "", &words);
	}
	if (wpar_stanzas_write(&first, &a) < 0 || !a.data)
		return 0;
	if (a.len > WPAR_STANZAS_BYTES)
		return 0;
	if (wpar_stanzas_parse(a.data, a.len, &second, NULL) < 0 ||
	    wpar_stanzas_write(&second, &b) < 0 || a.len != b.len ||
	    memcmp(a.data, b.data, a.len) != 0)
		abort();
	return 0;
}
