/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of ldcache: reading a library's name, and the bytes of a cache.  Both are pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct ldcache_lib {
	char *path;	  /* as the loader opens it */
	const char *name; /* what programs ask for: the last part of the path */
	size_t order;	  /* of the folders and files as they were read */
};

/*
 * ldcache_soname - the SONAME of a shared library
 * @file	its bytes, which need not be ELF at all
 * @machine	EM_PPC64 or EM_X86_64; little endian, 64 bits
 *
 * Returns a string inside @file, "" for a library that has no name, NULL for anything else.
 */
const char *ldcache_soname(const uint8_t *file, size_t size, uint16_t machine);

/* ldcache_compare - as the loader's binary search: numbers in names compare as numbers */
int ldcache_compare(const char *a, const char *b);

/*
 * ldcache_bytes - a cache of @libs, which are sorted
 * @flags	of each library: kind of machine, as glibc's ldconfig.h
 *
 * Returns bytes to be freed; NULL without memory.
 */
uint8_t *ldcache_bytes(struct ldcache_lib *libs, size_t n, int32_t flags, size_t *ret_size);
