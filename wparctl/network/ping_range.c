/* SPDX-License-Identifier: Apache-2.0 */
/* Who may ping: see ping_range.h. */
#include "wparctl/network/ping_range.h"

#include "lpard/common/fs.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>

int wpar_net_ping_range(pid_t pid, uint32_t first, uint32_t last)
{
	autofd int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), theirs = -1;
	char path[64], text[32];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	snprintf(text, sizeof(text), "%u %u", first, last);
	theirs = open(path, O_RDONLY | O_CLOEXEC);
	if (own < 0 || theirs < 0 || setns(theirs, CLONE_NEWNET) < 0)
		return -errno;
	r = par_fs_write_str(AT_FDCWD, "/proc/sys/net/ipv4/ping_group_range", text);
	/* Whatever this process does next would be done to the WPAR's network. */
	if (setns(own, CLONE_NEWNET) < 0)
		abort();
	return r == -ENOENT ? 0 : r;
}
