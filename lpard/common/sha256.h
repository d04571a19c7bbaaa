/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256 (FIPS 180-4), with the processor's own instructions where it has them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define PAR_SHA256_TEXT 65 /* hexadecimal, with the NUL */

struct par_sha256 {
	uint32_t state[8];
	uint64_t total; /* bytes */
	uint8_t block[64];
};

void par_sha256_init(struct par_sha256 *s);
void par_sha256_put(struct par_sha256 *s, const void *data, size_t len);
/* par_sha256_put_zeros - as if @len bytes of zero were put: the hole of a sparse file */
void par_sha256_put_zeros(struct par_sha256 *s, uint64_t len);
/* par_sha256_finish - the digest in lower-case hexadecimal; @s must be initialised anew */
void par_sha256_finish(struct par_sha256 *s, char ret[PAR_SHA256_TEXT]);

/* For tests: never use the processor's instructions. */
void par_sha256_only_portable(void);
