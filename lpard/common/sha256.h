/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA-256 by nettle, which uses the processor's own instructions where it has them.  Who calls
 * these functions links sha256_dep (meson) beside the common library.
 */
#pragma once

#include <nettle/sha2.h>
#include <stddef.h>
#include <stdint.h>

#define PAR_SHA256_TEXT (2 * SHA256_DIGEST_SIZE + 1) /* hexadecimal, with the NUL */

struct par_sha256 {
	struct sha256_ctx nettle;
};

void par_sha256_init(struct par_sha256 *s);
void par_sha256_put(struct par_sha256 *s, const void *data, size_t len);
/* par_sha256_put_zeros - as if @len bytes of zero were put: the hole of a sparse file */
void par_sha256_put_zeros(struct par_sha256 *s, uint64_t len);
/* par_sha256_finish - the digest in lower-case hexadecimal; @s must be initialised anew */
void par_sha256_finish(struct par_sha256 *s, char ret[PAR_SHA256_TEXT]);
/* par_sha256_finish_raw - the same as bytes */
void par_sha256_finish_raw(struct par_sha256 *s, uint8_t ret[SHA256_DIGEST_SIZE]);
