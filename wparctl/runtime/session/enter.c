/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wpar_enter (clogin): see session.h.  The caller chooses the process namespace, the child is born
 * in it and in the control group, joins the rest, takes the user's ids, gives up what the WPAR may
 * not have and becomes the user's login shell, which reads its profile and runs the command, or the
 * program itself where the caller named one.  Until the exec the child is not dumpable, so that
 * nobody inside can get at its descriptors or its program.  A third process, the guard (guard.h),
 * sees to the end of a clogin that is killed.
 */
#include "wparctl/runtime/session/session.h"

#include "lpard/common/fs.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/resources/cgroup_below.h"
#include "wparctl/resources/inner_limits.h"
#include "wparctl/runtime/session/command.h"
#include "wparctl/runtime/session/console.h"
#include "wparctl/runtime/session/guard.h"
#include "wparctl/runtime/session/utmp.h"
#include "wparctl/runtime/launch/security.h"
#include "wparctl/runtime/launch/sync.h"
#include "wparctl/runtime/life/lock.h"
#include "wparctl/runtime/life/start.h"
#include "wparctl/versioned/uname_notify.h"

#include <grp.h>
#include <linux/sched.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#define NAMESPACES \
	(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP)

struct entry {
	const struct wpar_spec *spec;
	struct wpar_user user;
	struct wpar_console console;
	struct par_strv env;
	char *line;		 /* for the shell's -c; NULL: a login */
	char *const *program;	 /* to be run without the shell; NULL: nothing */
	int (*call)(void *user); /* instead of a shell; NULL: a shell */
	void *call_user;
	pid_t init_pid;
	int cgroup; /* the WPAR's */
	int birth;  /* the one that the child is born in, and does not leave */
	int init, root, sync, uname, guard;
};

/* The child, as clogin sees it. */
struct entered {
	pid_t pid;
	int pidfd, master, cgroup; /* cgroup: that of its birth */
};

static int enter_open_init(struct entry *e, struct par_error **err)
{
	e->init_pid = wpar_cgroup_await_init(e->cgroup, WPAR_CGROUP_START_MS);
	e->init = e->init_pid > 0 ? (int)syscall(SYS_pidfd_open, e->init_pid, 0) : -1;

	/* PID 1 is still the same after the opening: then the descriptor is the right one. */
	if (e->init < 0 || wpar_cgroup_init(e->cgroup) != e->init_pid)
		return par_fail(err, PAR_E_WRONG_STATE, 0, "workload partition '%s' is not active",
				e->spec->name);
	return 0;
}

/*
 * Into the job of a user of the global environment, where the user is the same inside, nobody else
 * is let: root there would have the rights of its user namespace on the user's files.
 */
static int find_job_user(struct entry *e, const char *name, struct par_error **err)
{
	int r;

	if (strcmp(name, e->spec->user) != 0)
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"workload partition '%s' is a job of user %s: -l %s logs in",
				e->spec->name, e->spec->user, e->spec->user);
	r = wpar_user_find(e->root, name, UINT32_MAX, &e->user, err);
	if (r < 0)
		return r;
	return e->user.uid != 0 ? 0
				: par_fail(err, PAR_E_NOT_PERMITTED, 0,
					   "user %s has root's id by now", name);
}

/* The id of the user outside: the same, in a job. */
static uid_t id_outside(const struct entry *e)
{
	return e->spec->user ? e->user.uid : e->spec->idbase + e->user.uid;
}

static int enter_find_user(struct entry *e, const char *name, struct par_error **err)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/root", (int)e->init_pid);
	e->root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	/* PID 1 still lives: then the path was its own. */
	if (e->root < 0 || syscall(SYS_pidfd_send_signal, e->init, 0, NULL, 0) < 0)
		return par_fail(err, PAR_E_WRONG_STATE, errno,
				"the root of workload partition '%s' cannot be opened",
				e->spec->name);
	if (e->spec->user)
		return find_job_user(e, name, err);
	return wpar_user_find(e->root, name, e->spec->idrange, &e->user, err);
}

/* A kernel without time namespaces has none to join. */
static int join_namespaces(int init)
{
	if (setns(init, NAMESPACES | CLONE_NEWTIME) == 0)
		return 0;
	return errno == EINVAL && setns(init, NAMESPACES) == 0 ? 0 : -errno;
}

/* Dies with clogin from here on; it may have died before. */
static int hang_on_clogin(int sync)
{
	char byte;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return -errno;
	return recv(sync, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0 ? -EPIPE : 0;
}

/* Becomes the user's process in the WPAR; its right to do more ends here. */
static int enter_join(const struct entry *e, struct par_error **err)
{
	struct wpar_inner_limits limits;
	struct wpar_machine machine;
	int r;

	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	wpar_machine_get(&machine);
	wpar_inner_limits_plan(e->spec, &machine, &limits);
	wpar_process_fix(true, limits.locked);
	r = join_namespaces(e->init);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the WPAR cannot be entered");
	r = wpar_stdio_install(&e->console.inner);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the terminal cannot be set up");
	r = wpar_close_others(e->sync, e->uname < 0 ? e->sync : e->uname);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "descriptors cannot be closed");
	/* The working directory was the global environment's. */
	if (chdir("/") < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'/' in the WPAR cannot be entered");
	wpar_stdio_own_null();
	if (setresuid(0, 0, 0) < 0 || setgroups(e->user.n_groups, e->user.groups) < 0 ||
	    setresgid(e->user.gid, e->user.gid, e->user.gid) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the user's groups cannot be taken");
	wpar_process_reset();
	r = wpar_inner_limits_take(&limits);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the limits of the WPAR cannot be taken");
	r = wpar_uname_server_join(e->uname);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "uname's answers cannot be set up");
	r = wpar_security_apply(wpar_security_caps(e->spec), e->spec->user != NULL);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the rights cannot be limited");
	if (e->console.line >= 0)
		wpar_utmp_login(e->console.line, e->user.name);
	if (e->user.uid != 0 && setresuid(e->user.uid, e->user.uid, e->user.uid) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the user's id cannot be taken");
	/* A change of ids forgets it: so it comes last. */
	r = hang_on_clogin(e->sync);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "clogin has ended");
	if (chdir(e->user.home) < 0 && chdir("/") < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'/' in the WPAR cannot be entered");
	return 0;
}

/* The dash in front of its name is what makes a shell a login shell. */
static int enter_exec(const struct entry *e, struct par_error **err)
{
	const char *slash = strrchr(e->user.shell, '/');
	char login[300], option[] = "-c";
	char *argv[] = { login, e->line ? option : NULL, e->line, NULL };

	/* Where there is no such program the shell knows what to do, or to say. */
	if (e->program)
		wpar_command_exec(e->program[0], e->program, &e->env);
	snprintf(login, sizeof(login), "-%s", slash ? slash + 1 : e->user.shell);
	return wpar_command_fail("login shell", e->user.shell,
				 wpar_command_exec(e->user.shell, argv, &e->env), err);
}

/* Our own code, as the user of the WPAR and with no more rights; to close @sync says it is there.
 */
__attribute__((noreturn)) static void enter_call(const struct entry *e)
{
	int status;

	close(e->sync);
	status = e->call(e->call_user);
	fflush(NULL);
	_exit(status);
}

__attribute__((noreturn)) static void enter_run_inside(const struct entry *e)
{
	struct par_error *err = NULL;

	/*
	 * Where it is in the WPAR its users can stop it, before it has closed what it need not
	 * have: clogin alone may hold this end, or its death would not be seen.
	 */
	if (e->guard >= 0)
		close(e->guard);
	if (enter_join(e, &err) == 0) {
		if (e->call)
			enter_call(e);
		enter_exec(e, &err);
	}
	wpar_sync_fail(e->sync, err);
	_exit(127);
}

/*
 * To the command's process group, and to the one that has its terminal.  The child is not waited
 * for yet, so its pid is not another's; the number of the other group could be: the terminal
 * remembers one that has ended.
 */
static void enter_forward_signal(int signo, void *user)
{
	const struct entered *in = user;
	pid_t foreground = in->master < 0 ? -1 : tcgetpgrp(in->master);

	if (signo == SIGKILL)
		wpar_session_signal(in->cgroup, in->pid, signo);
	kill(-in->pid, signo);
	if (foreground > 1 && foreground != in->pid && getsid(foreground) == in->pid)
		kill(-foreground, signo);
	/* The process may have left its group. */
	if (signo == SIGKILL)
		syscall(SYS_pidfd_send_signal, in->pidfd, signo, NULL, 0);
}

static int enter_start_command(struct entry *e, struct entered *ret, struct par_error **err)
{
	autofd int ours = -1, theirs = -1;
	int pair[2], pidfd = -1;
	struct clone_args args = {
		.flags = CLONE_PIDFD | CLONE_INTO_CGROUP,
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)e->birth,
	};
	long pid;
	int r;

	if (setns(e->init, CLONE_NEWPID) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the WPAR's processes cannot be joined");
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "a socket pair cannot be made");
	ours = pair[0];
	theirs = pair[1];
	e->sync = theirs;
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "no process can be made in the WPAR");
	if (pid == 0)
		enter_run_inside(e);
	close(take_fd(&theirs));
	wpar_guard_watch(e->guard, (pid_t)pid);
	r = wpar_sync_wait(ours, err);
	if (r < 0) {
		close(pidfd);
		return r;
	}
	*ret = (struct entered){
		.pid = (pid_t)pid, .pidfd = pidfd, .master = e->console.master, .cgroup = e->birth
	};
	return 0;
}

/* With the terminal open: until the command has ended.  Returns its exit status. */
static int enter_at_console(struct entry *e, struct par_error **err)
{
	struct entered in = { .pidfd = -1 };
	int status = 0;
	int r = enter_start_command(e, &in, err);

	if (r < 0)
		return r;
	r = wpar_console_relay(&e->console, in.pidfd, enter_forward_signal, &in);
	if (r > 0)
		status = 128 + r;
	else
		r = wpar_wait_status(in.pidfd, &status, err);
	close(in.pidfd);
	if (r >= 0 && e->console.word == WPAR_HANGUP_CHECKPOINT)
		return par_fail(err, PAR_E_WRONG_STATE, 0,
				"connection closed: a checkpoint of workload partition '%s' is "
				"taken",
				e->spec->name);
	return r < 0 ? r : status;
}

/* The guard is started here, before there is a terminal that it could hold open. */
static int enter_run(struct entry *e, const struct wpar_login *login, struct par_error **err)
{
	int line, r = enter_find_user(e, login->user, err);

	if (r < 0)
		return r;
	if (login->argv && login->is_program && wpar_command_is_program(login->argv) &&
	    wpar_user_may_run(e->root, &e->user))
		e->program = login->argv;
	if (wpar_command_environment(&e->user, NULL, isatty(STDIN_FILENO), &e->env) < 0)
		return par_oom(err);
	e->guard = wpar_guard_start(e->birth);
	if (e->guard < 0)
		return par_fail(err, PAR_E_SYSTEM, e->guard,
				"the guard of clogin cannot be started");
	r = wpar_console_open(&e->console, e->root, id_outside(e), err);
	if (r < 0)
		return r;
	line = e->console.line;
	r = enter_at_console(e, err);
	wpar_console_done(&e->console);
	if (line >= 0)
		wpar_utmp_logout(e->root, line);
	return r;
}

static void entry_done(struct entry *e)
{
	if (e->guard >= 0) {
		wpar_guard_end(e->guard);
		close(e->guard);
	}
	if (e->root >= 0)
		close(e->root);
	if (e->init >= 0)
		close(e->init);
	if (e->birth >= 0)
		close(e->birth);
	if (e->cgroup >= 0)
		close(e->cgroup);
	if (e->uname >= 0)
		close(e->uname);
	par_strv_done(&e->env);
	free(e->line);
}

/* The caller's side of the pipes that a call writes to; both are read to their ends. */
static int read_outputs(const int *from, struct par_buf *to)
{
	struct pollfd p[2] = { { .fd = from[0], .events = POLLIN },
			       { .fd = from[1], .events = POLLIN } };
	char chunk[4096];

	while (p[0].fd >= 0 || p[1].fd >= 0) {
		if (poll(p, 2, -1) < 0 && errno != EINTR)
			return -errno;
		for (int i = 0; i < 2; i++) {
			ssize_t n = p[i].revents ? read(from[i], chunk, sizeof(chunk)) : -1;

			if (p[i].revents && n <= 0)
				p[i].fd = -1;
			if (n > 0 && to[i].len < WPAR_CALL_OUTPUT)
				par_buf_put(&to[i], chunk, (size_t)n);
		}
	}
	return to[0].failed || to[1].failed ? -ENOMEM : 0;
}

static int enter_start_call(struct entry *e, struct par_buf *outputs, int *ret_status,
			    struct par_error **err)
{
	struct wpar_console *c = &e->console;
	struct entered in = { .pidfd = -1 };
	int r = enter_start_command(e, &in, err);

	for (int i = 0; i < 3; i++) {
		close(c->inner.fd[i]);
		c->inner.fd[i] = -1;
	}
	if (r < 0)
		return r;
	r = read_outputs(c->pipes + 1, outputs);
	r = r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "the call's output cannot be read")
		  : wpar_wait_status(in.pidfd, ret_status, err);
	close(in.pidfd);
	return r;
}

/* With nothing of the caller's in the place of its standard descriptors. */
static int enter_run_call(struct entry *e, struct par_buf *outputs, struct par_error **err)
{
	struct wpar_console *c = &e->console;
	int out[2], error[2], status = 0, r = enter_find_user(e, "root", err);

	if (r < 0)
		return r;
	*c = (struct wpar_console){ .master = -1, .line = -1, .late = -1, .pipes = { -1, -1, -1 } };
	e->guard = wpar_guard_start(e->birth);
	c->inner.fd[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (e->guard < 0 || c->inner.fd[0] < 0 || pipe2(out, O_CLOEXEC) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the call cannot be prepared");
	c->inner.fd[1] = out[1];
	c->pipes[1] = out[0];
	if (pipe2(error, O_CLOEXEC) < 0) {
		c->inner.fd[2] = -1;
		wpar_console_done(c);
		return par_fail(err, PAR_E_SYSTEM, errno, "the call cannot be prepared");
	}
	c->inner.fd[2] = error[1];
	c->pipes[2] = error[0];
	r = enter_start_call(e, outputs, &status, err);
	wpar_console_done(c);
	return r < 0 ? r : status;
}

/* The WPAR's processes, and what answers uname there. */
static int enter_open(struct entry *e, struct par_error **err)
{
	int r;

	e->cgroup = wpar_cgroup_open(e->spec->name, false, NULL);
	if (e->cgroup < 0 && !wpar_cgroup_is_absent(e->cgroup))
		return par_fail(err, PAR_E_SYSTEM, e->cgroup,
				"the control group of '%s' cannot be opened", e->spec->name);
	if (e->cgroup < 0)
		return par_fail(err, PAR_E_WRONG_STATE, 0, "workload partition '%s' is not active",
				e->spec->name);
	e->birth = wpar_below_open_login(e->cgroup);
	if (e->birth < 0)
		return wpar_cgroup_is_absent(e->birth)
			       ? par_fail(err, PAR_E_WRONG_STATE, 0,
					  "workload partition '%s' is not active", e->spec->name)
			       : par_fail(err, PAR_E_SYSTEM, e->birth,
					  "the control group of '%s' cannot be opened",
					  e->spec->name);
	/* While it is started its monitor has not said yet who it is. */
	if (!wpar_lock_busy(e->spec->name))
		wpar_repair(e->spec, NULL);
	r = enter_open_init(e, err);
	if (r < 0)
		return r;
	r = wpar_uname_server_start(e->spec, &e->uname);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "uname's answers cannot be set up") : 0;
}

static const struct entry entry_empty = {
	.init = -1, .root = -1, .guard = -1, .cgroup = -1, .birth = -1, .uname = -1
};

static int enter_login(struct entry *e, const struct wpar_login *login, struct par_error **err)
{
	int r = enter_open(e, err);

	if (r < 0)
		return r;
	if (login->argv) {
		e->line = wpar_command_line(login->argv);
		if (!e->line)
			return par_oom(err);
	}
	return enter_run(e, login, err);
}

int wpar_enter(const struct wpar_spec *s, const struct wpar_login *login, struct par_error **err)
{
	struct entry e = entry_empty;
	int r;

	e.spec = s;
	r = enter_login(&e, login, err);
	entry_done(&e);
	return r;
}

static int enter_open_call(struct entry *e, struct par_buf *outputs, struct par_error **err)
{
	int r = enter_open(e, err);

	return r < 0 ? r : enter_run_call(e, outputs, err);
}

int wpar_enter_call(const struct wpar_spec *s, int (*call)(void *user), void *user,
		    struct par_buf *outputs, struct par_error **err)
{
	struct entry e = entry_empty;
	int r;

	e.spec = s;
	e.call = call;
	e.call_user = user;
	fflush(NULL);
	r = enter_open_call(&e, outputs, err);
	entry_done(&e);
	return r;
}
