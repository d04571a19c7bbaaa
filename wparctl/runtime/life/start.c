/* SPDX-License-Identifier: Apache-2.0 */
/* wpar_start: see start.h.  A start puts right what a killed command has left. */
#include "wparctl/runtime/life/start.h"

#include "wparctl/filesystem/mount_plan.h"
#include "wparctl/filesystem/rootfs.h"
#include "wparctl/filesystem/snapshot.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/runtime/launch/launch.h"
#include "wparctl/runtime/launch/sync.h"
#include "wparctl/runtime/life/clear.h"
#include "wparctl/runtime/life/ids.h"
#include "wparctl/runtime/life/wpar_log.h"
#include "wparctl/runtime/life/monitor.h"
#include "wparctl/runtime/life/monitor_record.h"
#include "wparctl/runtime/life/ownership.h"
#include "wparctl/runtime/life/pending.h"
#include "wparctl/runtime/life/script.h"
#include "wparctl/runtime/life/state.h"
#include "wparctl/versioned/versioned.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { EARLY_MS = 500 };
/* Until a new monitor has said who it is. */
enum { MONITOR_TRIES = 250, MONITOR_PAUSE_MS = 20 };

int wpar_start_plan(const struct wpar_spec *s, struct par_buf *out, struct par_error **err)
{
	autofree char *prefix = wpar_path("%s", "");
	auto_strv layers = { 0 };
	struct wpar_mount_facts facts = { .prefix = prefix ? prefix : "",
					  .program = "/usr/sbin/wparctl",
					  .df = "/usr/bin/df",
					  .df_real = "/usr/bin/df",
					  .mount = "/usr/bin/mount",
					  .mount_real = "/usr/bin/mount",
					  .layers = &layers };
	auto_mount_plan p = { 0 };
	auto_net_plan network = { 0 };
	int r = s->version.image_digest ? wpar_version_layers(s, &layers, err) : 0;

	if (r < 0)
		return r;
	if (layers.n) {
		facts.df = facts.mount = NULL; /* ours lie in the topmost layer */
		facts.df_real = "/" WPAR_LAYER_REAL "/df";
		facts.mount_real = "/" WPAR_LAYER_REAL "/mount";
	}
	r = wpar_mount_plan_build(s, &facts, &p, err);
	if (r < 0)
		return r;
	r = wpar_launch_plan_network(s, &network, err);
	if (r < 0)
		return r;
	if (wpar_mount_plan_print(&p, out) < 0 || wpar_net_plan_print(&network, out) < 0)
		return par_oom(err);
	return 0;
}

static void say_mounts(const struct wpar_spec *s, const struct wpar_report *report)
{
	wpar_report_say(report, WPAR_NOTE_STEP, "Mounting all workload partition file systems.");
	for (size_t i = 0; i < s->n_mounts; i++) {
		const char *d = s->mounts[i].directory;

		wpar_report_say(report, WPAR_NOTE_VERBOSE, "Mounting %s%s", s->directory,
				par_streq(d, "/") ? "" : d);
	}
}

/* The state from which a start may go on, or the error that says why not. */
static int check_startable(const struct wpar_spec *s, struct par_error **err)
{
	enum wpar_state st;
	int r = wpar_state_probe(s, &st, err);

	if (r < 0)
		return r;
	if (st == WPAR_STATE_ACTIVE || st == WPAR_STATE_FROZEN || st == WPAR_STATE_PAUSED ||
	    st == WPAR_STATE_LOADED) {
		wpar_repair(s, NULL);
		return par_fail(err, PAR_E_WRONG_STATE, 0,
				"workload partition '%s' is already active", s->name);
	}
	if (wpar_rootfs_is_migrating(s->name))
		return par_fail(err, PAR_E_WRONG_STATE, 0,
				"the migration of workload partition '%s' was not completed; run "
				"migwpar -C %s again",
				s->name, s->name);
	if (wpar_rootfs_complete(s->name) <= 0)
		return par_fail(err, PAR_E_WRONG_STATE, 0,
				"the file systems of workload partition '%s' are not complete",
				s->name);
	return wpar_id_range_claim(s, err);
}

static void start_again(const char *name);

struct start_lines {
	const struct wpar_spec *spec;
	const struct wpar_report *report;
	enum wpar_hold hold;
};

/* A line is printed when what it names is about to happen, so that a failure shows where. */
static void say_step(int step, void *user)
{
	const struct start_lines *l = user;

	if (step == WPAR_STEP_MOUNTED) {
		wpar_report_say(l->report, WPAR_NOTE_STEP, "Loading workload partition.");
		wpar_report_say(l->report, WPAR_NOTE_STEP, "Exporting workload partition devices.");
		wpar_report_say(l->report, WPAR_NOTE_STEP,
				"Exporting workload partition kernel extensions.");
	}
	if (step == WPAR_STEP_LAUNCHED && l->hold == WPAR_HOLD_NONE)
		wpar_report_say(l->report, WPAR_NOTE_STEP,
				"Starting workload partition subsystem cor_%s.", l->spec->name);
}

/*
 * A first process of the WPAR's own (init= in its specification) that cannot work there ends within
 * a moment, which is awaited here.  Our own works, and its starts wait for nothing.
 */
static void wait_for_early_end(const struct wpar_spec *s)
{
	autofd int cgroup = wpar_cgroup_open(s->name, false, NULL), pidfd = -1;
	pid_t init = cgroup < 0 ? 0 : wpar_cgroup_init(cgroup);
	struct pollfd p = { .events = POLLIN };

	pidfd = init > 0 ? (int)syscall(SYS_pidfd_open, init, 0) : -1;
	if (pidfd < 0)
		return;
	p.fd = pidfd;
	poll(&p, 1, EARLY_MS);
}

/* PID 1 may have ended as soon as it began. */
static int verify(const struct wpar_spec *s, struct par_error **err)
{
	enum wpar_state st;
	int r;

	if (s->init)
		wait_for_early_end(s);
	r = wpar_state_probe(s, &st, err);
	if (r < 0)
		return r;
	if (st == WPAR_STATE_ACTIVE || st == WPAR_STATE_FROZEN)
		return 0;
	return par_fail(err, PAR_E_WRONG_STATE, 0,
			"workload partition '%s' has ended right after its start; "
			"/var/adm/wpars/%s.console has what it said",
			s->name, s->name);
}

/* The last lines, and whether they are true. */
static int start_end(const struct wpar_spec *s, pid_t monitor, const struct wpar_report *report,
		     struct par_error **err)
{
	int r;

	wpar_report_say(report, WPAR_NOTE_STEP,
			"0513-059 The cor_%s Subsystem has been started. Subsystem PID is %d.",
			s->name, (int)monitor);
	wpar_report_say(report, WPAR_NOTE_STEP, "Verifying workload partition startup.");
	r = verify(s, err);
	if (r < 0)
		return r;
	wpar_report_say(report, WPAR_NOTE_VERBOSE, "Return Status = SUCCESS.");
	return 0;
}

/* Of a savewpar that was killed; where it cannot be removed the removal of the WPAR says so. */
static void clear_snapshot(const struct wpar_spec *s)
{
	autofree char *base = s->type == WPAR_SYSTEM ? wpar_path("%s", s->directory) : NULL;

	if (base)
		wpar_snapshot_clear(base);
}

static int start_locked(const struct wpar_spec *s, enum wpar_hold hold,
			const struct wpar_report *report, struct par_error **err)
{
	struct start_lines lines = { .spec = s, .report = report, .hold = hold };
	pid_t monitor = 0;
	int r = check_startable(s, err);

	if (r < 0)
		return r;
	/* Who is about to start it again would do so after a later stop, too. */
	if (wpar_monitor_restarts(s->name))
		wpar_monitor_end(wpar_monitor_pid(s->name), 0);
	r = wpar_clear(s->name, err);
	if (r < 0)
		return r;
	clear_snapshot(s);
	wpar_console_log_begin(s->name);
	r = wpar_owner_start(s, err);
	if (r < 0)
		return r;
	wpar_test_stop_at("owned");
	r = wpar_script_run(s, WPAR_SCRIPT_START, err);
	if (r < 0) {
		wpar_owner_stopped(s);
		return r;
	}
	say_mounts(s, report);
	r = wpar_monitor_start(s, hold, start_again, say_step, &lines, &monitor, err);
	if (r < 0) {
		wpar_clear(s->name, NULL);
		wpar_owner_stopped(s);
		wpar_script_run(s, WPAR_SCRIPT_STOP, NULL);
		return r;
	}
	wpar_test_stop_at("begun, not verified");
	if (hold == WPAR_HOLD_NONE) {
		r = start_end(s, monitor, report, err);
		if (r < 0)
			return r;
	}
	wpar_pending_end(s->name);
	return 0;
}

int wpar_start(const struct wpar_spec *s, const struct wpar_report *report, struct par_error **err)
{
	auto_error why = NULL;
	int r = start_locked(s, WPAR_HOLD_NONE, report, &why);

	wpar_event_log(s->name, "start", why);
	if (r < 0)
		par_error_move(err, &why);
	return r;
}

int wpar_start_held(const struct wpar_spec *s, enum wpar_hold hold,
		    const struct wpar_report *report, struct par_error **err)
{
	auto_error why = NULL;
	int r = start_locked(s, hold, report, &why);

	wpar_event_log(s->name, hold == WPAR_HOLD_LOADED ? "load" : "maintenance", why);
	if (r < 0)
		par_error_move(err, &why);
	return r;
}

/* One that was killed while the WPAR was held is replaced; the new one says who it is by itself. */
static pid_t find_monitor(const struct wpar_spec *s)
{
	pid_t monitor;

	wpar_repair(s, NULL);
	for (int i = 0; (monitor = wpar_monitor_pid(s->name)) == 0 && i < MONITOR_TRIES; i++)
		poll(NULL, 0, MONITOR_PAUSE_MS);
	return monitor;
}

static int finish_locked(const struct wpar_spec *s, const struct par_strv *environment,
			 const struct wpar_report *report, struct par_error **err)
{
	pid_t monitor;
	int r;

	wpar_report_say(report, WPAR_NOTE_STEP, "Starting workload partition subsystem cor_%s.",
			s->name);
	monitor = find_monitor(s);
	if (monitor == 0)
		return par_fail(err, PAR_E_TIMED_OUT, 0,
				"the monitor of '%s' did not come up; retry the command", s->name);
	r = wpar_hold_release(s->name, environment, err);
	return r < 0 ? r : start_end(s, monitor, report, err);
}

int wpar_start_finish(const struct wpar_spec *s, const struct par_strv *environment,
		      const struct wpar_report *report, struct par_error **err)
{
	auto_error why = NULL;
	int r = finish_locked(s, environment, report, &why);

	wpar_event_log(s->name, "start", why);
	if (r < 0)
		par_error_move(err, &why);
	return r;
}

/* In the monitor of a WPAR in which somebody has said reboot; its result is in the event log. */
static void start_again(const char *name)
{
	auto_spec s = { 0 };

	if (wpar_spec_load(name, &s, NULL) == 0)
		wpar_start(&s, NULL, NULL);
}

int wpar_repair(const struct wpar_spec *s, struct par_error **err)
{
	autofd int cgroup = -1;

	/* First what is true of nearly all, and quickly asked. */
	if (s->type != WPAR_SYSTEM || wpar_monitor_pid(s->name) > 0)
		return 0;
	cgroup = wpar_cgroup_open(s->name, false, NULL);
	if (cgroup < 0 || wpar_cgroup_init(cgroup) <= 0)
		return 0;
	return wpar_monitor_adopt(s, start_again, err);
}

int wpar_start_monitor_main(int argc, char **argv)
{
	return wpar_monitor_main(argc, argv, start_again);
}
