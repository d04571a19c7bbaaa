/* SPDX-License-Identifier: Apache-2.0 */
/* A subsystem's process, from fork to exec. */
#include "wparctl/srcmstr/running.h"

#include "lpard/common/fs.h"
#include "lpard/common/process.h"
#include "wparctl/srcmstr/split.h"

#include <errno.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define NICE_AS_IT_IS 20

/* What the child does before exec, and what it says when that fails. */
enum launch_step { STEP_STREAM, STEP_USER, STEP_EXEC };
struct launch_failure {
	int step, errnum;
};

/* The console is what srcmstr itself writes to. */
static int take_stream(const char *path, int number, int flags)
{
	int fd;

	if (path && strcmp(path, "/dev/console") == 0 && number != STDIN_FILENO)
		return 0;
	if (!path || (number == STDIN_FILENO && strcmp(path, "/dev/console") == 0))
		path = "/dev/null";
	fd = open(path, flags | O_NOCTTY | O_CLOEXEC, 0644);
	if (fd < 0 || dup2(fd, number) < 0)
		return -errno;
	return 0;
}

static int take_streams(const struct wpar_subsystem *def)
{
	const int writing = O_WRONLY | O_CREAT | O_APPEND;
	int r = take_stream(def->standin, STDIN_FILENO, O_RDONLY);

	if (r < 0)
		return r;
	r = take_stream(def->standout, STDOUT_FILENO, writing);
	return r < 0 ? r : take_stream(def->standerr, STDERR_FILENO, writing);
}

/* The group of @uid as /etc/passwd says; nobody's without an entry. */
static gid_t group_of(uint32_t uid)
{
	autofile FILE *f = fopen("/etc/passwd", "re");
	char line[1024];
	unsigned int u, g;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "%*[^:]:%*[^:]:%u:%u", &u, &g) == 2 && u == uid)
			return g;
	}
	return 65534;
}

static int take_user(const struct wpar_subsystem *def)
{
	gid_t gid;

	if (def->priority != NICE_AS_IT_IS)
		setpriority(PRIO_PROCESS, 0, (int)def->priority - NICE_AS_IT_IS);
	if (def->uid == 0)
		return 0;
	gid = group_of(def->uid);
	if (setgroups(1, &gid) < 0 || setresgid(gid, gid, gid) < 0 ||
	    setresuid(def->uid, def->uid, def->uid) < 0)
		return -errno;
	return 0;
}

static void reset_signals(void)
{
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (int s = 1; s < _NSIG; s++)
		sigaction(s, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

__attribute__((noreturn)) static void launch_child(const struct wpar_subsystem *def, char **argv,
						   const struct par_strv *env, int report)
{
	struct launch_failure f = { .step = STEP_STREAM };
	int r;

	setsid();
	reset_signals();
	umask(022);
	r = chdir("/") < 0 ? -errno : take_streams(def);
	if (r == 0) {
		f.step = STEP_USER;
		r = take_user(def);
	}
	for (size_t i = 0; i < env->n; i++)
		putenv(env->v[i]);
	if (r == 0) {
		f.step = STEP_EXEC;
		execv(def->path, argv);
		r = -errno;
	}
	f.errnum = -r;
	(void)!write(report, &f, sizeof(f));
	_exit(127);
}

/* Path, the arguments on file, those of startsrc. */
static int make_arguments(const struct wpar_subsystem *def, const struct wpar_running *r,
			  struct par_strv *ret)
{
	int e = par_strv_add(ret, def->path);

	if (e == 0 && def->cmdargs)
		e = wpar_split(def->cmdargs, ret);
	if (e == 0 && r->arguments)
		e = wpar_split(r->arguments, ret);
	return e;
}

static int make_environment(const struct wpar_running *r, struct par_strv *ret)
{
	int e = r->environment ? wpar_split(r->environment, ret) : 0;

	for (size_t i = 0; e == 0 && i < ret->n; i++) {
		if (!strchr(ret->v[i], '=') || ret->v[i][0] == '=')
			e = -EINVAL;
	}
	return e;
}

static void say_failure(const struct wpar_subsystem *def, const struct launch_failure *f,
			struct par_buf *why)
{
	switch ((enum launch_step)f->step) {
	case STEP_STREAM:
		par_buf_printf(why, "its standard files cannot be opened: %s", strerror(f->errnum));
		break;
	case STEP_USER:
		par_buf_printf(why, "it cannot run as user %u: %s", def->uid, strerror(f->errnum));
		break;
	case STEP_EXEC:
		par_buf_printf(why, "'%s' cannot be run: %s", def->path, strerror(f->errnum));
		break;
	}
}

/* Returns when the child has become its program (the pipe closes), or has said why not. */
static int launch_fork(const struct wpar_subsystem *def, char **argv, const struct par_strv *env,
		       struct wpar_running *r, struct par_buf *why)
{
	autofd int reading = -1;
	struct launch_failure f;
	struct par_process_stat stat;
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	reading = fds[0];
	pid = fork();
	if (pid == 0)
		launch_child(def, argv, env, fds[1]);
	close(fds[1]);
	if (pid < 0)
		return -errno;
	if (read(reading, &f, sizeof(f)) == (ssize_t)sizeof(f)) {
		waitpid(pid, NULL, 0);
		say_failure(def, &f, why);
		return f.errnum > 0 ? -f.errnum : -EIO;
	}
	r->pid = pid;
	r->adopted = r->asked = false;
	r->kill_at = 0;
	r->started = par_process_stat(pid, &stat) == 0 ? stat.started : 0;
	return 0;
}

int wpar_running_start(const struct wpar_subsystem *def, struct wpar_running *r,
		       struct par_buf *why)
{
	auto_strv argv = { 0 }, env = { 0 };
	int e = make_arguments(def, r, &argv);

	if (e == 0)
		e = make_environment(r, &env);
	if (e == -EINVAL) {
		par_buf_puts(why, "the quotes of its arguments or of its environment do not match");
		return e;
	}
	if (e == 0)
		e = launch_fork(def, argv.v, &env, r, why);
	if (e < 0 && !why->len)
		par_buf_puts(why, strerror(-e));
	return e;
}
