/* SPDX-License-Identifier: Apache-2.0 */
/* The list of devices that mkwpar -b reads: no crash, and nothing in it leads out of /dev. */
#include "wparctl/spec/device_list.h"

#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	auto_device_list l = { 0 };

	if (wpar_device_list_parse((const char *)data, size, &l, NULL) < 0)
		return 0;
	for (size_t i = 0; i < l.n; i++) {
		if (!l.v[i].value || strncmp(l.v[i].value, "/dev/", 5) != 0 ||
		    strstr(l.v[i].value, "/.."))
			abort();
	}
	if (wpar_device_list_find(&l, "/etc/passwd"))
		abort();
	return 0;
}
