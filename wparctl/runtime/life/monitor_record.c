/* SPDX-License-Identifier: Apache-2.0 */
/* Which monitor a WPAR has: see monitor_record.h.  /run/wpars/NAME/monitor: its pid and its start.
 */
#include "wparctl/runtime/life/monitor_record.h"

#include "lpard/common/fs.h"
#include "lpard/common/process.h"
#include "wparctl/spec/spec.h"

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>

/*
 * Start of a process in clock ticks since boot: with the pid it names a process for good.
 * 0: there is no such process, or it is a zombie.
 */
static unsigned long long start_time(pid_t pid)
{
	struct par_process_stat stat;

	if (par_process_stat(pid, &stat) < 0 || stat.state == 'Z' || stat.state == 'X')
		return 0;
	return stat.started;
}

void wpar_monitor_write_record(const char *name)
{
	autofree char *path = wpar_path("/run/wpars/%s/monitor", name);
	char text[64];
	int n = snprintf(text, sizeof(text), "%d %llu\n", (int)getpid(), start_time(getpid()));

	if (path)
		par_fs_replace_volatile(AT_FDCWD, path, text, (size_t)n, 0644);
}

pid_t wpar_monitor_pid(const char *name)
{
	autofree char *path = wpar_path("/run/wpars/%s/monitor", name);
	unsigned long long t = 0;
	auto_buf b = { 0 };
	int pid = 0;

	if (!path || par_fs_read(path, 64, &b) < 0 || sscanf(b.data, "%d %llu", &pid, &t) != 2)
		return 0;
	return pid > 0 && t != 0 && start_time(pid) == t ? pid : 0;
}

/* In the WPAR's own folder: it goes with that. */
static char *restart_path(const char *name)
{
	return wpar_path(WPAR_RUN_DIR "/%s/restarting", name);
}

void wpar_monitor_mark_restart(const char *name)
{
	autofree char *path = restart_path(name);

	if (path)
		par_fs_replace_volatile(AT_FDCWD, path, "", 0, 0600);
}

bool wpar_monitor_restarts(const char *name)
{
	autofree char *path = restart_path(name);

	return path && access(path, F_OK) == 0 && wpar_monitor_pid(name) > 0;
}

void wpar_monitor_end(pid_t pid, int timeout_ms)
{
	autofd int pidfd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	if (pidfd >= 0 && poll(&p, 1, timeout_ms) == 0)
		syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
}
