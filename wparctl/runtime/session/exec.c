/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wpar_exec (wparexec): see session.h.  The command of an application WPAR is the child of a PID 1
 * that needs no exec: a loop of ours that reaps until nothing is left and then ends with the
 * command's status.  When the caller is killed, the WPAR dies with it.
 */
#include "wparctl/runtime/session/session.h"

#include "wparctl/network/apply.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/resources/oom.h"
#include "wparctl/runtime/launch/launch.h"
#include "wparctl/runtime/launch/sync.h"
#include "wparctl/runtime/life/clear.h"
#include "wparctl/runtime/life/ids.h"
#include "wparctl/runtime/life/wpar_log.h"
#include "wparctl/runtime/session/command.h"
#include "wparctl/runtime/session/console.h"
#include "wparctl/runtime/session/job.h"

#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static int exec_wait_for_all(pid_t command)
{
	int status = 1;

	for (;;) {
		int w;
		pid_t pid = waitpid(-1, &w, 0);

		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			return status;
		if (pid == command)
			status = WIFSIGNALED(w) ? 128 + WTERMSIG(w) : WEXITSTATUS(w);
	}
}

/* What the first process is told. */
struct exec_inside {
	const struct wpar_console *console;
	const struct wpar_exec_command *command;
	const struct wpar_user *user; /* of a user's job; else NULL */
};

static int exec_inside(const struct wpar_launch *l, int started)
{
	const struct exec_inside *in = l->user;
	const struct wpar_console *console = in->console;
	struct wpar_command_start start = { .user = in->user,
					    .directory = in->command->directory,
					    .umask = in->user ? in->command->umask : 022 };
	auto_error err = NULL;
	pid_t pid;
	int r = console->terminal
			? wpar_console_make_terminal(console, in->user ? in->user->uid : 0)
			: 0;

	if (r < 0) {
		par_fail(&err, PAR_E_SYSTEM, r, "a terminal cannot be made in the WPAR");
		wpar_sync_fail(started, err);
		return 1;
	}
	r = wpar_command_spawn(l->argv[0], l->argv, l->environment, &start, &pid);
	if (r == -EAGAIN)
		par_fail(
			&err, PAR_E_NO_RESOURCES, EAGAIN,
			"no process can be made in the WPAR: %s (-R totalProcesses, or the LPAR's limit)",
			strerror(EAGAIN));
	else if (r < 0)
		wpar_command_fail("command", l->argv[0], r, &err);
	if (r < 0) {
		wpar_sync_fail(started, err);
		return 1;
	}
	close(started);
	if (start.lost)
		dprintf(STDERR_FILENO, "wparexec: %s: %s; the command begins in /\n",
			start.directory, strerror(start.lost));
	return exec_wait_for_all(pid);
}

/* To every process of the WPAR: the command may have handed its work on. */
static void exec_forward_signal(int signo, void *user)
{
	const int *cgroup = user;

	if (signo == SIGKILL)
		wpar_cgroup_kill(*cgroup);
	else
		wpar_cgroup_signal(*cgroup, signo);
}

/* With the terminal open: until the last process has ended. */
static int exec_at_console(struct wpar_launch *l, struct exec_inside *in,
			   struct wpar_console *console, int *ret_status, struct par_error **err)
{
	int r;

	in->console = console;
	l->stdio = &console->inner;
	l->user = in;
	r = wpar_launch(l, err);
	l->stdio = NULL;
	l->user = NULL;
	if (r < 0)
		return r;
	wpar_net_announce(&l->network, true);
	r = console->terminal ? wpar_console_take_terminal(console, err) : 0;
	if (r < 0)
		return r;
	r = wpar_console_relay(console, l->pidfd, exec_forward_signal, &l->cgroup);
	if (r > 0)
		*ret_status = 128 + r;
	return r > 0 ? 0 : wpar_wait_status(l->pidfd, ret_status, err);
}

static int exec_run(struct wpar_launch *l, struct exec_inside *in, const struct wpar_spec *s,
		    const struct wpar_report *report, int *ret_status, struct par_error **err)
{
	struct wpar_console console;
	int r;

	wpar_report_say(report, WPAR_NOTE_STEP, "Mounting all workload partition file systems.");
	for (size_t i = 0; i < s->n_mounts; i++)
		wpar_report_say(report, WPAR_NOTE_VERBOSE, "Mounting %s", s->mounts[i].directory);
	r = wpar_launch_prepare(l, s, err);
	if (r < 0)
		return r;
	r = wpar_console_open_late(&console, err);
	if (r < 0)
		return r;
	wpar_report_say(report, WPAR_NOTE_STEP, "Loading workload partition.");
	r = exec_at_console(l, in, &console, ret_status, err);
	wpar_console_done(&console);
	return r;
}

/* Why a command may have ended with 137: told, and in the log. */
static void exec_tell_oom(const struct wpar_spec *s, int cgroup, const struct wpar_report *report)
{
	autofd int fd = cgroup > 0 ? wpar_oom_open(cgroup) : -1;
	uint64_t kills = wpar_oom_kills(fd);
	auto_error why = NULL;

	if (kills == 0)
		return;
	wpar_oom_error(kills, &why);
	wpar_event_log(s->name, "oom-kill", why);
	if (why && why->msg)
		wpar_report_say(report, WPAR_NOTE_STEP, "wparexec: %s", why->msg);
}

/* The line of its end: of a command that ran, its status. */
static void exec_log_end(const struct wpar_spec *s, int r, int status, const struct par_error *why)
{
	auto_error failed = NULL;

	if (r == 0 && status != 0)
		par_fail(&failed, PAR_E_SYSTEM, 0, "the command ended with status %d", status);
	wpar_event_log(s->name, "exec-end", r < 0 ? why : failed);
}

/* Whose job it is, and what the command begins with. */
static int exec_plan(const struct wpar_spec *s, const struct wpar_exec_command *command,
		     struct wpar_job *job, struct exec_inside *in, struct par_strv *env,
		     struct par_error **err)
{
	int r = s->user ? wpar_job_find(s->user, job, err) : 0;

	if (r < 0)
		return r;
	*in = (struct exec_inside){ .command = command, .user = s->user ? &job->user : NULL };
	r = wpar_command_inherit(in->user, command->inherited, command->variables,
				 isatty(STDIN_FILENO), env);
	return r < 0 ? par_oom(err) : 0;
}

static void exec_log_begin(const struct wpar_spec *s, const char *path)
{
	autofree char *text = s->user ? par_strdup_printf("%s as %s", path, s->user) : NULL;

	wpar_event_log_detail(s->name, "exec", text ? text : path, NULL);
}

int wpar_exec(const struct wpar_spec *s, const struct wpar_exec_command *command,
	      const struct wpar_report *report, struct par_error **err)
{
	auto_launch l = { .inside = exec_inside,
			  .argv = command->argv,
			  .die_with_parent = true,
			  .keep_priority = true,
			  .no_new_privs = true };
	struct exec_inside in;
	struct wpar_job job;
	auto_error left = NULL;
	auto_error why = NULL;
	auto_strv env = { 0 };
	int status = 1, r = exec_plan(s, command, &job, &in, &env, err);

	if (r < 0)
		return r;
	l.environment = &env;
	l.own_ids = s->user ? &job.ids : NULL;
	exec_log_begin(s, command->argv[0]);
	r = exec_run(&l, &in, s, report, &status, &why);
	exec_tell_oom(s, l.cgroup, report);
	exec_log_end(s, r, status, why);
	if (r < 0)
		par_error_move(err, &why);
	wpar_report_say(report, WPAR_NOTE_STEP, "Shutting down all workload partition processes.");
	/* The command's status is the caller's answer, also when something stays behind. */
	if (wpar_clear(s->name, &left) < 0 && left)
		wpar_report_say(report, WPAR_NOTE_STEP, "wparexec: %s", left->msg);
	wpar_id_range_release(s);
	return r < 0 ? r : status;
}
