/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Timers that have expired: see timerfd_repair.h.  Of files.img nothing is decoded but the way to
 * the timers.
 */
#include "wparctl/checkpoint/timerfd_repair.h"

#include "lpard/common/fs.h"
#include "wparctl/checkpoint/criu_image.h"

#define FILES_MOST (256u << 20)

/* Fields of CRIU's messages (images/fdinfo.proto, images/timerfd.proto). */
enum { FILE_TIMERFD = 12 };
enum { TIMER_TICKS = 5, TIMER_VALUE_S = 7, TIMER_VALUE_NS, TIMER_EVERY_S, TIMER_EVERY_NS };

/* Zero is one byte long, and so is one. */
static unsigned int repair_timer(struct wpar_image_piece timer)
{
	uint64_t v[TIMER_EVERY_NS + 1] = { 0 };
	struct wpar_image_piece nanoseconds = { 0 };
	struct wpar_image_field f;

	while (timer.len > 0) {
		f.value = 0;
		if (!wpar_image_field(&timer, &f))
			return 0;
		if (f.number <= TIMER_EVERY_NS)
			v[f.number] = f.value;
		if (f.number == TIMER_VALUE_NS)
			nanoseconds = f.body;
	}
	if (!v[TIMER_TICKS] || v[TIMER_VALUE_S] || v[TIMER_VALUE_NS] || nanoseconds.len != 1 ||
	    (!v[TIMER_EVERY_S] && !v[TIMER_EVERY_NS]))
		return 0;
	nanoseconds.data[0] = 1;
	return 1;
}

static unsigned int repair_file(struct wpar_image_piece file)
{
	unsigned int n = 0;
	struct wpar_image_field f;

	while (file.len > 0 && wpar_image_field(&file, &f)) {
		if (f.number == FILE_TIMERFD)
			n += repair_timer(f.body);
	}
	return n;
}

unsigned int wpar_timerfd_repair_data(unsigned char *data, size_t len)
{
	struct wpar_image_piece all = { data, len }, message;
	unsigned int n = 0;

	if (!wpar_image_begin(&all))
		return 0;
	while (wpar_image_message(&all, &message))
		n += repair_file(message);
	return n;
}

int wpar_timerfd_repair(const char *images, struct par_error **err)
{
	autofree char *path = par_strdup_printf("%s/files.img", images);
	auto_buf b = { 0 };
	int r;

	if (!path)
		return par_oom(err);
	r = par_fs_read(path, FILES_MOST, &b);
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be read", path);
	if (!b.data || wpar_timerfd_repair_data((unsigned char *)b.data, b.len) == 0)
		return 0;
	r = par_fs_replace(AT_FDCWD, path, b.data, b.len, 0644);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be written", path) : 0;
}
