/* SPDX-License-Identifier: Apache-2.0 */
/* wpar_stop: see stop.h.  A stop puts right what a killed command has left. */
#include "wparctl/runtime/life/stop.h"

#include "wparctl/resources/cgroup.h"
#include "wparctl/runtime/launch/reset.h"
#include "wparctl/runtime/life/checkpoint_mark.h"
#include "wparctl/runtime/life/clear.h"
#include "wparctl/runtime/life/hold.h"
#include "wparctl/runtime/life/lock.h"
#include "wparctl/runtime/life/wpar_log.h"
#include "wparctl/runtime/life/monitor_record.h"
#include "wparctl/runtime/life/outside_show.h"
#include "wparctl/runtime/life/ownership.h"
#include "wparctl/runtime/life/script.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#define ASK_AGAIN_S   2
#define MONITOR_MS    2000 /* what a monitor gets to end by itself */
#define GIVE_UP_MS    3000
#define GIVE_UP_TRIES 3
#define KILL_TRIES    300
#define KILL_PAUSE_NS (50 * 1000 * 1000)
#define KILL_ASK      20 /* tries after which what may wait for a server is given up, */
#define KILL_AGAIN    60 /* and again, without asking it */

/* The one that has the lock may wait for a server that is gone; most often it is just busy. */
static void give_up_waiting(const char *name, int tries)
{
	if (tries >= KILL_ASK && (tries - KILL_ASK) % KILL_AGAIN == 0)
		wpar_outside_give_up(name, tries == KILL_ASK);
}

int wpar_kill_and_lock(const char *name, int *ret_lock, struct par_error **err)
{
	const struct timespec pause = { .tv_nsec = KILL_PAUSE_NS };
	auto_error why = NULL;
	int r = wpar_lock(name, ret_lock, &why);

	for (int i = 0; r < 0 && why && why->id == PAR_E_BUSY && i < KILL_TRIES; i++) {
		autofd int cgroup = wpar_cgroup_open(name, false, NULL);

		if (cgroup >= 0)
			wpar_cgroup_kill(cgroup);
		give_up_waiting(name, i);
		nanosleep(&pause, NULL);
		par_error_free(&why);
		r = wpar_lock(name, ret_lock, &why);
	}
	if (r < 0)
		par_error_move(err, &why);
	return r;
}

/* systemd(1): "halt.target", which ends a container.  glibc's number, whose systemd always is. */
#define SYSTEMD_HALT (34 + 3)

/*
 * What the first process takes for "shut down": ours SIGTERM; busybox's SIGUSR2; systemd's
 * SIGRTMIN+3; of others, such as sysvinit's, SIGPWR, as containers have it.
 */
static int shutdown_signal(const struct wpar_spec *s, pid_t init)
{
	char link[64], exe[4096];
	const char *slash;
	ssize_t n;

	if (!s->init)
		return SIGTERM;
	snprintf(link, sizeof(link), "/proc/%d/exe", (int)init);
	n = readlink(link, exe, sizeof(exe) - 1);
	exe[n > 0 ? n : 0] = '\0';
	slash = strrchr(exe, '/');
	if (slash && strcmp(slash, "/busybox") == 0)
		return SIGUSR2;
	return slash && strcmp(slash, "/systemd") == 0 ? SYSTEMD_HALT : SIGPWR;
}

/* Not others: who has begun to end may take it for something else. */
static void ask_again(const struct wpar_spec *s, int pidfd, pid_t init)
{
	int signo = shutdown_signal(s, init);

	if (signo == SIGTERM || signo == SYSTEMD_HALT)
		syscall(SYS_pidfd_send_signal, pidfd, signo, NULL, 0);
}

/* Asks PID 1 to end; 0 when it has ended, -ETIMEDOUT when it has not in time. */
static int ask_init(const struct wpar_spec *s, int cgroup, uint64_t timeout_s)
{
	pid_t init = wpar_cgroup_await_init(cgroup, WPAR_CGROUP_START_MS);
	autofd int pidfd = init > 0 ? (int)syscall(SYS_pidfd_open, init, 0) : -1;
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	time_t end = time(NULL), asked = end;

	if (pidfd < 0)
		return 0;
	/* The pid may have been given to another in between: the group knows. */
	if (wpar_cgroup_init(cgroup) != init)
		return 0;
	wpar_cgroup_freeze(cgroup, false);
	if (syscall(SYS_pidfd_send_signal, pidfd, shutdown_signal(s, init), NULL, 0) < 0)
		return errno == ESRCH ? 0 : -errno;
	if (timeout_s > (uint64_t)(INT64_MAX - end))
		end = INT64_MAX;
	else
		end += (time_t)timeout_s;
	for (;;) {
		int r = poll(&p, 1, 200);

		if (r > 0)
			return 0;
		if (r < 0 && errno != EINTR)
			return -errno;
		if (time(NULL) >= end)
			return -ETIMEDOUT;
		/* Asked before it blocked signals or handled them, it does not know: of a start
		 * that was killed, and systemd in its first moments. */
		if (time(NULL) - asked >= ASK_AGAIN_S) {
			asked = time(NULL);
			ask_again(s, pidfd, init);
		}
	}
}

/*
 * A process that writes back to a server that is gone does not end before that has failed; and when
 * it has, the next may begin to wait.
 */
static void end_waiting(const char *name, int cgroup)
{
	for (int i = 0; i < GIVE_UP_TRIES && wpar_outside_give_up(name, i == 0); i++) {
		wpar_cgroup_kill(cgroup);
		if (wpar_cgroup_wait_empty(cgroup, GIVE_UP_MS) == 0)
			return;
	}
}

/* The WPAR is stopped whatever its script does; a failure of the script is reported. */
static void run_script(const struct wpar_spec *s, const struct wpar_report *report)
{
	auto_error why = NULL;

	if (s->type == WPAR_SYSTEM && wpar_script_run(s, WPAR_SCRIPT_STOP, &why) < 0)
		wpar_report_say(report, WPAR_NOTE_STEP, "%s", par_error_text(why));
}

/* After they are gone: what startwpar -v has mounted, the last first. */
static void say_unmounts(const struct wpar_spec *s, const struct wpar_report *report)
{
	for (size_t i = s->type == WPAR_SYSTEM ? s->n_mounts : 0; i > 0; i--) {
		const char *d = s->mounts[i - 1].directory;

		wpar_report_say(report, WPAR_NOTE_VERBOSE, "Unmounting %s%s", s->directory,
				par_streq(d, "/") ? "" : d);
	}
}

/* Asked to shut down it would run on without its network: somebody is to decide first. */
static int fail_paused(const struct wpar_spec *s, struct par_error **err)
{
	return par_fail(err, PAR_E_WRONG_STATE, 0,
			"Workload partition %s is in the Paused state; resumewpar lets it go on, "
			"killwpar ends it.",
			s->name);
}

static int stop_locked(const struct wpar_spec *s, const struct wpar_stop_opts *opts,
		       const struct wpar_report *report, struct par_error **err)
{
	autofd int cgroup = wpar_cgroup_open(s->name, false, NULL);
	pid_t monitor = wpar_monitor_pid(s->name);
	bool pending = wpar_monitor_restarts(s->name);
	struct wpar_cgroup_state st = { 0 };
	int r = cgroup < 0 && !wpar_cgroup_is_absent(cgroup) ? cgroup : 0;

	if (cgroup >= 0)
		r = wpar_cgroup_state(cgroup, &st);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the control group of '%s' cannot be read",
				s->name);
	if (!st.populated && !opts->force && !pending) {
		wpar_clear(s->name, NULL);
		return par_fail(err, PAR_E_WRONG_STATE, 0, "workload partition '%s' is not active",
				s->name);
	}
	if (st.frozen && !opts->hard && !opts->force &&
	    wpar_checkpoint_marked(s->name, WPAR_MARK_PAUSED))
		return fail_paused(s, err);
	/* One that is held (startwpar -1, -m) runs nothing that could be asked. */
	if (st.populated && !opts->hard && !opts->force &&
	    wpar_hold_of(s->name) == WPAR_HOLD_NONE) {
		r = ask_init(s, cgroup, opts->timeout_s);
		if (r == -ETIMEDOUT)
			return par_fail(
				err, PAR_E_TIMED_OUT, 0,
				"workload partition '%s' did not stop within %llu seconds; its "
				"output is in " WPAR_LOG_DIR "/%s.console",
				s->name, (unsigned long long)opts->timeout_s, s->name);
		if (r < 0)
			return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be stopped", s->name);
	}
	wpar_report_say(report, WPAR_NOTE_STEP, "Shutting down all workload partition processes.");
	wpar_test_stop_at("stopped");
	if (st.populated && opts->force)
		end_waiting(s->name, cgroup);
	r = wpar_clear(s->name, err);
	if (r < 0)
		return r;
	wpar_owner_stopped(s);
	wpar_monitor_end(monitor, pending ? 0 : MONITOR_MS);
	say_unmounts(s, report);
	if (st.populated || pending)
		run_script(s, report);
	wpar_report_say(report, WPAR_NOTE_VERBOSE, "Return Status = SUCCESS.");
	return 0;
}

int wpar_stop(const struct wpar_spec *s, const struct wpar_stop_opts *opts,
	      const struct wpar_report *report, struct par_error **err)
{
	auto_error why = NULL;
	int r = stop_locked(s, opts, report, &why);

	wpar_event_log(s->name, opts->hard || opts->force ? "halt" : "stop", why);
	if (r < 0)
		par_error_move(err, &why);
	return r;
}
