/* SPDX-License-Identifier: Apache-2.0 */
/* A WPAR's time since its start: see clock.h. */
#include "wparctl/runtime/launch/clock.h"

#include "lpard/common/fs.h"

#include <inttypes.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

/* No process of the WPAR is older: ps(1) would take it for one from the far future. */
int64_t wpar_clock_boot(void)
{
	struct timespec now;

	return clock_gettime(CLOCK_BOOTTIME, &now) < 0 ? 0 : now.tv_sec;
}

void wpar_clock_begin(int64_t boot)
{
	autofd int fd = -1;
	char text[64];

	if (unshare(CLONE_NEWTIME) < 0)
		return;
	snprintf(text, sizeof(text), "boottime -%" PRId64 " 0\n", boot);
	par_fs_write_str(AT_FDCWD, "/proc/self/timens_offsets", text);
	/* unshare(2) is for children only. */
	fd = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		setns(fd, CLONE_NEWTIME);
}
