/* SPDX-License-Identifier: Apache-2.0 */
/* The way down: the system's own script, every process, every file system, the machine. */
#include <errno.h>
#include <mntent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "init.h"

#define SCRIPT	       "/etc/rc.shutdown"
#define SCRIPT_WAIT_MS 60000
#define TERM_WAIT_MS   5000
#define KILL_WAIT_MS   2000
#define MOUNTS_MAX     1024

/* Reaps until @pid has ended (0: until no child is left) or the time is over. */
static bool reap_for(pid_t pid, int limit_ms)
{
	const struct timespec tick = { .tv_nsec = 10000000 };
	pid_t ended;

	for (int ms = 0; ms < limit_ms; ms += 10) {
		while ((ended = waitpid(-1, NULL, WNOHANG)) > 0)
			if (ended == pid)
				return true;
		if (ended < 0 && errno == ECHILD)
			return true;
		nanosleep(&tick, NULL);
	}
	return false;
}

static void run_script(void)
{
	static const char *const argv[] = { SCRIPT, NULL };
	pid_t pid;

	if (access(SCRIPT, X_OK) < 0)
		return;
	pid = init_spawn(argv, -1);
	if (pid > 0 && !reap_for(pid, SCRIPT_WAIT_MS))
		init_say("%s takes too long: going on", SCRIPT);
}

static void end_processes(void)
{
	kill(-1, SIGTERM);
	kill(-1, SIGCONT);
	if (reap_for(0, TERM_WAIT_MS))
		return;
	kill(-1, SIGKILL);
	reap_for(0, KILL_WAIT_MS);
}

/* Last mounted first; a busy mount is tried again when the mounts on top of it have gone. */
static void unmount_all(void)
{
	static char *dirs[MOUNTS_MAX];
	FILE *mounts = setmntent("/proc/self/mounts", "re");
	struct mntent *m;
	size_t n = 0;

	while (mounts && n < MOUNTS_MAX && (m = getmntent(mounts)))
		if (strcmp(m->mnt_dir, "/") != 0 && strcmp(m->mnt_dir, "/proc") != 0 &&
		    strcmp(m->mnt_dir, "/sys") != 0 && strcmp(m->mnt_dir, "/dev") != 0)
			dirs[n++] = strdup(m->mnt_dir);
	if (mounts)
		endmntent(mounts);
	while (n-- > 0)
		if (umount2(dirs[n], UMOUNT_NOFOLLOW) < 0)
			umount2(dirs[n], UMOUNT_NOFOLLOW | MNT_DETACH);
	if (mount(NULL, "/", NULL, MS_REMOUNT | MS_RDONLY, NULL) < 0)
		init_say("root not clean: %s", strerror(errno));
}

/*
 * init_shutdown - end everything and halt, power off or restart
 * @how		RB_HALT_SYSTEM, RB_POWER_OFF or RB_AUTOBOOT
 */
void init_shutdown(int how)
{
	init_services_stop();
	init_say("shutting down");
	run_script();
	end_processes();
	sync();
	unmount_all();
	sync();
	if (how == RB_AUTOBOOT)
		init_say("restarting");
	else
		init_say(how == RB_POWER_OFF ? "power off" : "halted");
	reboot(how);
	for (;;)
		pause();
}
