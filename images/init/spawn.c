/* SPDX-License-Identifier: Apache-2.0 */
/* Starting a program, and the clock. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <time.h>

#include "init.h"

static const char *const environment[] = {
	"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
	"HOME=/root",
	"TERM=vt220",
	"LANG=C.UTF-8",
	NULL,
};

/* init_now_ms - since the machine started */
long long init_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

/*
 * init_spawn - start a program in its own session, with nothing on its standard input
 * @out_fd	where its output goes; -1: the kernel log
 *
 * Returns the process id, or negative errno, also when the program is not there.
 */
pid_t init_spawn(const char *const argv[], int out_fd)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t none;
	pid_t pid;
	int r;

	sigemptyset(&none);
	posix_spawn_file_actions_init(&files);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attr, &none);
	posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0);
	if (out_fd < 0)
		posix_spawn_file_actions_addopen(&files, 1, "/dev/kmsg", O_WRONLY, 0);
	else
		posix_spawn_file_actions_adddup2(&files, out_fd, 1);
	posix_spawn_file_actions_adddup2(&files, 1, 2);
	r = posix_spawn(&pid, argv[0], &files, &attr, (char *const *)argv,
			(char *const *)environment);
	posix_spawn_file_actions_destroy(&files);
	posix_spawnattr_destroy(&attr);
	return r ? -r : pid;
}
