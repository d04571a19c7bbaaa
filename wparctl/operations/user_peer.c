/* SPDX-License-Identifier: Apache-2.0 */
/* The caller at a socket: see user_peer.h. */
#include "wparctl/operations/user_peer.h"

#include "wparctl/accounts/system.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77 /* Linux 6.5 */
#endif

/* The process that has connected; before Linux 6.5 the one that has its number now. */
static int peer_pidfd(int fd, pid_t pid)
{
	int pidfd = -1;
	socklen_t len = sizeof(pidfd);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &len) == 0)
		return pidfd;
	return errno == ENOPROTOOPT ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
}

/*
 * Is the process one of our user namespace?  What is read by its number is its own as long as the
 * process lives, which is looked at afterwards.
 */
static bool is_of_ours(int fd, pid_t pid)
{
	autofd int pidfd = peer_pidfd(fd, pid);
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };
	struct stat theirs, ours;
	char path[64];

	if (pidfd < 0 || pid <= 0)
		return false;
	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	return stat(path, &theirs) == 0 && stat("/proc/self/ns/user", &ours) == 0 &&
	       poll(&ended, 1, 0) == 0 && theirs.st_dev == ours.st_dev &&
	       theirs.st_ino == ours.st_ino;
}

static int name_of(uid_t uid, char **ret, struct par_error **err)
{
	auto_accounts all = { 0 };
	int r = wpar_accounts_load(&all, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < all.n; i++) {
		if (all.v[i].id != uid)
			continue;
		*ret = strdup(all.v[i].name);
		return *ret ? 0 : par_oom(err);
	}
	return par_fail(err, PAR_E_NOT_PERMITTED, 0, "no user of this system has the id %u",
			(unsigned int)uid);
}

int wpar_user_peer(int fd, char **ret, struct par_error **err)
{
	struct ucred peer = { 0 };
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the caller is not known");
	if (peer.uid == 0)
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"root runs the commands itself, not by the agent");
	if (!is_of_ours(fd, peer.pid))
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"the caller is no process of the global environment");
	return name_of(peer.uid, ret, err);
}

bool wpar_user_peer_is_known(int fd)
{
	autofree char *name = NULL;

	return wpar_user_peer(fd, &name, NULL) == 0;
}
