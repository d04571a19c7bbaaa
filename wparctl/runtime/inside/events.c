/* SPDX-License-Identifier: Apache-2.0 */
/* What PID 1 of a WPAR waits for: signals, and the ends of processes; and how it makes one. */
#include "wparctl/runtime/inside/builtin.h"
#include "wparctl/runtime/inside/init.h"

#include <sys/wait.h>
#include <unistd.h>

pid_t wpar_init_spawn(const char *command)
{
	sigset_t none;
	pid_t pid;

	if (wpar_builtin_is(command))
		return wpar_builtin_spawn(command);
	pid = fork();
	if (pid != 0)
		return pid;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	execl("/bin/sh", "sh", "-c", command, NULL);
	_exit(127);
}

static void reap_all(const struct wpar_init_events *ev)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
		ev->reaped(pid);
}

void wpar_init_next(struct wpar_init_events *ev, int timeout_s)
{
	const struct timespec at_most = { .tv_sec = timeout_s };
	siginfo_t info;
	sigset_t all;
	int s;

	sigfillset(&all);
	s = sigtimedwait(&all, &info, &at_most);
	reap_all(ev);
	if (s == SIGHUP)
		ev->reread = true;
	if (s == WPAR_INIT_LEVEL_SIGNAL && info.si_code == SI_QUEUE &&
	    info.si_value.sival_int >= 0 && info.si_value.sival_int <= 9)
		ev->level = info.si_value.sival_int;
	if (s == SIGTERM || s == SIGINT || s == SIGUSR1 || s == SIGUSR2 || s == SIGPWR) {
		ev->end = true;
		ev->why = info;
	}
}
