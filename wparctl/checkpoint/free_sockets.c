/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections after a CRIU that was killed: see free_sockets.h.  It puts each into repair mode, by
 * a descriptor of its own, while it looks at it; who has made the connection cannot tell.
 */
#include "wparctl/checkpoint/free_sockets.h"

#include "lpard/common/fs.h"
#include "wparctl/resources/cgroup_members.h"

#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

/* Any other descriptor is no TCP connection, and says so. */
static int free_socket(int pidfd, int number)
{
	autofd int s = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);
	int on = 0, off = 0;
	socklen_t len = sizeof(on);

	if (s < 0 || getsockopt(s, IPPROTO_TCP, TCP_REPAIR, &on, &len) < 0 || !on)
		return 0;
	return setsockopt(s, IPPROTO_TCP, TCP_REPAIR, &off, sizeof(off)) < 0 ? -errno : 1;
}

static bool is_socket(int fds, const char *number)
{
	char link[64];
	ssize_t n = readlinkat(fds, number, link, sizeof(link) - 1);

	link[n > 0 ? n : 0] = '\0';
	return par_starts_with(link, "socket:");
}

static int free_of(pid_t pid)
{
	autofd int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	char path[64];
	struct dirent *e;
	int sum = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	d = pidfd < 0 ? NULL : opendir(path);
	if (!d)
		return 0; /* it has ended */
	while ((e = readdir(d))) {
		int r = is_socket(dirfd(d), e->d_name) ? free_socket(pidfd, atoi(e->d_name)) : 0;

		if (r < 0)
			sum = r;
		else if (sum >= 0)
			sum += r;
	}
	closedir(d);
	return sum;
}

static int free_member(pid_t pid, const char *group, void *user)
{
	int *sum = user, r = free_of(pid);

	(void)group;
	*sum += r > 0 ? r : 0;
	return r < 0 ? r : 0;
}

int wpar_free_sockets(int cgroup)
{
	int sum = 0, r = wpar_cgroup_members(cgroup, free_member, &sum);

	return r < 0 ? r : sum;
}
