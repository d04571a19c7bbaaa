/* SPDX-License-Identifier: Apache-2.0 */
/* A WPAR's time since its start: see clock.h. */
#include "wparctl/runtime/launch/clock.h"

#include "lpard/common/fs.h"

#include <sched.h>
#include <time.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

void wpar_clock_begin(void)
{
	autofd int fd = -1;
	struct timespec now;
	char text[64];

	if (clock_gettime(CLOCK_BOOTTIME, &now) < 0 || now.tv_sec < 1 || unshare(CLONE_NEWTIME) < 0)
		return;
	/* This process itself is older than now by a moment, and must not be from before the boot.
	 */
	snprintf(text, sizeof(text), "boottime -%lld 0\n", (long long)now.tv_sec - 1);
	par_fs_write_str(AT_FDCWD, "/proc/self/timens_offsets", text);
	/* unshare(2) is for children only. */
	fd = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		setns(fd, CLONE_NEWTIME);
}
