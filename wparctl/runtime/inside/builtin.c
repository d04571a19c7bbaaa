/* SPDX-License-Identifier: Apache-2.0 */
/* The System Resource Controller as PID 1's own child: see builtin.h. */
#include "wparctl/runtime/inside/builtin.h"

#include "lpard/common/fs.h"
#include "wparctl/srcmstr/objrepos.h"
#include "wparctl/srcmstr/split.h"
#include "wparctl/srcmstr/srcmstr.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#define SRCMSTR	 "/usr/sbin/srcmstr"
#define STARTSRC "/usr/bin/startsrc"
#define END_MS	 1000 /* for srcmstr, which only has to take a signal */

static pid_t srcmstr_pid; /* the last one; it may have ended */

static bool is_srcmstr(const char *command)
{
	return strcmp(command, SRCMSTR) == 0;
}

/* The request of `startsrc -s NAME` or `-g NAME`; false: it is another command. */
static bool parse_startsrc(const char *command, struct wpar_src_request *ret)
{
	auto_strv words = { 0 };
	char **which;

	*ret = (struct wpar_src_request){ .verb = WPAR_SRC_START };
	if (!par_starts_with(command, STARTSRC " ") || wpar_split(command, &words) < 0 ||
	    words.n != 3 || !wpar_subsystem_is_name(words.v[2]))
		return false;
	which = strcmp(words.v[1], "-s") == 0	? &ret->subsystem
		: strcmp(words.v[1], "-g") == 0 ? &ret->group
						: NULL;
	if (!which)
		return false;
	*which = strdup(words.v[2]);
	return *which != NULL;
}

bool wpar_builtin_is(const char *command)
{
	auto_src_request q = { 0 };

	return is_srcmstr(command) || parse_startsrc(command, &q);
}

bool wpar_builtin_is_idle(const char *command)
{
	return is_srcmstr(command) && wpar_objrepos_is_empty();
}

/*
 * The name in ps: the kernel's short one, and the command line, which may grow over the
 * environment behind it; that is copied away first.
 */
static void take_title(const char *title)
{
	auto_buf line = { 0 };
	size_t room = strlen(title) + 1;

	prctl(PR_SET_NAME, strrchr(title, '/') + 1, 0, 0, 0);
	for (char **e = environ; e && *e; e++) {
		char *copy = strdup(*e);

		if (!copy)
			return;
		*e = copy;
	}
	if (par_fs_read("/proc/self/cmdline", 4096, &line) == 0 && line.len > room)
		room = line.len;
	memset(program_invocation_name, 0, room);
	snprintf(program_invocation_name, room, "%s", title);
	program_invocation_short_name = program_invocation_name;
}

__attribute__((noreturn)) static void run_srcmstr(int listener)
{
	setsid();
	/* PID 1's own: its pipes to the monitor above all. */
	syscall(SYS_close_range, 3, (unsigned int)listener - 1, 0);
	syscall(SYS_close_range, (unsigned int)listener + 1, ~0u, 0);
	take_title(SRCMSTR);
	_exit(wpar_srcmstr_run(listener));
}

__attribute__((noreturn)) static void run_startsrc(const char *command)
{
	auto_src_request q = { 0 };
	int r = -EINVAL;

	setsid();
	if (parse_startsrc(command, &q))
		r = wpar_src_ask(&q, NULL, stdout, stderr);
	if (r == -ENOTCONN)
		fprintf(stderr, "startsrc: srcmstr does not run.\n");
	fflush(stdout);
	_exit(r < 0 ? 1 : r);
}

pid_t wpar_builtin_spawn(const char *command)
{
	/* Made here, so that what is started next finds it. */
	autofd int listener = is_srcmstr(command) ? wpar_src_listen() : -1;
	pid_t pid;

	if (is_srcmstr(command) && listener < 0)
		return errno = -listener, -1;
	pid = fork();
	if (pid == 0 && listener >= 0)
		run_srcmstr(listener);
	if (pid == 0)
		run_startsrc(command);
	if (pid > 0 && listener >= 0)
		srcmstr_pid = pid;
	return pid;
}

void wpar_builtin_end(void)
{
	const struct timespec tick = { .tv_nsec = 5 * 1000 * 1000 };

	if (srcmstr_pid <= 0 || kill(srcmstr_pid, SIGTERM) < 0)
		return;
	for (int ms = 0; ms < END_MS && waitpid(srcmstr_pid, NULL, WNOHANG) == 0; ms += 5)
		nanosleep(&tick, NULL);
}
