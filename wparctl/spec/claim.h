/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a WPAR has that no other may have: the part of its specification that mkwpar asks of all
 * the others.  A claim lies in one piece of memory, its record, so that thousands of them are read
 * from one file, the index (claims.h), at once.
 */
#pragma once

#include "wparctl/spec/spec.h"

/* Which state of a specification file a claim is of: any change of the file changes one of them. */
struct wpar_claim_stamp {
	uint64_t inode;	    /* 0: of none that would be known again */
	uint64_t size;	    /* bytes */
	int64_t changed_ns; /* its ctime, which nobody can set back, since 1970 */
};

/* The texts lie in the record, which its owner keeps for as long; NULL: the WPAR has none. */
struct wpar_claim {
	const char *name, *directory, *hostname, *uuid;
	const char *addresses; /* n_addresses texts, one behind the NUL of the other */
	uint32_t n_addresses;
	uint32_t key, idbase;
	enum wpar_type type;
	bool creating, rootvg, versioned; /* what a listing shows besides */
	struct wpar_claim_stamp stamp;
	const char *record;
	size_t length; /* of the record, bytes */
};

/* wpar_claim_stamp_equal - the same file in the same state; one of none equals none */
bool wpar_claim_stamp_equal(const struct wpar_claim_stamp *a, const struct wpar_claim_stamp *b);

/* wpar_claim_encode - add the record of @s to @ret; -ENOMEM */
int wpar_claim_encode(const struct wpar_spec *s, const struct wpar_claim_stamp *stamp,
		      struct par_buf *ret);

/*
 * wpar_claim_decode - the claim whose record begins at @data, of @len bytes at most
 * -EINVAL when there is none.
 */
int wpar_claim_decode(const char *data, size_t len, struct wpar_claim *ret);

/* wpar_claims_write - an index of those of @v that have a stamp; -ENOMEM, -EFBIG */
int wpar_claims_write(const struct wpar_claim *v, size_t n, struct par_buf *ret);

/*
 * wpar_claims_parse - the claims of an index, which lie in @data; the caller frees *ret
 * Takes any bytes: -EINVAL when they are no whole index of this version; -ENOMEM.
 */
int wpar_claims_parse(const char *data, size_t len, struct wpar_claim **ret, size_t *ret_n);
