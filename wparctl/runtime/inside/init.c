/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PID 1 of a system WPAR: runs /etc/inittab (inittab.h, jobs.c), reaps, and halts in order.
 *
 * SIGTERM from outside (stopwpar), SIGUSR1, SIGUSR2 and SIGPWR (halt, poweroff) end the WPAR:
 * /etc/rc.shutdown runs, then everything gets SIGTERM, and after a while SIGKILL.  SIGTERM and
 * SIGINT from inside (reboot) do the same and have the WPAR's monitor start it again.  SIGHUP reads
 * inittab again; telinit asks for another run level.  What PID 1 starts writes to the WPAR's
 * console.
 */
#include "wparctl/runtime/inside/init.h"
#include "wparctl/runtime/inside/inside.h"

#include "lpard/common/fs.h"

#include <sys/prctl.h>

/* The descriptors it was started with are the global environment's: nobody could restore them. */
static void own_stdio(void)
{
	int fd = open("/dev/null", O_RDWR | O_NOCTTY);

	for (int i = 0; fd >= 0 && i < 3; i++) {
		if (fd != i)
			dup2(fd, i);
	}
	if (fd > 2)
		close(fd);
	for (int i = WPAR_INIT_CONSOLE_READ; i <= WPAR_INIT_END; i++)
		fcntl(i, F_SETFD, FD_CLOEXEC);
	/* Where there is no console they stay at /dev/null. */
	if (fcntl(WPAR_INIT_CONSOLE, F_GETFD) >= 0) {
		dup2(WPAR_INIT_CONSOLE, 1);
		dup2(WPAR_INIT_CONSOLE, 2);
	}
}

/* Somebody inside asks for a restart; from outside the sender's pid cannot be seen. */
static bool is_restart(const siginfo_t *info)
{
	return (info->si_signo == SIGTERM || info->si_signo == SIGINT) &&
	       info->si_code == SI_USER && info->si_pid != 0;
}

static void ask_for_restart(void)
{
	const char byte = WPAR_INIT_RESTART;

	if (write(WPAR_INIT_END, &byte, 1) < 0)
		return; /* ignoring: there is no monitor to be asked; the WPAR ends */
}

/* Until somebody wants the WPAR to end. */
static void run_levels(struct wpar_init_events *ev)
{
	while (!ev->end) {
		int left;

		if (ev->reread) {
			ev->reread = false;
			wpar_jobs_load();
			wpar_jobs_forgive();
		}
		if (ev->level >= 0) {
			wpar_jobs_enter(ev->level);
			ev->level = -1;
		}
		wpar_jobs_run(ev);
		if (ev->end || ev->reread || ev->level >= 0)
			continue;
		left = wpar_jobs_wait();
		wpar_init_next(ev, left < 0 ? WPAR_INIT_LONG_S : left);
	}
}

int wpar_init_run(void)
{
	struct wpar_init_events ev = { .level = -1, .reaped = wpar_jobs_reaped };
	sigset_t all;
	int level;

	own_stdio();
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	prctl(PR_SET_NAME, "init", 0, 0, 0);
	if (chdir("/") < 0)
		return 1;
	level = wpar_jobs_load();
	wpar_jobs_enter(level < 0 ? WPAR_LEVEL_DEFAULT : level);
	wpar_jobs_first(&ev);
	run_levels(&ev);
	wpar_halt_all();
	if (is_restart(&ev.why))
		ask_for_restart();
	return 0;
}
