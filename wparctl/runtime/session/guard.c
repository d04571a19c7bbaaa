/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guard of a clogin: see guard.h.  It reads pids from a socket, the last one counts: 0 lets it
 * go, and the end of the socket without that is the death of clogin.
 */
#include "wparctl/runtime/session/guard.h"

#include "lpard/common/fs.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/runtime/launch/reset.h"

#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>

#define ROUNDS 100 /* a session that forks while it is being ended */

/* A leader that somebody stops on its way into the WPAR may not have its session yet. */
static bool is_of_session(pid_t pid, pid_t leader)
{
	return pid == leader || getsid(pid) == leader;
}

int wpar_session_signal(int cgroup, pid_t leader, int signo)
{
	autofd int fd = openat(cgroup, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	autofile FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	int pid, count = 0;

	if (!f)
		return 0;
	fd = -1;
	while (fscanf(f, "%d", &pid) == 1) {
		autofd int pidfd = -1;

		if (pid <= 0 || !is_of_session(pid, leader))
			continue;
		pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
		/* Still the process that was looked at, not another with its number. */
		if (pidfd >= 0 && is_of_session(pid, leader) &&
		    syscall(SYS_pidfd_send_signal, pidfd, signo, NULL, 0) == 0)
			count++;
	}
	return count;
}

/* Descriptors of clogin end here: above all its side of the terminal, whose end is a hang-up. */
static void guard_let_go(int sock, int cgroup)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	setsid();
	for (int i = 0; null >= 0 && i < 3; i++)
		dup2(null, i);
	wpar_close_others(sock, cgroup);
	prctl(PR_SET_NAME, "clogin_guard", 0, 0, 0);
}

__attribute__((noreturn)) static void guard_run(int sock, int cgroup)
{
	const struct timespec tick = { .tv_nsec = 10 * 1000 * 1000 };
	pid_t leader = 0, next;
	ssize_t n;

	guard_let_go(sock, cgroup);
	while ((n = recv(sock, &next, sizeof(next), 0)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n != (ssize_t)sizeof(next) || next == 0)
			_exit(0);
		leader = next;
	}
	for (int i = 0; leader > 0 && i < ROUNDS; i++) {
		if (wpar_session_signal(cgroup, leader, SIGKILL) == 0)
			break;
		nanosleep(&tick, NULL);
	}
	_exit(0);
}

int wpar_guard_start(int cgroup)
{
	int pair[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	pid = wpar_cgroup_fork_keeper();
	if (pid == 0) {
		close(pair[1]);
		guard_run(pair[0], cgroup);
	}
	close(pair[0]);
	if (pid < 0) {
		int r = -errno;

		close(pair[1]);
		return r;
	}
	return pair[1];
}

void wpar_guard_watch(int guard, pid_t leader)
{
	(void)!send(guard, &leader, sizeof(leader), MSG_NOSIGNAL);
}

void wpar_guard_end(int guard)
{
	const pid_t nobody = 0;

	(void)!send(guard, &nobody, sizeof(nobody), MSG_NOSIGNAL);
}
