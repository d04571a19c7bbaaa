/* SPDX-License-Identifier: Apache-2.0 */
/* A file of an image's tree, of which ldcache wants the SONAME: the name stays inside the file. */
#include <elf.h>
#include <stdlib.h>
#include <string.h>

#include "images/tools/ldcache.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t machines[] = { EM_PPC64, EM_X86_64 };

	for (size_t i = 0; i < 2; i++) {
		const char *name = ldcache_soname(data, size, machines[i]);
		const char *end = (const char *)data + size;

		if (!name || !name[0])
			continue;
		if (name < (const char *)data || name >= end ||
		    !memchr(name, 0, (size_t)(end - name)))
			abort();
		ldcache_compare(name, "libc.so.6");
		ldcache_compare("libc.so.6", name);
	}
	return 0;
}
