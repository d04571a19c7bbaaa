/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PID 1 of an LPAR.  The agent is started as soon as the kernel's file systems are there; all
 * else comes after it.  Then one loop: signals, device events, services to start again.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"

#define RC_WPARS "/etc/rc.wpars"

static pid_t boot_pid;

static void set_hostname(const struct init_config *config)
{
	char name[65];

	if (config->name[0])
		snprintf(name, sizeof(name), "%s", config->name);
	else if (init_read("/etc/hostname", name, sizeof(name)) <= 0)
		return;
	if (sethostname(name, strlen(name)) < 0)
		init_say("host name: %s", strerror(errno));
}

static int block_signals(void)
{
	sigset_t all;

	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	/* Ctrl-Alt-Del of a keyboard comes as SIGINT instead of an immediate restart. */
	reboot(RB_DISABLE_CAD);
	return signalfd(-1, &all, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* A login on the console the kernel uses. */
static void start_console(void)
{
	char active[128];
	const char *tty;
	const char *argv[] = { "/sbin/agetty", "-L", NULL, "115200", "vt220", NULL };

	init_read("/sys/class/tty/console/active", active, sizeof(active));
	tty = strrchr(active, ' ');
	tty = tty ? tty + 1 : active;
	argv[2] = tty[0] ? tty : "hvc0";
	init_service_add("console", argv);
}

static void multi_user(const struct init_config *config)
{
	static const char *const rc[] = { RC_WPARS, NULL };

	init_network_all(config);
	if (access(RC_WPARS, X_OK) == 0)
		init_spawn(rc, -1);
	init_say("multi-user");
	start_console();
}

static void reap(const struct init_config *config)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == boot_pid)
			multi_user(config);
		else
			init_service_ended(pid, status);
	}
}

static void handle_signals(int fd, const struct init_config *config)
{
	struct signalfd_siginfo info;

	while (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGCHLD:
			reap(config);
			break;
		case INIT_SIG_HALT:
			init_shutdown(RB_HALT_SYSTEM);
		case INIT_SIG_POWEROFF:
		case SIGPWR:
			init_shutdown(RB_POWER_OFF);
		case INIT_SIG_REBOOT:
		case SIGINT:
			init_shutdown(RB_AUTOBOOT);
		default:
			break;
		}
	}
}

static void run_system(void)
{
	static const char *const agent[] = { "/usr/sbin/wparctl", "agent", NULL };
	static struct init_config config;
	struct pollfd fds[2];

	init_mount_rest();
	init_read_config(&config);
	set_hostname(&config);
	init_network_loopback();
	fds[0] = (struct pollfd){ .fd = block_signals(), .events = POLLIN };
	fds[1] = (struct pollfd){ .fd = init_uevent_open(), .events = POLLIN };
	init_service_add("agent", agent);

	boot_pid = fork();
	if (boot_pid == 0) {
		init_boot_job(&config);
		_exit(0);
	}
	if (boot_pid < 0)
		multi_user(&config);
	for (;;) {
		if (poll(fds, 2, init_service_wait_ms()) < 0 && errno != EINTR)
			sleep(1);
		handle_signals(fds[0].fd, &config);
		if (fds[1].fd >= 0)
			init_uevent_read(fds[1].fd, &config);
		init_service_start_due();
	}
}

int main(int argc, char **argv)
{
	const char *name = strrchr(argv[0], '/');

	if (getpid() != 1)
		return init_control(name ? name + 1 : argv[0], argc, argv);
	if (access("/modules.list", F_OK) == 0)
		init_early();
	run_system();
}
