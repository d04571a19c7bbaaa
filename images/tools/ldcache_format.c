/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The format "glibc-ld.so.cache1.1", which glibc's loaders have read since 2.2, without the
 * extension for folders of hwcaps: the loader then looks for those itself.
 */
#include <stdlib.h>
#include <string.h>

#include "ldcache.h"

#define MAGIC		    "glibc-ld.so.cache1.1"
#define FLAGS_LITTLE_ENDIAN 2

struct header {
	char magic[20];
	uint32_t libs;
	uint32_t strings_len;
	uint8_t flags;
	uint8_t padding[3];
	uint32_t extension_offset;
	uint32_t unused[3];
};

struct entry {
	int32_t flags;
	uint32_t name, path; /* offsets in the file */
	uint32_t os_version;
	uint64_t hwcap;
};

static unsigned long number(const char **s)
{
	unsigned long n = 0;

	for (; **s >= '0' && **s <= '9'; (*s)++)
		n = n * 10 + (unsigned long)(**s - '0');
	return n;
}

static int is_digit(char c)
{
	return c >= '0' && c <= '9';
}

int ldcache_compare(const char *a, const char *b)
{
	while (*a) {
		if (is_digit(*a) && is_digit(*b)) {
			unsigned long va = number(&a), vb = number(&b);

			if (va != vb)
				return va < vb ? -1 : 1;
		} else if (is_digit(*a) || is_digit(*b)) {
			return is_digit(*a) ? 1 : -1;
		} else if (*a != *b) {
			return *a - *b;
		} else {
			a++;
			b++;
		}
	}
	return *a - *b;
}

uint8_t *ldcache_bytes(struct ldcache_lib *libs, size_t n, int32_t flags, size_t *ret_size)
{
	struct header header = { .libs = (uint32_t)n, .flags = FLAGS_LITTLE_ENDIAN };
	size_t offset = sizeof(header) + n * sizeof(struct entry), size = offset;
	uint8_t *bytes;

	for (size_t i = 0; i < n; i++)
		size += strlen(libs[i].path) + 1;
	header.strings_len = (uint32_t)(size - offset);
	memcpy(header.magic, MAGIC, sizeof(header.magic));
	bytes = malloc(size);
	if (!bytes)
		return NULL;
	memcpy(bytes, &header, sizeof(header));
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(libs[i].path) + 1;
		struct entry entry = {
			.flags = flags,
			.name = (uint32_t)(offset + (size_t)(libs[i].name - libs[i].path)),
			.path = (uint32_t)offset,
		};

		memcpy(bytes + sizeof(header) + i * sizeof(entry), &entry, sizeof(entry));
		memcpy(bytes + offset, libs[i].path, len);
		offset += len;
	}
	*ret_size = size;
	return bytes;
}
