/* SPDX-License-Identifier: Apache-2.0 */
/* What a process gives up on its way into a WPAR: see reset.h. */
#include "wparctl/runtime/launch/reset.h"

#include "lpard/common/fs.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>

#define NULL_MAJOR 1 /* of /dev/null */
#define NULL_MINOR 3

int wpar_stdio_install(const struct wpar_stdio *stdio)
{
	setsid();
	if (stdio->pty && ioctl(stdio->fd[0], TIOCSCTTY, 0) < 0)
		return -errno;
	for (int i = 0; i < 3; i++) {
		if (stdio->fd[i] >= 0 && dup2(stdio->fd[i], i) < 0)
			return -errno;
	}
	return 0;
}

static bool is_null(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && S_ISCHR(st.st_mode) &&
	       st.st_rdev == makedev(NULL_MAJOR, NULL_MINOR);
}

void wpar_stdio_own_null(void)
{
	for (int i = 0; i < 3; i++) {
		const int mode = is_null(i) ? fcntl(i, F_GETFL) : -1;
		autofd int own =
			mode < 0 ? -1
				 : open("/dev/null", (mode & (O_ACCMODE | O_APPEND)) | O_CLOEXEC |
							     O_NOFOLLOW | O_NOCTTY | O_NONBLOCK);

		/* What the WPAR has put in its place is not taken. */
		if (is_null(own) && fcntl(own, F_SETFL, mode & (O_APPEND | O_NONBLOCK)) == 0)
			dup2(own, i);
	}
}

static int close_between(unsigned int first, unsigned int last)
{
	return first <= last && syscall(SYS_close_range, first, last, 0u) < 0 ? -errno : 0;
}

static int by_number(const void *a, const void *b)
{
	const int *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int wpar_close_all_but(const int *keep, size_t n)
{
	unsigned int next = 3;
	int sorted[8];

	if (n > PAR_ARRAY_SIZE(sorted))
		return -E2BIG;
	memcpy(sorted, keep, n * sizeof(*keep));
	qsort(sorted, n, sizeof(*sorted), by_number);
	for (size_t i = 0; i < n; i++) {
		int r;

		if (sorted[i] < (int)next)
			continue;
		r = sorted[i] > (int)next ? close_between(next, (unsigned int)sorted[i] - 1) : 0;
		if (r < 0)
			return r;
		next = (unsigned int)sorted[i] + 1;
	}
	return close_between(next, ~0u);
}

int wpar_close_others(int keep, int keep_too)
{
	const int both[] = { keep, keep_too };

	return wpar_close_all_but(both, PAR_ARRAY_SIZE(both));
}

void wpar_child_only(pid_t parent, const int *keep, size_t n)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || getppid() != parent ||
	    wpar_close_all_but(keep, n) < 0)
		_exit(1);
}

/* The limits of every process of a WPAR; its root may lower them, and raise the soft ones. */
static void fix_limits(rlim_t locked)
{
	const struct {
		int resource;
		rlim_t soft, hard;
	} limits[] = {
		{ RLIMIT_CPU, RLIM_INFINITY, RLIM_INFINITY },
		{ RLIMIT_FSIZE, RLIM_INFINITY, RLIM_INFINITY },
		{ RLIMIT_DATA, RLIM_INFINITY, RLIM_INFINITY },
		{ RLIMIT_STACK, 8 << 20, RLIM_INFINITY },
		{ RLIMIT_CORE, 0, RLIM_INFINITY },
		{ RLIMIT_RSS, RLIM_INFINITY, RLIM_INFINITY },
		/* Processes are counted by the control group (pids.max), for all users together. */
		{ RLIMIT_NPROC, RLIM_INFINITY, RLIM_INFINITY },
		{ RLIMIT_NOFILE, 65536, 524288 },
		{ RLIMIT_MEMLOCK, locked, locked },
		{ RLIMIT_AS, RLIM_INFINITY, RLIM_INFINITY },
		{ RLIMIT_LOCKS, RLIM_INFINITY, RLIM_INFINITY },
		/* Of the whole WPAR at the same time: its creator is charged (launch.c). */
		{ RLIMIT_SIGPENDING, 16384, 16384 },
		{ RLIMIT_MSGQUEUE, 819200, 819200 },
		{ RLIMIT_NICE, 0, 0 },
		{ RLIMIT_RTPRIO, 0, 0 },
		{ RLIMIT_RTTIME, RLIM_INFINITY, RLIM_INFINITY },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(limits); i++) {
		__rlimit_resource_t resource = (__rlimit_resource_t)limits[i].resource;
		struct rlimit l = { limits[i].soft, limits[i].hard }, now;

		if (setrlimit(resource, &l) == 0 || getrlimit(resource, &now) < 0)
			continue;
		/* Without the right to raise it (in a container): as near as it goes. */
		if (now.rlim_max < l.rlim_max)
			l.rlim_max = now.rlim_max;
		if (l.rlim_cur > l.rlim_max)
			l.rlim_cur = l.rlim_max;
		setrlimit(resource, &l);
	}
}

static void fix_priority(void)
{
	const struct sched_param none = { 0 };

	sched_setscheduler(0, SCHED_OTHER, &none);
	setpriority(PRIO_PROCESS, 0, 0);
	syscall(SYS_ioprio_set, 1 /* IOPRIO_WHO_PROCESS */, 0, 0);
}

void wpar_process_fix(bool keep_priority, uint64_t locked)
{
	unsigned long processors[8192 / (8 * sizeof(unsigned long))];

	fix_limits(locked);
	if (!keep_priority)
		fix_priority();
	/* All that the control group has (taskset is no way to limit a WPAR). */
	memset(processors, 0xff, sizeof(processors));
	syscall(SYS_sched_setaffinity, 0, sizeof(processors), processors);
	syscall(SYS_set_mempolicy, 0 /* MPOL_DEFAULT */, NULL, 0);
	prctl(PR_SET_TIMERSLACK, 50000, 0, 0, 0);
	prctl(PR_SET_THP_DISABLE, 0, 0, 0, 0);
	personality(PER_LINUX);
	par_fs_write_str(AT_FDCWD, "/proc/self/oom_score_adj", "0");
}

void wpar_process_reset(void)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int s = 1; s < _NSIG; s++)
		sigaction(s, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(022);
}
