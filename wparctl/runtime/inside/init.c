/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PID 1 of a system WPAR: runs /etc/inittab, reaps, and halts in order.
 *
 * inittab's lines are id:runlevels:action:command, for run level 2; actions: sysinit, boot,
 * bootwait, once, wait, respawn, off.  SIGTERM from outside (stopwpar), SIGUSR1, SIGUSR2 and SIGPWR
 * (halt, poweroff) end the WPAR: /etc/rc.shutdown runs, then everything gets SIGTERM, and after a
 * while SIGKILL.  SIGTERM and SIGINT from inside (reboot) do the same and have the WPAR's monitor
 * start it again.  SIGHUP reads inittab again.  What PID 1 starts writes to the WPAR's console.
 */
#include "wparctl/runtime/inside/inside.h"

#include "lpard/common/fs.h"

#include <ctype.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#define MAX_ENTRIES 64
#define GRACE_S	    10 /* between SIGTERM and SIGKILL */
#define RESPAWN_S   5  /* an entry that ends sooner than this waits so long */

struct entry {
	char id[16], action[12], command[1024];
	pid_t pid;
	time_t started;
	bool seen;
};

static struct entry entries[MAX_ENTRIES];
static size_t n_entries;

static time_t init_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

static pid_t init_spawn(const char *command)
{
	pid_t pid = fork();
	sigset_t none;

	if (pid != 0)
		return pid;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setsid();
	execl("/bin/sh", "sh", "-c", command, NULL);
	_exit(127);
}

static struct entry *find_entry(const char *id)
{
	for (size_t i = 0; i < n_entries; i++) {
		if (strcmp(entries[i].id, id) == 0)
			return &entries[i];
	}
	return NULL;
}

static void parse_inittab_line(char *line)
{
	char *part[4];
	struct entry *e;

	line = par_trim(line);
	if (*line == '#' || *line == '\0')
		return;
	for (int i = 0; i < 4; i++) {
		part[i] = i < 3 ? strsep(&line, ":") : line;
		if (!part[i])
			return;
	}
	/* No run levels: all of them.  A WPAR runs in 2, as on AIX. */
	if (*part[1] && !strchr(part[1], '2') && !strchr(part[1], '3'))
		return;
	e = find_entry(part[0]);
	if (!e && n_entries < MAX_ENTRIES) {
		e = &entries[n_entries++];
		memset(e, 0, sizeof(*e));
	}
	if (!e)
		return;
	snprintf(e->id, sizeof(e->id), "%s", part[0]);
	snprintf(e->action, sizeof(e->action), "%s", part[2]);
	snprintf(e->command, sizeof(e->command), "%s", part[3]);
	e->seen = true;
}

static void read_inittab(void)
{
	auto_buf b = { 0 };
	char *rest, *line;

	for (size_t i = 0; i < n_entries; i++)
		entries[i].seen = false;
	if (par_fs_read("/etc/inittab", 65536, &b) == 0) {
		rest = b.data;
		while ((line = strsep(&rest, "\n")))
			parse_inittab_line(line);
	}
	for (size_t i = 0; i < n_entries; i++) {
		if (!entries[i].seen)
			snprintf(entries[i].action, sizeof(entries[i].action), "off");
	}
}

static void init_reap(void)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) {
		for (size_t i = 0; i < n_entries; i++) {
			if (entries[i].pid == pid)
				entries[i].pid = 0;
		}
	}
}

static void run_and_wait(const char *command)
{
	pid_t pid = init_spawn(command), got;

	while (pid > 0 && (got = waitpid(-1, NULL, 0)) != pid) {
		if (got < 0 && errno != EINTR)
			break;
	}
}

static void run_actions(const char *action, bool wait)
{
	for (size_t i = 0; i < n_entries; i++) {
		struct entry *e = &entries[i];

		if (strcmp(e->action, action) != 0)
			continue;
		if (wait)
			run_and_wait(e->command);
		else if (e->started == 0)
			e->pid = init_spawn(e->command);
		e->started = init_now();
	}
}

/* Returns the seconds until one may start again, or -1. */
static int init_respawn(void)
{
	int pause = -1;

	for (size_t i = 0; i < n_entries; i++) {
		struct entry *e = &entries[i];
		time_t since = init_now() - e->started;

		if (strcmp(e->action, "respawn") != 0 || e->pid > 0)
			continue;
		if (e->started == 0 || since >= RESPAWN_S) {
			e->pid = init_spawn(e->command);
			e->started = init_now();
		} else {
			pause = RESPAWN_S - (int)since;
		}
	}
	return pause;
}

static bool is_alone(void)
{
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	/* -1 means every process but this one; ESRCH: there is none. */
	return kill(-1, 0) < 0 && errno == ESRCH;
}

static void halt_all(void)
{
	const struct timespec tick = { .tv_nsec = 20 * 1000 * 1000 };
	time_t end;

	if (access("/etc/rc.shutdown", X_OK) == 0)
		run_and_wait("/etc/rc.shutdown");
	if (!is_alone()) {
		kill(-1, SIGTERM);
		kill(-1, SIGHUP); /* login shells take no notice of SIGTERM */
		kill(-1, SIGCONT);
	}
	for (end = init_now() + GRACE_S; !is_alone() && init_now() < end;)
		nanosleep(&tick, NULL);
	kill(-1, SIGKILL);
	for (end = init_now() + GRACE_S; !is_alone() && init_now() < end;)
		nanosleep(&tick, NULL);
}

/* Those it was started with are the global environment's: nobody could restore them. */
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
static bool is_restart(int signo, const siginfo_t *info)
{
	return (signo == SIGTERM || signo == SIGINT) && info->si_code == SI_USER &&
	       info->si_pid != 0;
}

static void ask_for_restart(void)
{
	const char byte = WPAR_INIT_RESTART;

	if (write(WPAR_INIT_END, &byte, 1) < 0)
		return; /* ignoring: there is no monitor to be asked; the WPAR ends */
}

int wpar_init_run(void)
{
	sigset_t set;
	int pause;

	own_stdio();
	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	prctl(PR_SET_NAME, "init", 0, 0, 0);
	if (chdir("/") < 0)
		return 1;
	read_inittab();
	run_actions("sysinit", true);
	run_actions("bootwait", true);
	run_actions("wait", true);
	run_actions("boot", false);
	run_actions("once", false);
	for (;;) {
		struct timespec at_most;
		siginfo_t info;
		int s;

		pause = init_respawn();
		at_most = (struct timespec){ .tv_sec = pause < 0 ? 3600 : pause };
		s = sigtimedwait(&set, &info, &at_most);
		init_reap();
		if (s == SIGHUP) {
			read_inittab();
			run_actions("once", false);
		}
		if (s != SIGTERM && s != SIGINT && s != SIGUSR1 && s != SIGUSR2 && s != SIGPWR)
			continue;
		halt_all();
		if (is_restart(s, &info))
			ask_for_restart();
		return 0;
	}
}
