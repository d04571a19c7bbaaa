/* SPDX-License-Identifier: Apache-2.0 */
/* wpar_start and wpar_stop: see runtime.h.  Both put right what a killed command has left. */
#include "wparctl/runtime/runtime.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/rootfs.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/runtime/launch.h"
#include "wparctl/runtime/monitor.h"
#include "wparctl/versioned/versioned.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#define HARD_TIMEOUT_MS 60000

__attribute__((format(printf, 3, 4))) static void say(const struct wpar_report *report,
						      enum wpar_note kind, const char *fmt, ...)
{
	autofree char *text = NULL;
	va_list ap;
	int n;

	if (!report || !report->say)
		return;
	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		text = NULL;
	else
		report->say(kind, text, report->user);
}

int wpar_start_plan(const struct wpar_spec *s, struct par_buf *out, struct par_error **err)
{
	autofree char *prefix = wpar_path("%s", "");
	auto_strv layers = { 0 };
	const struct wpar_mount_facts facts = { .prefix = prefix ? prefix : "",
						.program = "/usr/sbin/wparctl",
						.df = "/usr/bin/df",
						.df_real = "/usr/bin/df",
						.layers = &layers };
	auto_mount_plan p = { 0 };
	int r = s->version.image_digest ? wpar_version_layers(s, &layers, err) : 0;

	if (r == 0)
		r = wpar_mount_plan_build(s, &facts, &p, err);
	if (r < 0)
		return r;
	r = wpar_mount_plan_print(&p, out);
	return r < 0 ? par_oom(err) : 0;
}

static void say_mounts(const struct wpar_spec *s, const struct wpar_report *report)
{
	say(report, WPAR_NOTE_STEP, "Mounting all workload partition file systems.");
	for (size_t i = 0; i < s->n_mounts; i++) {
		const char *d = s->mounts[i].directory;

		say(report, WPAR_NOTE_VERBOSE, "Mounting %s%s", s->directory,
		    par_streq(d, "/") ? "" : d);
	}
}

/* The state from which a start may go on, or the error that says why not. */
static int check_startable(const struct wpar_spec *s, struct par_error **err)
{
	enum wpar_state st;
	int r = wpar_state_get(s, &st, err);

	if (r < 0)
		return r;
	if (st == WPAR_STATE_ACTIVE || st == WPAR_STATE_FROZEN) {
		wpar_repair(s, NULL);
		return par_fail(err, PAR_E_WRONG_STATE, 0,
				"workload partition '%s' is already active", s->name);
	}
	if (st == WPAR_STATE_TRANSITIONAL)
		return par_fail(err, PAR_E_BUSY, 0,
				"another operation on workload partition '%s' is under way",
				s->name);
	if (!wpar_rootfs_complete(s->name))
		return par_fail(err, PAR_E_WRONG_STATE, 0,
				"the file systems of workload partition '%s' are not complete",
				s->name);
	return 0;
}

int wpar_start(const struct wpar_spec *s, const struct wpar_report *report, struct par_error **err)
{
	pid_t monitor = 0;
	int r = check_startable(s, err);

	if (r < 0)
		return r;
	r = wpar_clear(s->name, err);
	if (r < 0)
		return r;
	say_mounts(s, report);
	r = wpar_monitor_start(s, &monitor, err);
	if (r < 0) {
		wpar_clear(s->name, NULL);
		return r;
	}
	say(report, WPAR_NOTE_STEP, "Loading workload partition.");
	say(report, WPAR_NOTE_STEP, "Exporting workload partition devices.");
	say(report, WPAR_NOTE_STEP, "Exporting workload partition kernel extensions.");
	say(report, WPAR_NOTE_STEP, "Starting workload partition subsystem cor_%s.", s->name);
	say(report, WPAR_NOTE_STEP,
	    "0513-059 The cor_%s Subsystem has been started. Subsystem PID is %d.", s->name,
	    (int)monitor);
	say(report, WPAR_NOTE_STEP, "Verifying workload partition startup.");
	say(report, WPAR_NOTE_VERBOSE, "Return Status = SUCCESS.");
	return 0;
}

int wpar_repair(const struct wpar_spec *s, struct par_error **err)
{
	autofd int cgroup = wpar_cgroup_open(s->name, false, NULL);

	if (s->type != WPAR_SYSTEM || cgroup < 0 || wpar_cgroup_init(cgroup) <= 0 ||
	    wpar_monitor_pid(s->name) > 0)
		return 0;
	return wpar_monitor_adopt(s, err);
}

/* Asks PID 1 to end; 0 when it has, -ETIMEDOUT when not in time. */
static int ask_init(int cgroup, uint64_t timeout_s)
{
	pid_t init = wpar_cgroup_init(cgroup);
	autofd int pidfd = init > 0 ? (int)syscall(SYS_pidfd_open, init, 0) : -1;
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	time_t end = time(NULL);

	if (pidfd < 0)
		return 0;
	/* The pid may have been given to another in between: the group knows. */
	if (wpar_cgroup_init(cgroup) != init)
		return 0;
	wpar_cgroup_freeze(cgroup, false);
	if (syscall(SYS_pidfd_send_signal, pidfd, SIGTERM, NULL, 0) < 0)
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
	}
}

/* The monitor ends by itself when PID 1 has; it gets a moment, then no more. */
static void end_monitor(pid_t pid)
{
	autofd int pidfd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	if (pidfd >= 0 && poll(&p, 1, 2000) == 0)
		syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
}

int wpar_stop(const struct wpar_spec *s, const struct wpar_stop_opts *opts,
	      const struct wpar_report *report, struct par_error **err)
{
	autofd int cgroup = wpar_cgroup_open(s->name, false, NULL);
	pid_t monitor = wpar_monitor_pid(s->name);
	struct wpar_cgroup_state st = { 0 };
	int r;

	if (cgroup >= 0)
		wpar_cgroup_state(cgroup, &st);
	if (!st.populated && !opts->force) {
		wpar_clear(s->name, NULL);
		return par_fail(err, PAR_E_WRONG_STATE, 0, "workload partition '%s' is not active",
				s->name);
	}
	if (st.populated && !opts->hard && !opts->force) {
		r = ask_init(cgroup, opts->timeout_s);
		if (r == -ETIMEDOUT)
			return par_fail(err, PAR_E_TIMED_OUT, 0,
					"workload partition '%s' did not stop within %llu seconds",
					s->name, (unsigned long long)opts->timeout_s);
		if (r < 0)
			return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be stopped", s->name);
	}
	say(report, WPAR_NOTE_STEP, "Shutting down all workload partition processes.");
	wpar_test_stop_at("stopped");
	r = wpar_clear(s->name, err);
	if (r < 0)
		return r;
	end_monitor(monitor);
	return 0;
}
