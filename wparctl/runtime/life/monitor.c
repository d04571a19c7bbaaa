/* SPDX-License-Identifier: Apache-2.0 */
/* cor_NAME: see monitor.h. */
#include "wparctl/runtime/life/monitor.h"

#include "lpard/common/fs.h"
#include "lpard/common/process.h"
#include "wparctl/network/apply.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/resources/cgroup_below.h"
#include "wparctl/resources/oom.h"
#include "wparctl/runtime/inside/inside.h"
#include "wparctl/runtime/launch/launch.h"
#include "wparctl/runtime/launch/own_groups.h"
#include "wparctl/runtime/launch/sync.h"
#include "wparctl/runtime/life/clear.h"
#include "wparctl/runtime/life/cor.h"
#include "wparctl/runtime/life/external.h"
#include "wparctl/runtime/life/give_back.h"
#include "wparctl/runtime/life/lock.h"
#include "wparctl/runtime/life/monitor_anew.h"
#include "wparctl/runtime/life/monitor_record.h"
#include "wparctl/runtime/life/outside_show.h"
#include "wparctl/runtime/life/outside_watch.h"
#include "wparctl/runtime/life/ownership.h"
#include "wparctl/runtime/life/pending.h"
#include "wparctl/runtime/life/proc_files.h"
#include "wparctl/runtime/life/script.h"
#include "wparctl/runtime/life/wires.h"
#include "wparctl/runtime/life/wpar_log.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#define LOCK_TRIES 50 /* of a tenth of a second */

/*
 * One monitor for a WPAR: two commands may both have seen that there is none.  False: there is
 * another.  The descriptor, *ret or -1, stays open for the monitor's life.
 */
static bool monitor_is_only_one(const char *name, int *ret)
{
	struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	autofree char *folder = wpar_path("/run/wpars/%s", name);
	autofree char *path = wpar_path("/run/wpars/%s/only", name);
	int fd;

	if (folder)
		par_fs_mkdirs(folder, 0755);
	fd = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
	*ret = fd;
	return fd < 0 || fcntl(fd, F_OFD_SETLK, &whole) == 0;
}

/* Name in ps: the short one of the kernel, and the words of the command line. */
static void monitor_take_name(const char *name)
{
	static char title[64];
	auto_buf b = { 0 };

	/* What it does later it does by itself (log_who.h). */
	unsetenv("LPARD_USER");
	unsetenv("SUDO_USER");
	snprintf(title, sizeof(title), "cor_%s", name);
	prctl(PR_SET_NAME, title, 0, 0, 0);
	if (par_fs_read("/proc/self/cmdline", 65536, &b) < 0 || b.len == 0)
		return;
	memset(program_invocation_name, 0, b.len);
	snprintf(program_invocation_name, b.len, "%s", title);
	program_invocation_short_name = title; /* for the lock; it pointed into the old name */
}

static void monitor_to_null(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int i = 0; i < 3 && fd >= 0; i++) {
		if (fd != i)
			dup2(fd, i);
	}
	if (fd > 2)
		close(fd);
}

/* A WPAR that ended by itself: its definition has the script, if it is still there. */
static void monitor_end_script(const char *name)
{
	auto_spec s = { 0 };

	if (wpar_spec_load(name, &s, NULL) < 0)
		return;
	wpar_owner_stopped(&s);
	wpar_script_run(&s, WPAR_SCRIPT_STOP, NULL);
}

#define CONSOLE_PER_S (64 * 1024) /* what a flood of console output may have the monitor do */
#define SHORT_LIFE_S  5		  /* a WPAR that restarts sooner waits so long */

/* The kernel's counter of processes that it killed for want of memory, and how far it is told. */
struct oom_watch {
	int fd;
	uint64_t told;
};

static struct oom_watch oom_begin(const char *name, bool adopted)
{
	autofd int cgroup = wpar_cgroup_open(name, false, NULL);
	struct oom_watch o = { .fd = wpar_oom_open(cgroup) };

	/* The file must be read once before it can be waited for. Earlier kills of an adopted WPAR
	 * were told. */
	uint64_t kills = wpar_oom_kills(o.fd);

	o.told = adopted ? kills : 0;
	return o;
}

static void oom_tell(struct oom_watch *o, const char *name)
{
	uint64_t kills = wpar_oom_kills(o->fd);
	auto_error why = NULL;

	if (kills <= o->told)
		return;
	wpar_oom_error(kills - o->told, &why);
	wpar_event_log(name, "oom-kill", why);
	o->told = kills;
}

/* The sooner of two timeouts of poll(2). */
static int sooner(int a, int b)
{
	return a < 0 ? b : b < 0 || a < b ? a : b;
}

/* Until PID 1 has ended; meanwhile what it and its children write goes to the console's log. */
static void watch_console(struct wpar_wires *w, struct oom_watch *oom,
			  struct wpar_outside_watch *outside, struct wpar_cor *cor,
			  struct wpar_proc_watch *proc, const char *name, int pidfd)
{
	struct wpar_pending_watch pending;
	size_t budget = CONSOLE_PER_S;
	time_t second = time(NULL);
	bool worked = true;

	wpar_pending_watch_begin(&pending);
	for (;;) {
		struct pollfd p[6] = { { .fd = pidfd, .events = POLLIN },
				       { .fd = budget > 0 ? w->console : -1, .events = POLLIN },
				       { .fd = oom->fd, .events = POLLPRI },
				       { .fd = outside->fd, .events = POLLPRI },
				       { .fd = wpar_cor_fd(cor), .events = POLLIN },
				       { .fd = proc->fd, .events = POLLIN } };
		int wait = sooner(sooner(wpar_outside_timeout(outside), wpar_cor_timeout(cor)),
				  sooner(wpar_proc_timeout(proc), wpar_pending_timeout(&pending)));
		size_t n;
		int r;

		if (worked && wait < 0)
			wpar_give_back();
		worked = wait >= 0;
		r = poll(p, 6, sooner(budget > 0 ? -1 : 200, wait));
		if (r < 0 && errno != EINTR)
			return;
		if (time(NULL) != second) {
			second = time(NULL);
			budget = CONSOLE_PER_S;
		}
		/* First: somebody waits for it. */
		if (r > 0 && p[5].revents)
			wpar_proc_event(proc);
		wpar_proc_look(proc);
		if (r > 0 && p[1].revents) {
			n = wpar_wires_pump(w, name);
			budget -= n < budget ? n : budget;
		}
		if (r > 0 && p[2].revents)
			oom_tell(oom, name);
		if (r > 0 && p[0].revents)
			break;
		if (r > 0 && p[3].revents)
			wpar_outside_event(outside);
		if (r > 0 && p[4].revents)
			wpar_cor_event(cor, name);
		wpar_outside_look(outside, name);
		wpar_pending_look(&pending, name);
	}
	oom_tell(oom, name);
	for (size_t left = CONSOLE_PER_S, n = 1; n > 0 && left > 0; left -= n < left ? n : left)
		n = wpar_wires_pump(w, name);
}

/* How PID 1 ended: did somebody inside want a restart?  reboot(2) shows as SIGHUP. */
static bool wants_restart(const struct wpar_wires *w, pid_t init)
{
	int status = 0;

	return (waitpid(init, &status, WNOHANG) > 0 && WIFSIGNALED(status) &&
		WTERMSIG(status) == SIGHUP) ||
	       wpar_wires_wants_restart(w);
}

/*
 * Until PID 1 has ended; then clears away, unless a command holds the lock and does.  A stop has
 * the monitor killed before it lets go of the lock, so it cannot be undone by a restart.
 */
__attribute__((noreturn)) static void monitor_watch(const struct wpar_monitor_args *a,
						    wpar_again_fn *again)
{
	const char *name = a->name;
	struct wpar_cor cor = { .listener = a->listener, .busy = -1 };
	struct wpar_wires w = { .console = a->console, .end = a->end };
	struct oom_watch oom = oom_begin(name, a->adopted);
	struct wpar_outside_watch outside;
	struct wpar_proc_watch proc;
	time_t began = time(NULL);
	bool restart;
	int lock = -1;

	oom_tell(&oom, name);
	wpar_test_wait_at("watch");
	wpar_proc_begin(&proc, name, a->idbase);
	wpar_outside_begin(&outside);
	watch_console(&w, &oom, &outside, &cor, &proc, name, a->pidfd);
	wpar_proc_end(&proc);
	/* Who serves a request has the lock; what it does is for nobody any more. */
	wpar_cor_end(&cor);
	restart = wants_restart(&w, a->init);
	if (restart)
		wpar_monitor_mark_restart(name);
	if (restart && time(NULL) < began + SHORT_LIFE_S)
		sleep(SHORT_LIFE_S);
	for (int i = 0; wpar_lock(name, &lock, NULL) < 0; i++) {
		if (!restart || i == LOCK_TRIES)
			_exit(0);
	}
	/* rmwpar came first: what it has removed stays removed, the lock's file too. */
	if (!wpar_spec_is_there(name)) {
		wpar_lock_forget(name);
		_exit(0);
	}
	/* While it waited for the lock a command may have stopped the WPAR or started it anew, with
	 * its own monitor; what was asked for before that no longer counts. */
	if (wpar_monitor_pid(name) != getpid())
		_exit(0);
	wpar_event_log(name, restart ? "reboot-inside" : "end", NULL);
	wpar_clear(name, NULL);
	monitor_end_script(name);
	if (restart)
		again(name);
	_exit(0);
}

/* Who watches @init. */
static struct wpar_monitor_args watch_args(const struct wpar_spec *s, pid_t init, int pidfd,
					   int only, struct wpar_wires wires)
{
	struct wpar_monitor_args a = { .idbase = s->idbase,
				       .init = init,
				       .pidfd = pidfd,
				       .listener = wpar_cor_begin(s).listener,
				       .only = only,
				       .bare = -1,
				       .console = wires.console,
				       .end = wires.end };

	snprintf(a.name, sizeof(a.name), "%s", s->name);
	return a;
}

/* Ours knows its pipes by their numbers; another has the console at its output, as it expects. */
static int prepare_foreign_init(bool systemd, struct par_error **err)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (null < 0 || dup2(null, 0) < 0 ||
	    (!systemd && (dup2(WPAR_INIT_CONSOLE, 1) < 0 || dup2(WPAR_INIT_CONSOLE, 2) < 0)))
		return par_fail(err, PAR_E_SYSTEM, errno, "the console cannot be set up");
	if (!systemd) {
		close(WPAR_INIT_END_READ);
		close(WPAR_INIT_END);
	}
	return 0;
}

/* Behind what startwpar -e gives, which counts. */
static int put_environment(const struct wpar_spec *s, struct par_strv *env)
{
	/* The last one tells an init that it is in no machine of its own. */
	static const char *const ours[] = {
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/",
		"TERM=linux", "container=wpar"
	};
	const size_t n = PAR_ARRAY_SIZE(ours) - (s->init ? 0 : 1);

	for (size_t i = 0; i < n; i++) {
		const size_t len = strcspn(ours[i], "=") + 1;
		bool given = false;

		for (size_t j = 0; j < env->n; j++)
			given |= strncmp(env->v[j], ours[i], len) == 0;
		if (!given && par_strv_add(env, ours[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int monitor_inside_init(const struct wpar_launch *l, int started)
{
	const char *path = l->spec->init ? l->spec->init : "/etc/init";
	const enum wpar_hold *hold = l->user;
	const bool systemd = l->spec->init && wpar_init_is_systemd(path);
	/*
	 * In a container systemd takes its own words for the kernel's: no getty at the console;
	 * what is mounted its specification says, not the fstab of an image.
	 */
	const char *const words[] = { path, "systemd.getty_auto=0", "fstab=no", NULL };
	const char *const alone[] = { path, NULL };
	auto_strv env = { 0 };
	auto_error err = NULL;
	sigset_t all;

	setsid();
	/* systemd has the pipe of make_early_pipe(), and closes what else it finds open. */
	if (!systemd)
		wpar_wires_make(started);
	if (l->spec->init) {
		if (prepare_foreign_init(systemd, &err) < 0) {
			wpar_sync_fail(started, err);
			return 1;
		}
	} else {
		/* A PID 1 loses a signal that it neither blocks nor handles yet: a stop right now.
		 */
		sigfillset(&all);
		sigprocmask(SIG_SETMASK, &all, NULL);
	}
	/* From then on nobody listens: the start has worked, and what fails shows as its end. */
	if (*hold != WPAR_HOLD_NONE && wpar_hold_wait(started, &env) < 0)
		return 1;
	if (put_environment(l->spec, &env) < 0)
		return 1;
	execve(path, (char **)(systemd ? words : alone), env.v);
	par_fail(&err, PAR_E_SYSTEM, errno, "'%s' in the WPAR cannot be run", path);
	wpar_sync_fail(started, err);
	return 1;
}

/*
 * systemd puts /dev/null in the place of its output and closes all else, as soon as it runs: before
 * that it says why it cannot.  So the monitor has the pipe before it can have been closed.
 */
static void make_early_pipe(const struct wpar_spec *s, struct wpar_launch *l,
			    struct wpar_stdio *stdio, int *ret_reading)
{
	int fds[2];

	*ret_reading = -1;
	if (!s->init || pipe2(fds, O_NONBLOCK | O_CLOEXEC) < 0)
		return;
	*stdio = (struct wpar_stdio){ .fd = { -1, fds[1], fds[1] } };
	l->stdio = stdio;
	*ret_reading = fds[0];
}

/* By its groups, not by the specification: one that is known from the index says nothing of init=.
 */
static bool has_systemd(const char *name, pid_t init)
{
	autofd int cgroup = wpar_cgroup_open(name, false, NULL);
	autofd int inside = cgroup < 0 ? -1 : wpar_below_open_inside(cgroup);

	return inside >= 0 && wpar_own_groups_has(init);
}

/* Of one that ran before its monitor: what it has written early was another's to read. */
static struct wpar_wires take_wires(const char *name, pid_t init, int early)
{
	if (has_systemd(name, init))
		return (struct wpar_wires){ .console = early, .end = -1 };
	if (early >= 0)
		close(early);
	return wpar_wires_open(init);
}

static int mark_hold(const char *name, enum wpar_hold hold, struct par_error **err)
{
	int r = hold == WPAR_HOLD_NONE ? 0 : wpar_hold_mark(name, hold);

	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "the state of '%s' cannot be written", name)
		     : 0;
}

__attribute__((noreturn)) static void monitor_run(const struct wpar_spec *s, enum wpar_hold hold,
						  int sync, wpar_again_fn *again)
{
	auto_launch l = { .inside = monitor_inside_init, .user = &hold, .steps = sync };
	struct par_error *err = NULL;
	struct wpar_monitor_args a;
	struct wpar_stdio stdio;
	struct wpar_wires wires;
	int only, early;

	/* Until the start is done the monitor dies with the command; afterwards with nobody. */
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	setsid();
	monitor_to_null();
	monitor_take_name(s->name);
	wpar_cor_prepare(s->name);
	make_early_pipe(s, &l, &stdio, &early);
	if (mark_hold(s->name, hold, &err) < 0 || wpar_launch_prepare(&l, s, &err) < 0 ||
	    wpar_launch(&l, &err) < 0) {
		wpar_sync_fail(sync, err);
		_exit(1);
	}
	/* At once: a first process that cannot work says so and ends. */
	wires = take_wires(s->name, l.pid, early);
	wpar_sync_step(sync, WPAR_STEP_LAUNCHED);
	if (chdir("/") < 0)
		_exit(1);
	wpar_monitor_write_record(s->name);
	wpar_external_write(s->name, &l.plan);
	wpar_outside_show(s->name, &l.plan);
	wpar_test_stop_at("monitor");
	prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0);
	wpar_test_stop_at("begun");
	/* The inherited descriptor of the command's lock is closed before the command goes on. */
	wpar_close_all_but((const int[]){ l.pidfd, sync, l.space.bare, wires.console, wires.end },
			   5);
	monitor_is_only_one(s->name, &only);
	a = watch_args(s, l.pid, l.pidfd, only, wires);
	a.bare = l.space.bare;
	wpar_space_keep(a.bare);
	wpar_monitor_anew_prepare(s->name);
	wpar_sync_started(sync, (int)getpid());
	close(sync);
	wpar_net_announce(&l.network, false);
	wpar_monitor_anew(&a);
	monitor_watch(&a, again);
}

int wpar_monitor_start(const struct wpar_spec *s, enum wpar_hold hold, wpar_again_fn *again,
		       void (*stepped)(int step, void *user), void *user, pid_t *ret_monitor,
		       struct par_error **err)
{
	char who[WPAR_NAME_MAX + 32];
	autofd int ours = -1;
	int pair[2], r;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "a socket pair cannot be made");
	ours = pair[0];
	pid = wpar_cgroup_fork_keeper();
	if (pid < 0) {
		close(pair[1]);
		return par_fail(err, PAR_E_SYSTEM, errno, "the monitor cannot be started");
	}
	if (pid == 0) {
		close(ours);
		monitor_run(s, hold, pair[1], again);
	}
	close(pair[1]);
	snprintf(who, sizeof(who), "the monitor of '%s'", s->name);
	r = wpar_sync_wait_started(ours, who, stepped, user, ret_monitor, err);
	if (r < 0)
		waitpid(pid, NULL, 0);
	return r;
}

__attribute__((noreturn)) static void monitor_take_over(const struct wpar_spec *s, int pidfd,
							pid_t init, wpar_again_fn *again)
{
	struct wpar_monitor_args a;
	int only;

	setsid();
	monitor_to_null();
	monitor_take_name(s->name);
	if (chdir("/") < 0)
		_exit(1);
	wpar_close_others(pidfd, pidfd);
	if (!monitor_is_only_one(s->name, &only))
		_exit(0);
	wpar_monitor_write_record(s->name);
	wpar_event_log(s->name, "monitor-started-again", NULL);
	wpar_outside_show(s->name, NULL);
	a = watch_args(s, init, pidfd, only, take_wires(s->name, init, -1));
	a.adopted = true;
	wpar_monitor_anew_prepare(s->name);
	wpar_monitor_anew(&a);
	monitor_watch(&a, again);
}

int wpar_monitor_adopt(const struct wpar_spec *s, wpar_again_fn *again, struct par_error **err)
{
	autofd int cgroup = wpar_cgroup_open(s->name, false, err), pidfd = -1;
	pid_t init, pid;

	if (cgroup < 0)
		return cgroup;
	init = wpar_cgroup_init(cgroup);
	pidfd = init > 0 ? (int)syscall(SYS_pidfd_open, init, 0) : -1;
	if (pidfd < 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "'%s' has no first process", s->name);
	pid = wpar_cgroup_fork_keeper();
	if (pid < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the monitor cannot be started");
	if (pid == 0)
		monitor_take_over(s, pidfd, init, again);
	return 0;
}

int wpar_monitor_main(int argc, char **argv, wpar_again_fn *again)
{
	struct wpar_monitor_args a;

	if (!wpar_monitor_anew_args(argc, argv, &a))
		return -1;
	monitor_take_name(a.name);
	monitor_watch(&a, again);
}
