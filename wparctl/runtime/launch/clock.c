/* SPDX-License-Identifier: Apache-2.0 */
/* A WPAR's time since its start: see clock.h. */
#include "wparctl/runtime/launch/clock.h"

#include "lpard/common/fs.h"
#include "lpard/common/process.h"

#include <inttypes.h>
#include <sched.h>
#include <unistd.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

void wpar_clock_begin(void)
{
	const long ticks = sysconf(_SC_CLK_TCK);
	struct par_process_stat self;
	autofd int fd = -1;
	char text[64];

	if (par_process_stat(0, &self) < 0 || ticks <= 0 || unshare(CLONE_NEWTIME) < 0)
		return;
	/* The boot is the second in which this process began: on a busy machine that is not now. */
	snprintf(text, sizeof(text), "boottime -%" PRIu64 " 0\n",
		 self.started / (unsigned long)ticks);
	par_fs_write_str(AT_FDCWD, "/proc/self/timens_offsets", text);
	/* unshare(2) is for children only. */
	fd = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	if (fd >= 0)
		setns(fd, CLONE_NEWTIME);
}
