/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The names of members that came, each with what it is.  A name is known by a hash of 61 bits with
 * a seed that no archive knows, so as many as an archive may have take 64 MiB.
 */
#pragma once

#include <stdint.h>

enum name_kind {
	NAME_NOTHING, /* it did not come */
	NAME_FOLDER,
	NAME_FILE,
	NAME_LINK,
	NAME_OTHER,
	NAME_PASSED, /* a device or a socket, which is not made */
};

struct names;

/* names_new - none; NULL: no memory */
struct names *names_new(void);
/* names_done - frees @n, which may be NULL */
void names_done(struct names *n);

/* names_seed, names_mix - the hash of a name: of nothing, and with one byte more */
uint64_t names_seed(const struct names *n);
uint64_t names_mix(uint64_t hash, unsigned char c);
/* names_hash - that of all of @name */
uint64_t names_hash(const struct names *n, const char *name);

enum name_kind names_get(const struct names *n, uint64_t hash);
/* names_set - 0 or -ENOMEM */
int names_set(struct names *n, uint64_t hash, enum name_kind kind);
