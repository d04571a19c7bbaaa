/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The format of AIX's backup by name: a head of 72 bytes, then for each file a head of 64 bytes,
 * its name up to a NUL, 40 bytes about its access list, and its contents; all begins at multiples
 * of 8, and numbers have their least byte first.
 */
#include "wparctl/archive/helper/aix.h"

#include "wparctl/archive/helper/extract.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define VOLUME_HEAD  72
#define MEMBER_HEAD  64
#define MEMBER_TAIL  40
#define BLOCK	     512
#define FRONT_BLOCKS (64 * 2048) /* 64 MiB of a boot image */
#define MAX_MEMBERS  WPAR_ARCHIVE_MEMBERS

/* Of a file's contents as they are, packed, and with holes. */
static const uint16_t member_magics[] = { 0xea6b, 0xea6c, 0xea6d };

struct window {
	const struct aix_reader *rd;
	uint8_t data[BLOCK + 65536]; /* what is given back lies before what was read */
	size_t at, len;
	int failed;
};

static bool fill(struct window *w)
{
	ssize_t n;

	if (w->at < w->len)
		return true;
	n = w->failed ? 0 : w->rd->read(w->rd->user, w->data + BLOCK, sizeof(w->data) - BLOCK);
	w->at = BLOCK;
	w->len = BLOCK + (n > 0 ? (size_t)n : 0);
	w->failed = n < 0 ? (int)n : w->failed;
	return n > 0;
}

static size_t take(struct window *w, void *data, size_t len)
{
	size_t n = 0;

	while (n < len && fill(w)) {
		const size_t some = w->len - w->at < len - n ? w->len - w->at : len - n;

		memcpy((uint8_t *)data + n, w->data + w->at, some);
		w->at += some;
		n += some;
	}
	return n;
}

/* At most a block: it lies, or is put, before what comes. */
static void give_back(struct window *w, const void *data, size_t len)
{
	w->at -= len;
	memcpy(w->data + w->at, data, len);
}

static bool skip(struct window *w, uint64_t len)
{
	while (len > 0 && fill(w)) {
		const uint64_t have = w->len - w->at, some = have < len ? have : len;

		w->at += (size_t)some;
		len -= some;
	}
	return len == 0;
}

static uint32_t number(const uint8_t *p, size_t size)
{
	uint32_t n = 0;

	for (size_t i = size; i > 0; i--)
		n = n << 8 | p[i - 1];
	return n;
}

static bool is_volume_head(const uint8_t *p)
{
	return p[0] == VOLUME_HEAD / 8 && p[1] == 0 && number(p + 2, 2) == 0xea6b;
}

static bool is_member_head(const uint8_t *p)
{
	for (size_t i = 0; i < sizeof(member_magics) / sizeof(member_magics[0]); i++) {
		if (number(p + 2, 2) == member_magics[i])
			return true;
	}
	return false;
}

/* Up to its NUL and the next multiple of 8; false: there is none */
static bool take_name(struct window *w, char name[MAX_NAME + 1])
{
	for (size_t n = 0; n + 8 <= MAX_NAME + 1; n += 8) {
		if (take(w, name + n, 8) != 8)
			return false;
		if (memchr(name + n, '\0', 8))
			return true;
	}
	return false;
}

static void list_members(struct window *w)
{
	char name[MAX_NAME + 1];
	uint8_t head[MEMBER_HEAD];

	for (uint64_t i = 0; i < MAX_MEMBERS; i++) {
		struct aix_member m;
		uint64_t contents;

		if (take(w, head, sizeof(head)) != sizeof(head) || !is_member_head(head) ||
		    !take_name(w, name) || !*name || !skip(w, MEMBER_TAIL))
			return;
		m = (struct aix_member){ .mode = number(head + 12, 4),
					 .uid = number(head + 16, 4),
					 .gid = number(head + 20, 4),
					 .size = number(head + 24, 4),
					 .name = name };
		contents = number(head + 56, 4);
		w->rd->member(w->rd->user, &m);
		if (!skip(w, (contents + 7) / 8 * 8))
			return;
	}
}

int wpar_aix_list(const struct aix_reader *rd, const char **ret_format)
{
	static struct window w;
	uint8_t block[BLOCK];
	size_t n = 0;
	bool found = false;

	*ret_format = NULL;
	w = (struct window){ .rd = rd };
	for (size_t i = 0; i < FRONT_BLOCKS && !found; i++) {
		n = take(&w, block, sizeof(block));
		if (n < VOLUME_HEAD)
			break;
		/* Behind a boot image chance is kept out by the name that a backup by name has. */
		found = is_volume_head(block) && (i == 0 || memcmp(block + 20, "by name", 8) == 0);
	}
	if (w.failed)
		return w.failed;
	if (!found)
		return 0;
	*ret_format = memcmp(block + 20, "by name", 8) == 0 ? "aix-name" : "aix-inode";
	if (strcmp(*ret_format, "aix-inode") == 0)
		return 0;
	give_back(&w, block + VOLUME_HEAD, n - VOLUME_HEAD);
	list_members(&w);
	return w.failed;
}
