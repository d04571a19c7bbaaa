/* SPDX-License-Identifier: Apache-2.0 */
/* criu's statistics: see criu_stats.h. */
#include "wparctl/checkpoint/criu_stats.h"

#include "lpard/common/fs.h"
#include "wparctl/checkpoint/criu_image.h"

#define NAME "stats-dump"
#define MOST (1 << 20)

/* Fields of CRIU's messages (images/stats.proto). */
enum { STATS_DUMP = 1 };
enum { DUMP_FREEZING = 1, DUMP_FROZEN = 2, DUMP_PAGES = 7, DUMP_SHARED_PAGES = 14 };

static bool parse_dump(struct wpar_image_piece dump, struct wpar_criu_stats *ret)
{
	struct wpar_image_field f;

	while (dump.len > 0) {
		if (!wpar_image_field(&dump, &f))
			return false;
		if (f.number == DUMP_FREEZING)
			ret->freezing_us = f.value;
		else if (f.number == DUMP_FROZEN)
			ret->frozen_us = f.value;
		else if (f.number == DUMP_PAGES || f.number == DUMP_SHARED_PAGES)
			ret->pages += f.value;
	}
	return true;
}

bool wpar_criu_stats_parse(unsigned char *data, size_t len, struct wpar_criu_stats *ret)
{
	struct wpar_image_piece all = { data, len }, message;
	struct wpar_criu_stats s = { 0 };
	struct wpar_image_field f;

	if (!wpar_image_begin(&all) || !wpar_image_message(&all, &message))
		return false;
	while (message.len > 0) {
		if (!wpar_image_field(&message, &f))
			return false;
		if (f.number != STATS_DUMP)
			continue;
		if (!parse_dump(f.body, &s))
			return false;
		*ret = s;
		return true;
	}
	return false;
}

int wpar_criu_stats_read(const char *folder, struct wpar_criu_stats *ret)
{
	autofree char *path = par_strdup_printf("%s/" NAME, folder);
	auto_buf b = { 0 };
	int r = path ? par_fs_read(path, MOST, &b) : -ENOMEM;

	if (r < 0)
		return r;
	return b.data && wpar_criu_stats_parse((unsigned char *)b.data, b.len, ret) ? 0 : -EINVAL;
}
