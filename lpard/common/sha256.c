/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-256: see sha256.h. */
#include "lpard/common/sha256.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const uint32_t k[64] __attribute__((aligned(16))) = {
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4,
	0xab1c5ed5, 0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe,
	0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f,
	0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc,
	0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b,
	0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116,
	0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2
};

static uint32_t ror(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

static uint32_t load_be(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void schedule(const uint8_t *block, uint32_t w[64])
{
	for (int i = 0; i < 16; i++)
		w[i] = load_be(block + 4 * i);
	for (int i = 16; i < 64; i++) {
		uint32_t a = w[i - 15], b = w[i - 2];

		w[i] = w[i - 16] + (ror(a, 7) ^ ror(a, 18) ^ a >> 3) + w[i - 7] +
		       (ror(b, 17) ^ ror(b, 19) ^ b >> 10);
	}
}

/* One round on eight names of the state; the caller turns the names instead of the values. */
#define ROUND(a, b, c, d, e, f, g, h, i)                                                       \
	do {                                                                                   \
		uint32_t t = h + (ror(e, 6) ^ ror(e, 11) ^ ror(e, 25)) + (g ^ (e & (f ^ g))) + \
			     k[i] + w[i];                                                      \
		d += t;                                                                        \
		h = t + (ror(a, 2) ^ ror(a, 13) ^ ror(a, 22)) + ((a & b) | (c & (a | b)));     \
	} while (0)

static void blocks_portable(uint32_t s[8], const uint8_t *data, size_t n)
{
	for (; n > 0; n--, data += 64) {
		uint32_t a = s[0], b = s[1], c = s[2], d = s[3];
		uint32_t e = s[4], f = s[5], g = s[6], h = s[7], w[64];

		schedule(data, w);
		for (int i = 0; i < 64; i += 8) {
			ROUND(a, b, c, d, e, f, g, h, i);
			ROUND(h, a, b, c, d, e, f, g, i + 1);
			ROUND(g, h, a, b, c, d, e, f, i + 2);
			ROUND(f, g, h, a, b, c, d, e, i + 3);
			ROUND(e, f, g, h, a, b, c, d, i + 4);
			ROUND(d, e, f, g, h, a, b, c, i + 5);
			ROUND(c, d, e, f, g, h, a, b, i + 6);
			ROUND(b, c, d, e, f, g, h, a, i + 7);
		}
		s[0] += a, s[1] += b, s[2] += c, s[3] += d;
		s[4] += e, s[5] += f, s[6] += g, s[7] += h;
	}
}

static bool only_portable;

void par_sha256_only_portable(void)
{
	only_portable = true;
}

#if defined(__x86_64__)
#include <immintrin.h>

/* Sixteen words of message at a time; the instructions keep the state as ABEF and CDGH. */
__attribute__((target("sha,sse4.1,ssse3"))) static void blocks_sha_ni(uint32_t state[8],
								      const uint8_t *data, size_t n)
{
	const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
	__m128i lo = _mm_loadu_si128((const __m128i *)(const void *)&state[0]);
	__m128i hi = _mm_loadu_si128((const __m128i *)(const void *)&state[4]);
	__m128i tmp = _mm_shuffle_epi32(lo, 0xb1), s1 = _mm_shuffle_epi32(hi, 0x1b);
	__m128i s0 = _mm_alignr_epi8(tmp, s1, 8);

	s1 = _mm_blend_epi16(s1, tmp, 0xf0);
	for (; n > 0; n--, data += 64) {
		__m128i abef = s0, cdgh = s1, m[4];

		for (int i = 0; i < 4; i++)
			m[i] = _mm_shuffle_epi8(
				_mm_loadu_si128((const __m128i *)(const void *)(data + 16 * i)),
				swap);
		for (int i = 0; i < 16; i++) {
			__m128i w = m[i & 3];
			__m128i x = _mm_add_epi32(
				w, _mm_load_si128((const __m128i *)(const void *)&k[4 * i]));

			s1 = _mm_sha256rnds2_epu32(s1, s0, x);
			s0 = _mm_sha256rnds2_epu32(s0, s1, _mm_shuffle_epi32(x, 0x0e));
			/* The words for four rounds from now, in the place of these. */
			w = _mm_sha256msg1_epu32(w, m[(i + 1) & 3]);
			w = _mm_add_epi32(w, _mm_alignr_epi8(m[(i + 3) & 3], m[(i + 2) & 3], 4));
			m[i & 3] = _mm_sha256msg2_epu32(w, m[(i + 3) & 3]);
		}
		s0 = _mm_add_epi32(s0, abef);
		s1 = _mm_add_epi32(s1, cdgh);
	}
	tmp = _mm_shuffle_epi32(s0, 0x1b);
	s1 = _mm_shuffle_epi32(s1, 0xb1);
	_mm_storeu_si128((__m128i *)(void *)&state[0], _mm_blend_epi16(tmp, s1, 0xf0));
	_mm_storeu_si128((__m128i *)(void *)&state[4], _mm_alignr_epi8(s1, tmp, 8));
}

static bool has_sha_ni(void)
{
	unsigned int a, b = 0, c, d;

	/* Leaf 7, EBX bit 29; gcc 12's __builtin_cpu_supports does not know it. */
	__asm__("cpuid" : "=a"(a), "=b"(b), "=c"(c), "=d"(d) : "a"(7), "c"(0));
	return (b >> 29 & 1) && __builtin_cpu_supports("sse4.1");
}

static void blocks(uint32_t state[8], const uint8_t *data, size_t n)
{
	static int known; /* 0: not asked yet; the answer is the same for all threads */
	int have = __atomic_load_n(&known, __ATOMIC_RELAXED);

	if (have == 0) {
		have = has_sha_ni() ? 1 : 2;
		__atomic_store_n(&known, have, __ATOMIC_RELAXED);
	}
	if (have == 1 && !only_portable)
		blocks_sha_ni(state, data, n);
	else
		blocks_portable(state, data, n);
}
#else
static void blocks(uint32_t state[8], const uint8_t *data, size_t n)
{
	blocks_portable(state, data, n);
}
#endif

void par_sha256_init(struct par_sha256 *s)
{
	*s = (struct par_sha256){ .state = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
					     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 } };
}

void par_sha256_put(struct par_sha256 *s, const void *data, size_t len)
{
	const uint8_t *p = data;
	size_t have = s->total % 64;

	s->total += len;
	if (have > 0) {
		size_t n = len < 64 - have ? len : 64 - have;

		memcpy(s->block + have, p, n);
		p += n;
		len -= n;
		if (have + n < 64)
			return;
		blocks(s->state, s->block, 1);
	}
	blocks(s->state, p, len / 64);
	if (len % 64 > 0)
		memcpy(s->block, p + len / 64 * 64, len % 64);
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

void par_sha256_finish(struct par_sha256 *s, char ret[PAR_SHA256_TEXT])
{
	static const uint8_t pad[64] = { 0x80 };
	uint64_t bits = s->total * 8;
	uint8_t length[8];
	size_t used = s->total % 64;

	for (int i = 0; i < 8; i++)
		length[i] = (uint8_t)(bits >> (56 - 8 * i));
	par_sha256_put(s, pad, used < 56 ? 56 - used : 120 - used);
	par_sha256_put(s, length, sizeof(length));
	for (int i = 0; i < 8; i++)
		snprintf(ret + 8 * i, 9, "%08x", s->state[i]);
}
