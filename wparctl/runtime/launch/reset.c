/* SPDX-License-Identifier: Apache-2.0 */
/* What a process gives up on its way into a WPAR: see reset.h. */
#include "wparctl/runtime/launch/reset.h"

#include "lpard/common/str.h"

#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>

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

static int close_between(unsigned int first, unsigned int last)
{
	return first <= last && syscall(SYS_close_range, first, last, 0u) < 0 ? -errno : 0;
}

int wpar_close_others(int keep, int keep_too)
{
	unsigned int a = (unsigned int)(keep < keep_too ? keep : keep_too);
	unsigned int b = (unsigned int)(keep < keep_too ? keep_too : keep);
	int r = close_between(3, a - 1);

	if (r < 0)
		return r;
	r = b > a ? close_between(a + 1, b - 1) : 0;
	if (r < 0)
		return r;
	return close_between(b + 1, ~0u);
}

/* What exec and fork hand on by default is the global environment's. */
void wpar_process_reset(void)
{
	static const struct {
		int resource;
		rlim_t soft, hard;
	} limits[] = {
		{ RLIMIT_NOFILE, 1024, 524288 },
		{ RLIMIT_CORE, 0, RLIM_INFINITY },
		{ RLIMIT_MEMLOCK, 8 << 20, 8 << 20 },
	};
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(limits); i++) {
		struct rlimit l = { limits[i].soft, limits[i].hard }, now;

		if (getrlimit((__rlimit_resource_t)limits[i].resource, &now) == 0 &&
		    now.rlim_max < l.rlim_max)
			l.rlim_max = now.rlim_max;
		if (l.rlim_cur > l.rlim_max)
			l.rlim_cur = l.rlim_max;
		setrlimit((__rlimit_resource_t)limits[i].resource, &l);
	}
	for (int s = 1; s < 32; s++)
		sigaction(s, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(022);
}

void wpar_test_stop_at(const char *step)
{
	const char *at = getenv("WPAR_STOP_AT");

	if (at && strcmp(at, step) == 0)
		raise(SIGKILL);
}
