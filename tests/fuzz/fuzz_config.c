/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's configuration: no crash, and each system that it accepts has a name and a URI. */
#include "lpard/daemon/systems/config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = strndup((const char *)data, size);
	auto_config c = { 0 };

	if (!text || lpar_config_parse(text, "lpard.conf", "frame", &c, NULL) < 0)
		return 0;
	if (c.n_systems == 0)
		abort();
	for (size_t i = 0; i < c.n_systems; i++) {
		if (!c.systems[i].name || !c.systems[i].name[0] || !c.systems[i].uri)
			abort();
	}
	return 0;
}
