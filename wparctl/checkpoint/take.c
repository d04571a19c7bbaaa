/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A checkpoint is taken: see take.h.  criu is never ended on the way: a process in its hands would
 * not outlive that.  So whatever becomes of the command, another process waits for it.
 */
#include "wparctl/checkpoint/take.h"

#include "lpard/common/fs.h"
#include "lpard/common/now.h"
#include "wparctl/checkpoint/ckpt_fit.h"
#include "wparctl/checkpoint/ckpt_snapshot.h"
#include "wparctl/checkpoint/criu_plan.h"
#include "wparctl/checkpoint/criu_run.h"
#include "wparctl/checkpoint/criu_stats.h"
#include "wparctl/checkpoint/groups.h"
#include "wparctl/checkpoint/home_group.h"
#include "wparctl/checkpoint/let_go.h"
#include "wparctl/checkpoint/predump.h"
#include "wparctl/checkpoint/sessions.h"
#include "wparctl/checkpoint/statedir.h"
#include "wparctl/checkpoint/step.h"
#include "wparctl/checkpoint/timerfd_repair.h"
#include "wparctl/checkpoint/tools.h"
#include "wparctl/network/ping_range.h"
#include "wparctl/network/unlock.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/resources/cgroup_below.h"
#include "wparctl/resources/cgroup_freeze.h"
#include "wparctl/runtime/launch/launch.h"
#include "wparctl/runtime/launch/sync.h"
#include "wparctl/runtime/life/checkpoint_mark.h"
#include "wparctl/runtime/life/ownership.h"
#include "wparctl/runtime/life/stop.h"
#include "wparctl/runtime/life/wpar_log.h"
#include "wparctl/versioned/uname_notify.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define FREEZE_MOST_MS 10000
#define DUMP_TRIES     8
#define DUMP_PAUSE_MS  300

/* All that is known before anything stands still. */
struct taking {
	const struct wpar_take *take;
	struct wpar_statedir dir;
	struct wpar_ckpt_manifest manifest;
	struct wpar_criu_dump dump;
	struct wpar_mount_plan plan;
	struct wpar_net_plan network;
	uint64_t memory; /* bytes that are to be copied */
	int cgroup;
	char previous[16]; /* the folder of the last round */
	char *images, *log, *step, *home, *tools;
};

static void taking_done(struct taking *t)
{
	wpar_statedir_close(&t->dir);
	wpar_ckpt_manifest_done(&t->manifest);
	par_strv_done(&t->dump.externals);
	par_strv_done(&t->dump.watched);
	wpar_mount_plan_done(&t->plan);
	wpar_net_plan_done(&t->network);
	if (t->cgroup >= 0)
		close(t->cgroup);
	free(t->images);
	free(t->log);
	free(t->step);
	free(t->home);
	free(t->tools);
}

/* This LPAR, and what the specification asks for. */
static int judge(const struct wpar_spec *s, struct wpar_ability *here, struct par_error **err)
{
	autofree char *what =
		par_strdup_printf("workload partition '%s' cannot be checkpointed", s->name);
	auto_ckpt_fit fit = { 0 };
	int r = wpar_ability_get(here, err);

	if (r < 0)
		return r;
	wpar_ckpt_fit_spec(s, &fit);
	wpar_ckpt_fit_lpar(here, &fit);
	return what ? wpar_ckpt_fit_verdict(&fit, what, err) : par_oom(err);
}

static int complain(const struct taking *t, const struct wpar_ckpt_snapshot *seen,
		    struct par_error **err)
{
	auto_strv findings = { 0 };

	if (wpar_precheck(seen, &findings) < 0)
		return par_oom(err);
	if (findings.n == 0)
		return 0;
	for (size_t i = 0; i < findings.n && t->take->complaint; i++)
		fprintf(t->take->complaint, "chkptwpar: %s.\n", findings.v[i]);
	return par_fail(
		err, PAR_E_WRONG_STATE, 0,
		"workload partition '%s' cannot be checkpointed as it is: %zu thing%s would "
		"not come along, and it runs on",
		t->take->spec->name, findings.n, findings.n == 1 ? "" : "s");
}

static int snapshot(const struct taking *t, struct wpar_ckpt_snapshot *ret,
		    struct wpar_ckpt_manifest *m, struct par_error **err)
{
	return wpar_ckpt_snapshot(t->cgroup, t->dump.init, &t->plan, t->manifest.there.criu, ret, m,
				  err);
}

/* Those that are still there afterwards are named with the rest. */
static int end_sessions(const struct taking *t, struct par_error **err)
{
	auto_ckpt_snapshot seen = { 0 };
	int r = t->take->end_sessions ? snapshot(t, &seen, NULL, err) : 0;

	return r < 0 ? r : wpar_sessions_end(&seen, err);
}

/* What criu is told: one list takes the place of an earlier one. */
static void take_lists(struct taking *t, struct wpar_ckpt_snapshot *seen)
{
	par_strv_done(&t->dump.externals);
	par_strv_done(&t->dump.watched);
	t->dump.externals = seen->externals;
	t->dump.watched = seen->watched;
	seen->externals = seen->watched = (struct par_strv){ 0 };
}

/* Of the moment before the dump. */
static int look_again(struct taking *t, struct par_error **err)
{
	auto_ckpt_snapshot seen = { 0 };
	int r = snapshot(t, &seen, NULL, err);

	if (r < 0)
		return r;
	r = complain(t, &seen, err);
	if (r == 0)
		take_lists(t, &seen);
	return r;
}

static int look(struct taking *t, struct par_error **err)
{
	auto_ckpt_snapshot seen = { 0 };
	int r;

	t->dump.init = wpar_cgroup_init(t->cgroup);
	if (t->dump.init <= 0)
		return par_fail(err, PAR_E_WRONG_STATE, 0, "'%s' has no first process",
				t->take->spec->name);
	r = wpar_launch_plan(t->take->spec, &t->plan, err);
	if (r < 0)
		return r;
	r = wpar_launch_plan_network(t->take->spec, &t->network, err);
	if (r < 0)
		return r;
	r = end_sessions(t, err);
	if (r < 0)
		return r;
	r = snapshot(t, &seen, &t->manifest, err);
	if (r < 0)
		return r;
	r = complain(t, &seen, err);
	if (r < 0)
		return r;
	t->memory = seen.memory;
	take_lists(t, &seen);
	for (size_t i = 0; i < t->network.n; i++) {
		const struct wpar_net_step *n = &t->network.steps[i];

		if (n->kind == WPAR_NET_LINK &&
		    wpar_ckpt_add_link(&t->manifest, n->inner, n->device) < 0)
			return par_oom(err);
	}
	return 0;
}

/* What the manifest says beside its lists. */
static int describe(struct taking *t, struct par_error **err)
{
	struct wpar_ckpt_manifest *m = &t->manifest;
	struct timespec boot = { 0 };
	auto_buf text = { 0 };
	int r = wpar_spec_write(t->take->spec, &text, err);

	if (r < 0)
		return r;
	clock_gettime(CLOCK_BOOTTIME, &boot);
	m->product = strdup(PAR_VERSION);
	m->name = strdup(t->take->spec->name);
	m->specification = par_buf_steal(&text);
	m->taken_ms = par_wall_ms();
	m->boottime_ms = (uint64_t)boot.tv_sec * 1000 + (uint64_t)boot.tv_nsec / 1000000;
	m->ended = t->take->then == WPAR_TAKE_KILL;
	return m->product && m->name && m->specification ? 0 : par_oom(err);
}

static int name_paths(struct taking *t, struct par_error **err)
{
	struct wpar_criu *c = &t->dump.criu;
	struct wpar_owner owner;
	int r = wpar_owner_get(t->take->spec, &owner, err);

	if (r < 0)
		return r;
	t->manifest.generation = owner.generation + 1;
	r = wpar_statedir_begin(&t->dir, &t->manifest.images, err);
	if (r < 0)
		return r;
	t->images = par_strdup_printf("%s/%s", t->dir.path, t->manifest.images);
	r = wpar_criu_log_path(t->take->log, t->dir.path, "chkptwpar.log", &t->log, err);
	if (r < 0)
		return r;
	r = wpar_tools_path(t->plan.run, t->dump.init, &t->tools, err);
	if (r < 0)
		return r;
	t->home = wpar_home_group();
	if (!t->images || !t->home)
		return par_oom(err);
	/* One that runs on is let go by criu itself, as soon as that can be; but who is in which
	 * group is read while all stand still. */
	if (t->take->then != WPAR_TAKE_GO_ON || wpar_below_is(t->cgroup)) {
		r = wpar_checkpoint_step_prepare(t->take->spec->name, &t->step, err);
		if (r < 0)
			return r;
	}
	*c = (struct wpar_criu){ .program = t->manifest.there.criu_path,
				 .images = t->images,
				 .work = t->plan.run,
				 .log = t->log,
				 .level = t->take->level,
				 .step = t->step };
	t->dump.network_lock = t->manifest.there.network_lock;
	return 0;
}

/*
 * criu can dump no connection that is made and not yet taken by the one who listens, which is
 * so for a moment only: all runs on in between.
 */
static bool may_pass(const struct par_error *why)
{
	return why && strstr(par_error_text(why), "In-flight connection");
}

static int copy_in_rounds(struct taking *t, const struct wpar_criu_run *run, struct par_error **err)
{
	struct wpar_predump p = { .dir = &t->dir,
				  .images = t->manifest.images,
				  .criu = t->dump.criu,
				  .run = *run,
				  .init = t->dump.init,
				  .name = t->take->spec->name,
				  .memory = t->manifest.there.soft_dirty ? t->memory : 0,
				  .most = t->take->rounds };
	int r;

	wpar_ckpt_forget_files(&t->manifest);
	p.criu.step = NULL;
	r = wpar_predump(&p, err);
	if (r < 0)
		return r;
	t->manifest.rounds = (uint64_t)r;
	wpar_predump_last(r, t->previous);
	t->dump.previous = r > 0 ? t->previous : NULL;
	if (r == 0)
		return 0;
	/* What can be done before it stands still is done before. */
	r = wpar_statedir_digest(&t->dir, &t->manifest, err);
	if (r < 0)
		return r;
	return look_again(t, err);
}

/* An empty folder, whatever an earlier try has left. */
static int dump_once(struct taking *t, struct wpar_criu_run *run, struct par_error **err)
{
	auto_strv argv = { 0 };
	int r = copy_in_rounds(t, run, err);

	if (r < 0)
		return r;
	r = wpar_criu_plan_dump(&t->dump, &argv, err);
	if (r < 0)
		return r;
	run->argv = argv.v;
	r = wpar_criu_run(run, t->take->spec->name, "be checkpointed", t->log, err);
	run->argv = NULL;
	return r;
}

static int stand_still(const struct taking *t, struct par_error **err)
{
	int r = wpar_cgroup_wait_frozen(t->cgroup, FREEZE_MOST_MS);

	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r,
				"workload partition '%s' does not stand still after the dump",
				t->take->spec->name)
		     : 0;
}

/*
 * What was so before it stood still need not be so now, and from here only it goes on.  1: all that
 * there is would pass, and there are @tries left.
 */
static int look_still(const struct taking *t, bool tries, struct par_error **err)
{
	auto_ckpt_snapshot seen = { 0 };
	int r = stand_still(t, err);

	if (r < 0)
		return r;
	r = snapshot(t, &seen, NULL, err);
	if (r < 0)
		return r;
	return tries && wpar_precheck_passes(&seen) ? 1 : complain(t, &seen, err);
}

/* The same, with what is in no image but comes with the network, prepared. */
static int dump_and_look(struct taking *t, struct wpar_criu_run *run, bool tries,
			 struct par_error **err)
{
	/* CRIU restores no other range than this one. */
	int r = wpar_net_ping_range(t->dump.init, 1, 0);

	if (r < 0 || wpar_net_unlock(t->dump.init) < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the network of '%s' cannot be prepared",
				t->take->spec->name);
	r = dump_once(t, run, err);
	if (r < 0)
		return tries && may_pass(*err) ? 1 : r;
	return t->take->then == WPAR_TAKE_GO_ON ? 0 : look_still(t, tries, err);
}

/* As often as it takes, within reason, and from an empty folder each time. */
static int dump_patiently(struct taking *t, struct wpar_criu_run *run, struct par_error **err)
{
	for (int tries = 1;; tries++) {
		auto_error why = NULL;
		int r = dump_and_look(t, run, tries < DUMP_TRIES, &why);

		if (r <= 0) {
			par_error_move(err, &why);
			return r;
		}
		wpar_let_go(t->take->spec, NULL);
		r = wpar_statedir_empty(&t->dir, t->manifest.images, err);
		if (r < 0)
			return r;
		poll(NULL, 0, DUMP_PAUSE_MS);
	}
}

/* The step refuses it when somebody has logged in meanwhile: then that is why. */
static int say_who_came(const struct taking *t, int r, struct par_error **err)
{
	auto_ckpt_snapshot seen = { 0 };
	auto_error why = NULL;

	if (!t->step || !wpar_sessions_any(t->cgroup, t->dump.init) ||
	    snapshot(t, &seen, NULL, NULL) < 0 || complain(t, &seen, &why) == 0)
		return r;
	par_error_free(err);
	par_error_move(err, &why);
	return r;
}

static int dump(struct taking *t, struct par_error **err)
{
	struct wpar_criu_run run = { .keep = t->take->lock, .home = t->home, .path = t->tools };
	int r = dump_patiently(t, &run, err);

	return r < 0 ? say_who_came(t, r, err) : 0;
}

static int end_it(const struct taking *t, struct par_error **err)
{
	const struct wpar_stop_opts opts = { .hard = true, .force = true };

	return wpar_stop(t->take->spec, &opts, NULL, err);
}

/* From here on there is a checkpoint. */
static int keep(struct taking *t, struct par_error **err)
{
	struct wpar_criu_stats stats = { 0 };
	int r = wpar_timerfd_repair(t->images, err);

	if (r < 0)
		return r;
	/* Who answers a restored uname listens at a filter that is before those. */
	if (t->take->spec->version.image_digest)
		r = wpar_uname_restore_prepare(t->images, err);
	if (r < 0)
		return r;
	wpar_criu_stats_read(t->plan.run, &stats); /* ignoring: it says 0 then */
	t->manifest.frozen_us = stats.frozen_us;
	r = wpar_statedir_commit(&t->dir, &t->manifest, err);
	if (r < 0)
		return r;
	wpar_test_stop_at("committed");
	wpar_owner_checkpoint(t->take->spec, t->manifest.generation);
	return r;
}

static int go_on_and_keep(struct taking *t, struct par_error **err)
{
	int r = wpar_let_go(t->take->spec, err);

	return r < 0 ? r : keep(t, err);
}

static int take_steps(struct taking *t, struct par_error **err)
{
	const struct wpar_spec *s = t->take->spec;
	int r = dump(t, err);

	if (r < 0)
		return r;
	wpar_test_stop_at("dumped");
	if (!t->step)
		return go_on_and_keep(t, err);
	r = stand_still(t, err);
	if (r < 0)
		return r;
	r = wpar_groups_read(t->cgroup, s->idbase, s->idrange, &t->manifest.groups, err);
	if (r < 0)
		return r;
	if (t->take->then == WPAR_TAKE_GO_ON)
		return go_on_and_keep(t, err);
	r = wpar_checkpoint_mark(s->name, WPAR_MARK_PAUSED);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the state of '%s' cannot be written",
				s->name);
	return keep(t, err);
}

static void note_event(const struct taking *t, const struct par_error *why)
{
	char detail[96];

	snprintf(detail, sizeof(detail), "it stood still for %llu ms, after %llu rounds",
		 (unsigned long long)(t->manifest.frozen_us / 1000),
		 (unsigned long long)t->manifest.rounds);
	wpar_event_log_detail(t->take->spec->name, "checkpoint", why ? NULL : detail, why);
}

/* In the process that goes on when the command is killed. */
__attribute__((noreturn)) static void work(struct taking *t, int sync)
{
	struct par_error *err = NULL;
	int r;

	setsid();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	prctl(PR_SET_NAME, "chkptwpar_work");
	r = take_steps(t, &err);
	if (r < 0) {
		wpar_let_go(t->take->spec, NULL);
		wpar_statedir_drop(&t->dir, t->manifest.images);
	} else if (t->take->then == WPAR_TAKE_KILL) {
		/* It is whole on the disk: only now. */
		r = end_it(t, &err);
	}
	note_event(t, r < 0 ? err : NULL);
	if (r < 0)
		wpar_sync_fail(sync, err);
	else
		wpar_sync_started(sync, 1);
	_exit(r < 0);
}

static bool is_committed(const struct taking *t)
{
	auto_ckpt_manifest m = { 0 };

	return wpar_statedir_read(&t->dir, &m, NULL) == 0 &&
	       strcmp(m.images, t->manifest.images) == 0;
}

/*
 * The worker was killed: criu, whose parent this process is now, may be in the middle of it.  What
 * was begun is ended, or taken back when there is no checkpoint yet.
 */
static int go_on_without(const struct taking *t, struct par_error **err)
{
	while (wait(NULL) > 0 || errno == EINTR)
		;
	if (is_committed(t)) {
		par_error_free(err);
		return t->take->then == WPAR_TAKE_KILL ? end_it(t, err) : 0;
	}
	wpar_let_go(t->take->spec, NULL);
	wpar_statedir_drop(&t->dir, t->manifest.images);
	return -EPIPE;
}

static int take_by_worker(struct taking *t, struct par_error **err)
{
	autofd int ours = -1;
	int pair[2], r, value;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "a socket pair cannot be made");
	ours = pair[0];
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	fflush(NULL);
	pid = wpar_cgroup_fork_keeper();
	if (pid == 0) {
		close(ours);
		work(t, pair[1]);
	}
	close(pair[1]);
	if (pid < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "a process cannot be started");
	r = wpar_sync_wait_started(ours, "the process that takes the checkpoint", NULL, NULL,
				   &value, err);
	if (r == -EPIPE)
		return go_on_without(t, err);
	waitpid(pid, NULL, 0);
	return r;
}

int wpar_checkpoint_take(const struct wpar_take *take, struct par_error **err)
{
	par_cleanup(taking_done) struct taking t = { .take = take,
						     .dir = WPAR_NO_STATEDIR,
						     .cgroup = -1 };
	int r = judge(take->spec, &t.manifest.there, err);

	if (r < 0)
		return r;
	t.cgroup = wpar_cgroup_open(take->spec->name, false, err);
	if (t.cgroup < 0)
		return t.cgroup;
	r = look(&t, err);
	if (r < 0)
		return r;
	r = describe(&t, err);
	if (r < 0)
		return r;
	r = wpar_statedir_open(take->folder, true, &t.dir, err);
	if (r < 0)
		return r;
	r = name_paths(&t, err);
	if (r < 0) {
		if (t.manifest.images)
			wpar_statedir_drop(&t.dir, t.manifest.images);
		return r;
	}
	return take_by_worker(&t, err);
}
