/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A WPAR goes on: see restart.h.  What a start makes outside of it is made by the same functions;
 * criu makes what is inside.
 */
#include "wparctl/checkpoint/restart.h"

#include "lpard/common/fd_pass.h"
#include "lpard/common/fs.h"
#include "lpard/common/now.h"
#include "wparctl/checkpoint/criu_run.h"
#include "wparctl/checkpoint/groups.h"
#include "wparctl/checkpoint/home_group.h"
#include "wparctl/checkpoint/let_go.h"
#include "wparctl/checkpoint/pressure.h"
#include "wparctl/checkpoint/rights.h"
#include "wparctl/checkpoint/stage.h"
#include "wparctl/checkpoint/statedir.h"
#include "wparctl/checkpoint/step.h"
#include "wparctl/network/again.h"
#include "wparctl/network/apply.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/resources/cgroup_freeze.h"
#include "wparctl/runtime/launch/launch.h"
#include "wparctl/runtime/launch/program.h"
#include "wparctl/runtime/launch/security.h"
#include "wparctl/runtime/life/checkpoint_mark.h"
#include "wparctl/runtime/life/clear.h"
#include "wparctl/runtime/life/cor.h"
#include "wparctl/runtime/life/external.h"
#include "wparctl/runtime/life/ids.h"
#include "wparctl/runtime/life/outside_show.h"
#include "wparctl/runtime/life/ownership.h"
#include "wparctl/runtime/life/script.h"
#include "wparctl/runtime/life/start.h"
#include "wparctl/runtime/life/wpar_log.h"
#include "wparctl/versioned/uname_notify.h"
#include "wparctl/versioned/versioned.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define FREEZE_MOST_MS 10000

struct restarting {
	const struct wpar_restart *restart;
	struct wpar_statedir dir;
	struct wpar_ckpt_manifest manifest;
	struct wpar_ability here;
	struct wpar_launch launch;
	struct wpar_stage stage;
	struct wpar_criu_restore plan;
	pid_t parent;
	int uname; /* to the process that answers for the old system; -1: none is needed */
	char program[PATH_MAX];
	char *images, *log, *step, *home;
};

static void restarting_done(struct restarting *t)
{
	wpar_statedir_close(&t->dir);
	wpar_ckpt_manifest_done(&t->manifest);
	wpar_ability_done(&t->here);
	wpar_launch_done(&t->launch);
	wpar_stage_done(&t->stage);
	if (t->uname >= 0)
		close(t->uname);
	for (size_t i = 0; i < t->plan.n_links; i++) {
		free(t->plan.links[i].inner);
		free(t->plan.links[i].outer);
	}
	free(t->plan.links);
	free(t->images);
	free(t->log);
	free(t->step);
	free(t->home);
}

static void show(const struct restarting *t, const struct wpar_ckpt_fit *fit)
{
	auto_buf text = { 0 };

	if (!t->restart->complaint)
		return;
	wpar_ckpt_fit_print(fit, &text);
	fputs(text.data ? text.data : "", t->restart->complaint);
}

static int parse_specification(const struct wpar_ckpt_manifest *m, struct wpar_spec *ret,
			       struct par_error **err)
{
	const char *text = m->specification;
	int r = wpar_spec_parse(text, strlen(text), ret, err);

	if (r < 0)
		par_error_wrap(err, "the specification in the checkpoint is wrong");
	return r;
}

static void find_program(const struct wpar_ckpt_manifest *m, char ret[PATH_MAX])
{
	const char *id = wpar_ckpt_program(m);

	/* This one is kept from the first start on, which may not have been here. */
	if (!id || wpar_program_keep(ret, NULL) < 0 || !wpar_program_kept(id, ret))
		*ret = '\0';
}

static int fit_mapped(const struct wpar_ckpt_manifest *m, const struct wpar_spec *s,
		      struct wpar_ckpt_fit *f, struct par_error **err)
{
	struct wpar_mapped_here *here = NULL;
	auto_mount_plan plan = { 0 };
	int r = wpar_launch_plan(s, &plan, err);

	if (r < 0)
		return r;
	if (wpar_mapped_here_get(m, &plan, &here) < 0)
		return par_oom(err);
	wpar_ckpt_fit_mapped(m, here, f);
	wpar_mapped_here_free(here, m->n_mapped);
	return 0;
}

static bool is_image_there(const struct wpar_spec *s)
{
	const char *digest = s->version.image_digest;
	autofd int root = digest ? wpar_image_open(digest, NULL) : -1;

	return root >= 0;
}

int wpar_restart_fit(const struct wpar_ckpt_manifest *m, const struct wpar_spec *spec,
		     const struct wpar_ability *here, struct wpar_ckpt_fit *f,
		     char ret_program[PATH_MAX], struct par_error **err)
{
	const bool image = is_image_there(spec);
	auto_spec then = { 0 };
	int r = parse_specification(m, &then, err);

	if (r < 0)
		return r;
	wpar_ckpt_fit_manifest(m, &then, here, spec, f);
	wpar_ckpt_fit_clock(m, par_wall_ms(), f);
	find_program(m, ret_program);
	wpar_ckpt_fit_program(m, *ret_program ? ret_program : NULL, f);
	wpar_ckpt_fit_image(spec, image, f);
	/* Without its image nothing can be planned: that row says it. */
	return spec->version.image_digest && !image ? 0 : fit_mapped(m, spec, f, err);
}

static int judge(struct restarting *t, struct par_error **err)
{
	const struct wpar_spec *s = t->restart->spec;
	autofree char *what = par_strdup_printf("workload partition '%s' cannot go on from '%s'",
						s->name, t->dir.path);
	auto_ckpt_fit fit = { 0 };
	int r = wpar_ability_get(&t->here, err);

	if (r < 0)
		return r;
	wpar_ckpt_fit_lpar(&t->here, &fit);
	wpar_ckpt_fit_spec(s, &fit);
	r = wpar_restart_fit(&t->manifest, s, &t->here, &fit, t->program, err);
	if (r < 0)
		return r;
	if (*t->program)
		t->launch.program = t->program;
	r = what ? wpar_ckpt_fit_verdict(&fit, what, err) : par_oom(err);
	if (r < 0)
		show(t, &fit);
	return r;
}

static int open_checkpoint(struct restarting *t, struct par_error **err)
{
	int r = wpar_statedir_open(t->restart->folder, false, &t->dir, err);

	if (r < 0)
		return r;
	r = wpar_statedir_read(&t->dir, &t->manifest, err);
	if (r < 0)
		return r;
	r = judge(t, err);
	if (r < 0)
		return r;
	return wpar_statedir_verify(&t->dir, &t->manifest, err);
}

static int name_links(struct restarting *t, struct par_error **err)
{
	const struct wpar_net_plan *p = &t->launch.network;

	t->plan.links = calloc(p->n + 1, sizeof(*t->plan.links));
	if (!t->plan.links)
		return par_oom(err);
	for (size_t i = 0; i < p->n; i++) {
		struct wpar_criu_link *l = &t->plan.links[t->plan.n_links];

		if (p->steps[i].kind != WPAR_NET_LINK)
			continue;
		t->plan.n_links++;
		l->inner = strdup(p->steps[i].inner);
		l->outer = strdup(p->steps[i].device);
		if (!l->inner || !l->outer)
			return par_oom(err);
	}
	return 0;
}

static int plan(struct restarting *t, struct par_error **err)
{
	int r = wpar_criu_log_path(t->restart->log, t->dir.path, "restartwpar.log", &t->log, err);

	if (r < 0)
		return r;
	t->images = par_strdup_printf("%s/%s", t->dir.path, t->manifest.images);
	t->home = wpar_home_group();
	if (!t->images || !t->home)
		return par_oom(err);
	r = wpar_checkpoint_step_prepare(t->restart->spec->name, &t->step, err);
	if (r < 0)
		return r;
	t->plan.criu = (struct wpar_criu){ .program = t->here.criu_path,
					   .images = t->images,
					   .work = t->launch.plan.run,
					   .log = t->log,
					   .level = t->restart->level,
					   .step = t->step };
	t->plan.root = t->stage.root;
	t->plan.mounts = t->stage.mounts;
	t->plan.n_mounts = t->stage.n_mounts;
	return name_links(t, err);
}

/* In the process that becomes criu.  What has been restored so far ends with the command. */
static int enter_stage(void *user)
{
	const struct restarting *t = user;
	int r;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != t->parent)
		return -ESRCH;
	/* Its children are born there, and see no group above. */
	r = par_fs_write_str(t->launch.birth > 0 ? t->launch.birth : t->launch.cgroup,
			     "cgroup.procs", "0");
	if (r < 0)
		return r;
	if (unshare(CLONE_NEWCGROUP) < 0)
		return -errno;
	r = wpar_groups_enter(t->launch.cgroup, &t->manifest.groups);
	if (r < 0)
		return r;
	r = wpar_stage_enter(&t->stage);
	return r < 0 ? r : wpar_uname_server_join(t->uname);
}

/* As that of a start it is nobody's child, and outlives the session that the command belongs to. */
static int start_uname_server(struct restarting *t, struct par_error **err)
{
	autofd int ours = -1, theirs = -1;
	int pair[2], sock = -1;
	pid_t pid;

	if (!t->restart->spec->version.image_digest)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "a socket pair cannot be made");
	ours = pair[0];
	theirs = pair[1];
	pid = wpar_cgroup_fork_keeper();
	if (pid == 0)
		_exit(wpar_uname_server_start(t->restart->spec, &sock) < 0 ||
		      par_fd_send(theirs, sock) < 0);
	close(take_fd(&theirs));
	t->uname = pid < 0 ? -errno : par_fd_receive(ours);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return t->uname < 0
		       ? par_fail(err, PAR_E_SYSTEM, t->uname, "uname's answers cannot be set up")
		       : 0;
}

static int run_criu(struct restarting *t, struct par_error **err)
{
	auto_strv argv = { 0 };
	struct wpar_criu_run run = {
		.keep = -1, .home = t->home, .before = enter_stage, .user = t
	};
	int r = wpar_criu_plan_restore(&t->plan, &argv, err);

	if (r < 0)
		return r;
	run.argv = argv.v;
	t->parent = getpid();
	/* Links of before whose namespace has ended a moment ago. */
	r = wpar_net_undo(&t->launch.network, err);
	if (r < 0)
		return r;
	r = start_uname_server(t, err);
	if (r < 0)
		return r;
	r = wpar_criu_run(&run, t->restart->spec->name, "go on", t->log, err);
	if (r < 0)
		return r;
	wpar_test_stop_at("restored");
	r = wpar_cgroup_wait_frozen(t->launch.cgroup, FREEZE_MOST_MS);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r,
				"workload partition '%s' does not stand still after its restart",
				t->restart->spec->name)
		     : 0;
}

/* Its links, made by criu with numbers of its own, become those of the plan. */
static int connect_links(struct restarting *t, pid_t init, struct par_error **err)
{
	auto_strv links = { 0 };
	int r;

	if (wpar_let_go_links(&t->launch.network, &links) < 0)
		return par_oom(err);
	r = wpar_net_apply_again(&t->launch.network, (const char *const *)links.v, links.n, init,
				 err);
	if (r < 0)
		return r;
	r = wpar_let_go_ping(t->restart->spec, init);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "its users cannot be let ping") : 0;
}

/* The moment from which on it is there. */
static int let_live(struct restarting *t, struct par_error **err)
{
	const char *name = t->restart->spec->name;
	int r = wpar_checkpoint_unmark(name, WPAR_MARK_RESTORING);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the state of '%s' cannot be written", name);
	r = wpar_cgroup_freeze(t->launch.cgroup, false);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be let go on", name) : 0;
}

static int come_to_life(struct restarting *t, struct par_error **err)
{
	const struct wpar_spec *s = t->restart->spec;
	pid_t init = wpar_cgroup_init(t->launch.cgroup);
	int r;

	if (init <= 0)
		return par_fail(err, PAR_E_SYSTEM, ESRCH, "'%s' has no first process", s->name);
	r = wpar_rights_check(t->launch.cgroup, init, wpar_security_caps(s), &t->launch.plan, err);
	if (r < 0)
		return r;
	r = wpar_groups_fill(t->launch.cgroup, &t->manifest.groups, err);
	if (r < 0)
		return r;
	r = wpar_pressure_again(t->launch.cgroup, err);
	if (r < 0)
		return r;
	r = connect_links(t, init, err);
	if (r < 0)
		return r;
	wpar_external_write(s->name, &t->launch.plan);
	wpar_outside_show(s->name, &t->launch.plan);
	wpar_test_stop_at("connected again");
	return let_live(t, err);
}

static int restore(struct restarting *t, struct par_error **err)
{
	const struct wpar_spec *s = t->restart->spec;
	int r;

	wpar_cor_prepare(s->name);
	r = wpar_launch_prepare(&t->launch, s, err);
	if (r < 0)
		return r;
	r = wpar_checkpoint_mark(s->name, WPAR_MARK_RESTORING);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the state of '%s' cannot be written",
				s->name);
	r = wpar_groups_make(t->launch.cgroup, s->idbase, s->idrange, &t->manifest.groups, err);
	if (r < 0)
		return r;
	r = wpar_stage_prepare(&t->launch.plan, t->launch.birth, &t->stage, err);
	if (r < 0)
		return r;
	r = plan(t, err);
	if (r < 0)
		return r;
	r = run_criu(t, err);
	return r < 0 ? r : come_to_life(t, err);
}

static int restart(struct restarting *t, struct par_error **err)
{
	const struct wpar_spec *s = t->restart->spec;
	int r = open_checkpoint(t, err);

	if (r < 0)
		return r;
	r = wpar_id_range_claim(s, err);
	if (r < 0)
		return r;
	/* What a killed start or restart has left; nothing runs. */
	r = wpar_clear(s->name, err);
	if (r < 0)
		return r;
	r = wpar_owner_restart(s, t->manifest.generation, t->manifest.taken_ms, t->restart->force,
			       err);
	if (r < 0)
		return r;
	r = wpar_script_run(s, WPAR_SCRIPT_START, err);
	if (r < 0) {
		wpar_owner_stopped(s);
		return r;
	}
	r = restore(t, err);
	if (r < 0) {
		wpar_clear(s->name, NULL);
		wpar_owner_stopped(s);
		wpar_script_run(s, WPAR_SCRIPT_STOP, NULL);
		return r;
	}
	wpar_net_announce(&t->launch.network, true);
	return wpar_repair(s, err);
}

int wpar_checkpoint_restart(const struct wpar_restart *r, struct par_error **err)
{
	par_cleanup(restarting_done) struct restarting t = { .restart = r,
							     .dir = WPAR_NO_STATEDIR,
							     .uname = -1 };
	auto_error why = NULL;
	int result = restart(&t, &why);

	wpar_event_log(r->spec->name, "restart", why);
	if (result < 0)
		par_error_move(err, &why);
	return result;
}
