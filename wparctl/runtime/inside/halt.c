/* SPDX-License-Identifier: Apache-2.0 */
/* The orderly end of a WPAR's processes. */
#include "wparctl/runtime/inside/builtin.h"
#include "wparctl/runtime/inside/init.h"

#include "lpard/common/now.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

#define GRACE_S 10 /* between SIGTERM and SIGKILL */

static void run_and_wait(const char *command)
{
	pid_t pid = wpar_init_spawn(command), got;

	while (pid > 0 && (got = waitpid(-1, NULL, 0)) != pid) {
		if (got < 0 && errno != EINTR)
			break;
	}
}

static bool is_alone(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	/* -1 means every process but this one; ESRCH: there is none. */
	return kill(-1, 0) < 0 && errno == ESRCH;
}

void wpar_halt_all(void)
{
	const struct timespec tick = { .tv_nsec = 20 * 1000 * 1000 };
	time_t end;

	if (access("/etc/rc.shutdown", X_OK) == 0)
		run_and_wait("/etc/rc.shutdown");
	wpar_builtin_end();
	if (!is_alone()) {
		kill(-1, SIGTERM);
		kill(-1, SIGHUP); /* login shells take no notice of SIGTERM */
		kill(-1, SIGCONT);
	}
	for (end = par_now_s() + GRACE_S; !is_alone() && par_now_s() < end;)
		nanosleep(&tick, NULL);
	kill(-1, SIGKILL);
	for (end = par_now_s() + GRACE_S; !is_alone() && par_now_s() < end;)
		nanosleep(&tick, NULL);
}
