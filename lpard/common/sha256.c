/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256: see sha256.h. */
#include "lpard/common/sha256.h"

#include "lpard/common/hex.h"

#include <nettle/version.h>

void par_sha256_init(struct par_sha256 *s)
{
	sha256_init(&s->nettle);
}

void par_sha256_put(struct par_sha256 *s, const void *data, size_t len)
{
	sha256_update(&s->nettle, len, data);
}

void par_sha256_put_zeros(struct par_sha256 *s, uint64_t len)
{
	static const uint8_t zeros[65536];

	while (len > 0) {
		size_t n = len < sizeof(zeros) ? (size_t)len : sizeof(zeros);

		par_sha256_put(s, zeros, n);
		len -= n;
	}
}

void par_sha256_finish_raw(struct par_sha256 *s, uint8_t ret[SHA256_DIGEST_SIZE])
{
#if NETTLE_VERSION_MAJOR >= 4 /* which took the length away */
	sha256_digest(&s->nettle, ret);
#else
	sha256_digest(&s->nettle, SHA256_DIGEST_SIZE, ret);
#endif
}

void par_sha256_finish(struct par_sha256 *s, char ret[PAR_SHA256_TEXT])
{
	uint8_t digest[SHA256_DIGEST_SIZE];

	par_sha256_finish_raw(s, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		par_hex_write(digest[i], ret + 2 * i);
	ret[2 * sizeof(digest)] = '\0';
}
