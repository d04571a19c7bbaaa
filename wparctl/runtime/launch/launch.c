/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The outer half of a start: see launch.h.  Few system calls, one clone, no exec: every exec
 * costs 8 ms and more under TCG.
 */
#include "wparctl/runtime/launch/launch.h"
#include "wparctl/runtime/launch/proc_source.h"

#include "lpard/common/fs.h"
#include "lpard/common/process.h"
#include "wparctl/filesystem/mount_apply.h"
#include "wparctl/filesystem/namefs.h"
#include "wparctl/network/apply.h"
#include "wparctl/network/infer.h"
#include "wparctl/network/record.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/resources/cgroup_below.h"
#include "wparctl/resources/huge_pages.h"
#include "wparctl/resources/limits.h"
#include "wparctl/resources/soft_limit.h"
#include "wparctl/runtime/launch/child.h"
#include "wparctl/runtime/launch/clock.h"
#include "wparctl/runtime/launch/creator.h"
#include "wparctl/runtime/launch/program.h"
#include "wparctl/runtime/launch/sync.h"
#include "wparctl/versioned/uname_notify.h"
#include "wparctl/versioned/versioned.h"

#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

void wpar_launch_done(struct wpar_launch *l)
{
	wpar_mount_plan_done(&l->plan);
	wpar_net_plan_done(&l->network);
	wpar_interpreters_done(&l->interpreters);
	if (l->cgroup > 0)
		close(l->cgroup);
	if (l->birth > 0)
		close(l->birth);
	if (l->pidfd > 0)
		close(l->pidfd);
	if (l->space.ns > 0)
		wpar_space_done(&l->space);
	l->cgroup = 0;
	l->birth = 0;
	l->pidfd = 0;
}

static bool has_text(const char *path, const char *text)
{
	auto_buf b = { 0 };

	return par_fs_read(path, 4096, &b) == 0 && b.data && strcmp(b.data, text) == 0;
}

/*
 * Takes @text, NULL included.  One that says so already stays: a WPAR that runs has it mounted, and
 * with another in its place that mount could not be restored from a checkpoint.
 */
static int write_text(const char *folder, const char *name, char *text, struct par_error **err)
{
	autofree char *owned = text;
	autofree char *path = par_strdup_printf("%s/%s", folder, name);
	int r;

	if (!path || !owned)
		return par_oom(err);
	if (has_text(path, owned))
		return 0;
	r = par_fs_replace_volatile(AT_FDCWD, path, owned, strlen(owned), 0644);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be written", path) : 0;
}

/* What else a versioned WPAR needs: its layers, and what /proc says of the old kernel. */
static int write_version(const struct wpar_spec *s, struct par_strv *layers, struct par_error **err)
{
	autofree char *run = wpar_path("/run/wpars/%s", s->name);
	struct utsname uts;
	int r;

	if (!s->version.image_digest)
		return 0;
	r = wpar_version_layers(s, layers, err);
	if (r < 0)
		return r;
	if (!run)
		return par_oom(err);
	r = wpar_uname_make(s, &uts);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "uname's answers cannot be made");
	r = par_fs_mkdirs(run, 0755);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be made", run);
	r = write_text(run, "version", wpar_uname_proc_version(&uts), err);
	if (r < 0)
		return r;
	return write_text(run, "osrelease", wpar_uname_osrelease(&uts), err);
}

/* Half of the memory that the WPAR is limited to, so that it is full before the WPAR is. */
static uint64_t shm_size(const struct wpar_spec *s)
{
	struct wpar_machine m;
	uint64_t most;

	wpar_machine_get_for(s, &m);
	most = wpar_limits_memory(s, &m);
	return most == UINT64_MAX ? 0 : most / 2;
}

/*
 * The program @name in the topmost layer, or in the LPAR; NULL: it is not there, or it is not
 * needed, for an application WPAR has the LPAR's as they are.  @ret_place: its path inside, where
 * ours is to be mounted; in a layer ours is there already
 */
static char *own_command(const struct wpar_spec *s, const struct par_strv *layers,
			 const char *place, const char **ret_place)
{
	char *p = NULL;

	*ret_place = NULL;
	if (s->type != WPAR_SYSTEM)
		return NULL;
	p = layers->n ? par_strdup_printf("%s/" WPAR_LAYER_REAL "%s", layers->v[0],
					  strrchr(place, '/'))
		      : strdup(place);
	if (!p || access(p, X_OK) < 0) {
		free(p);
		return NULL;
	}
	if (!layers->n)
		*ret_place = place;
	return p;
}

/* Written by hand: what is not given follows from the interfaces as they are now. */
static int plan_incomplete_network(const struct wpar_spec *s, struct wpar_net_plan *ret,
				   struct par_error **err)
{
	auto_net_facts facts = { 0 };
	auto_spec whole = { 0 };
	int r = wpar_spec_copy(s, &whole, err);

	if (r < 0)
		return r;
	r = wpar_net_facts_get(&facts, err);
	if (r < 0)
		return r;
	r = wpar_net_infer(&whole, &facts, err);
	if (r < 0)
		return r;
	return wpar_net_plan_build(&whole, &facts, ret, err);
}

int wpar_launch_plan_network(const struct wpar_spec *s, struct wpar_net_plan *ret,
			     struct par_error **err)
{
	auto_net_facts facts = { 0 };
	auto_strv names = { 0 };
	int r;

	if (s->n_addresses == 0)
		return wpar_net_plan_build(s, &facts, ret, err);
	for (size_t i = 0; i < s->n_addresses; i++) {
		const struct wpar_address *a = &s->addresses[i];

		if (!a->interface || !a->mask_prefix)
			return plan_incomplete_network(s, ret, err);
		if (par_strv_add(&names, a->interface) < 0)
			return par_oom(err);
	}
	r = wpar_net_facts_of(&names, &facts, err);
	if (r < 0)
		return r;
	r = wpar_net_plan_build(s, &facts, ret, err);
	return r < 0 ? r : wpar_net_expect_foreign(ret->ips, ret->n_ips, err);
}

/* Its folder in /run, and what will be left of the network, written down before that is made. */
static int make_run_folder(const struct wpar_launch *l, struct par_error **err)
{
	int r;

	if (l->network.n == 0 && wpar_mounts_is_global(&l->plan))
		return 0;
	r = par_fs_mkdirs(l->plan.run, 0755);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be made", l->plan.run);
	return l->network.n == 0 ? 0 : wpar_net_record_write(&l->network, err);
}

/* @own: the path of our own program, which a system WPAR has as its init; NULL: as it is now */
static int plan_with(const struct wpar_spec *s, const char *own, struct wpar_mount_plan *ret,
		     struct par_error **err)
{
	autofree char *prefix = wpar_path("%s", "");
	struct wpar_mount_facts facts = { .prefix = prefix ? prefix : "" };
	autofree char *df = NULL, *mount_real = NULL, *uname_real = NULL, *systemctl = NULL;
	auto_strv layers = { 0 };
	char program[PATH_MAX] = "";
	int r = s->type == WPAR_SYSTEM && !own ? wpar_program_keep(program, err) : 0;

	if (r < 0)
		return r;
	facts.program = own ? own : program;
	r = write_version(s, &layers, err);
	if (r < 0)
		return r;
	facts.layers = &layers;
	facts.shm_size = shm_size(s);
	facts.meminfo = wpar_proc_source_needed(s, WPAR_PROC_MEMINFO);
	facts.cpuinfo = wpar_proc_source_needed(s, WPAR_PROC_CPUINFO);
	df = own_command(s, &layers, "/usr/bin/df", &facts.df);
	mount_real = own_command(s, &layers, "/usr/bin/mount", &facts.mount);
	uname_real = own_command(s, &layers, "/usr/bin/uname", &facts.uname);
	facts.df_real = df;
	facts.mount_real = mount_real;
	facts.uname_real = uname_real;
	if (!layers.n && access("/usr/bin/umount", X_OK) == 0)
		facts.umount = "/usr/bin/umount";
	facts.cor = facts.umount || layers.n;
	systemctl = own_command(s, &layers, "/usr/bin/systemctl", &facts.systemctl);
	r = wpar_mount_plan_build(s, &facts, ret, err);
	if (r == 0)
		wpar_mounts_drop_absent(ret);
	return r;
}

int wpar_launch_plan(const struct wpar_spec *s, struct wpar_mount_plan *ret, struct par_error **err)
{
	return plan_with(s, NULL, ret, err);
}

static void plan_inner_limits(struct wpar_launch *l)
{
	struct wpar_machine m;

	wpar_machine_get_for(l->spec, &m);
	wpar_inner_limits_plan(l->spec, &m, &l->inner);
}

/* Also of a WPAR without limits: it may get some while it runs, and its monitor knows them then. */
static int make_proc_files(const struct wpar_spec *s, struct par_error **err)
{
	autofree char *run = wpar_path("/run/wpars/%s", s->name);
	int r;

	if (s->type != WPAR_SYSTEM)
		return 0;
	if (!run)
		return par_oom(err);
	r = par_fs_mkdirs(run, 0755);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be made", run);
	r = wpar_proc_source_make(run);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "files in '%s' cannot be made", run) : 0;
}

/* Until its monitor watches them they say what was so at the start. */
static int fill_proc_files(const struct wpar_launch *l, struct par_error **err)
{
	int r = wpar_proc_source_fill(l->spec, l->plan.run, l->cgroup);

	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "files in '%s' cannot be written",
				l->plan.run)
		     : 0;
}

/* Its first process may make groups itself: whether it does is seen inside (own_groups.h). */
static int make_groups_below(struct wpar_launch *l, struct par_error **err)
{
	int inside;

	if (!l->spec->init)
		return 0;
	inside = wpar_below_make(l->cgroup, l->plan.idbase, err);
	if (inside < 0)
		return inside;
	l->birth = inside;
	return 0;
}

int wpar_launch_prepare(struct wpar_launch *l, const struct wpar_spec *s, struct par_error **err)
{
	const char *machine = s->version.image_digest ? s->version.architecture : NULL;
	int r = wpar_interpreters_find(machine, &l->interpreters, err);

	if (r < 0)
		return r;
	r = make_proc_files(s, err);
	if (r < 0)
		return r;
	r = plan_with(s, l->program, &l->plan, err);
	if (r < 0)
		return r;
	l->spec = s;
	plan_inner_limits(l);
	r = wpar_namefs_check_start(s, err);
	if (r < 0)
		return r;
	r = wpar_plan_check(&l->plan, err);
	if (r < 0)
		return r;
	r = wpar_launch_plan_network(s, &l->network, err);
	if (r < 0)
		return r;
	r = make_run_folder(l, err);
	if (r < 0)
		return r;
	l->cgroup = wpar_cgroup_open(s->name, true, err);
	if (l->cgroup < 0)
		return l->cgroup;
	r = wpar_limits_apply(s, l->cgroup, err);
	if (r < 0)
		return r;
	r = make_groups_below(l, err);
	if (r < 0)
		return r;
	r = fill_proc_files(l, err);
	if (r < 0)
		return r;
	r = wpar_huge_pages_set(s, l->cgroup);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the limit of huge pages cannot be set");
	r = wpar_soft_limit_start(s, l->cgroup);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "the soft limit of memory cannot be set") : 0;
}

/* @name: uid_map or gid_map; @own: those that are the same inside */
static int write_map(const struct wpar_launch *l, int dir, const char *name, const uint32_t *own,
		     size_t n, struct par_error **err)
{
	auto_buf map = { 0 };
	int r = wpar_own_ids_map(l->plan.idbase, l->plan.idrange, own, n, &map, err);

	if (r < 0)
		return r;
	r = par_fs_write_str(dir, name, map.data);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "the users of the WPAR cannot be set") : 0;
}

static int map_ids(const struct wpar_launch *l, int *ret_userns, struct par_error **err)
{
	const struct wpar_own_ids *own = l->own_ids;
	char path[64];
	autofd int dir = -1;
	int r;

	snprintf(path, sizeof(path), "/proc/%d", (int)l->pid);
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be opened", path);
	r = write_map(l, dir, "gid_map", own ? own->gids : NULL, own ? own->n_gids : 0, err);
	if (r < 0)
		return r;
	r = write_map(l, dir, "uid_map", own ? &own->uid : NULL, own ? 1 : 0, err);
	if (r < 0)
		return r;
	if (wpar_mounts_is_global(&l->plan))
		return 0;
	*ret_userns = openat(dir, "ns/user", O_RDONLY | O_CLOEXEC);
	if (*ret_userns < 0)
		return par_fail(err, PAR_E_SYSTEM, errno,
				"the user namespace of the WPAR cannot be opened");
	return 0;
}

/*
 * The inner ends of its links go straight into the namespace, which the process has made; it takes
 * them over when its file systems are in their places, meanwhile.
 */
static int connect_network(const struct wpar_launch *l, int sync, struct par_error **err)
{
	int r;

	if (l->network.n == 0)
		return 0;
	r = wpar_sync_wait_step(sync, WPAR_STEP_NETWORK, err);
	if (r < 0)
		return r;
	r = wpar_net_apply_outer(&l->network, l->pid, err);
	if (r < 0)
		return r;
	wpar_test_stop_at("connected");
	wpar_sync_step(sync, WPAR_STEP_NETWORK);
	return 0;
}

static int limit_ipc(const struct wpar_launch *l, struct par_error **err)
{
	int r;

	if (!l->inner.pct_msg_ids && !l->inner.pct_sem_ids && !l->inner.pct_shm_ids)
		return 0;
	r = wpar_inner_limits_ipc(l->pidfd, &l->inner);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "the limits of System V IPC cannot be set")
		     : 0;
}

/* Nothing could be sent to it: it may have said why. */
static int fail_ended(int sync, int r, struct par_error **err)
{
	if (wpar_sync_wait(sync, err) < 0)
		return err && *err ? -(*err)->errnum : r;
	return par_fail(err, PAR_E_SYSTEM, r, "the WPAR's first process ended");
}

static int hand_over_mounts(const struct wpar_launch *l, int sync, int userns,
			    struct par_error **err)
{
	int fds[WPAR_MOUNTS_MAX];
	size_t n = 0;
	int r = wpar_mounts_prepare(&l->plan, &l->space, userns, fds, &n, err);

	if (r < 0)
		return r;
	r = wpar_sync_send_mounts(sync, fds, n);
	for (size_t i = 0; i < n; i++)
		close(fds[i]);
	return r < 0 ? fail_ended(sync, r, err) : 0;
}

/* Before it runs any program: after that it may be in any group of its own. */
static int note_init(const struct wpar_launch *l, struct par_error **err)
{
	int r = l->birth > 0 ? wpar_below_note_init(l->cgroup, l->pid) : 0;

	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r,
				"the WPAR's first process cannot be written down at its group")
		     : 0;
}

static int hand_over(struct wpar_launch *l, int sync, struct par_error **err)
{
	autofd int userns = -1;
	int r = note_init(l, err);

	if (r < 0)
		return r;
	wpar_test_stop_at("noted");
	r = map_ids(l, &userns, err);
	if (r < 0)
		return r;
	wpar_test_stop_at("mapped");
	r = limit_ipc(l, err);
	if (r < 0)
		return r;
	if (wpar_mounts_is_global(&l->plan)) {
		r = wpar_sync_step(sync, WPAR_STEP_MAPPED);
		if (r < 0)
			return fail_ended(sync, r, err);
	} else {
		r = hand_over_mounts(l, sync, userns, err);
		if (r < 0)
			return r;
	}
	wpar_test_stop_at("mounted");
	r = connect_network(l, sync, err);
	return r < 0 ? r : wpar_sync_wait(sync, err);
}

/* clone3(2) by the WPAR's own root id: the user namespace is that one's. */
static pid_t clone_as_creator(const struct wpar_launch *l, struct clone_args *args)
{
	struct wpar_creator creator;
	pid_t pid = -1;

	if (wpar_creator_begin(&creator, l->plan.idbase))
		pid = (pid_t)syscall(SYS_clone3, args, sizeof(*args));
	if (pid != 0)
		wpar_creator_end(&creator);
	return pid;
}

/*
 * The first process gets a copy of a space, and nothing else that is mounted here; of a tree that
 * is the global one, a copy of all.
 */
static int clone_in_space(struct wpar_launch *l, struct clone_args *args, struct par_error **err)
{
	int r = 0, failed;

	l->space = WPAR_NO_SPACE;
	if (!wpar_mounts_is_global(&l->plan))
		r = wpar_space_enter(l->plan.run, &l->space, err);
	if (r < 0)
		return r;
	l->pid = clone_as_creator(l, args);
	failed = l->pid < 0 ? errno : 0;
	if (l->pid != 0 && l->space.ns >= 0)
		r = wpar_space_leave(&l->space);
	if (failed)
		return par_fail(err, PAR_E_SYSTEM, failed, "the WPAR's first process cannot start");
	if (r == 0)
		return 0;
	kill(l->pid, SIGKILL);
	waitpid(l->pid, NULL, 0);
	return par_fail(err, PAR_E_SYSTEM, r, "the global environment cannot be entered again");
}

int wpar_launch(struct wpar_launch *l, struct par_error **err)
{
	autofd int ours = -1, theirs = -1;
	int pair[2], pidfd = -1;
	struct clone_args args = {
		.flags = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
			 CLONE_PIDFD | CLONE_INTO_CGROUP,
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
		.cgroup = (uint64_t)(l->birth > 0 ? l->birth : l->cgroup),
	};
	autofd int uname = -1;
	int r = wpar_uname_server_start(l->spec, &uname);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "uname's answers cannot be set up");
	l->uname = uname;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "a socket pair cannot be made");
	ours = pair[0];
	theirs = pair[1];
	wpar_process_fix(l->keep_priority, l->inner.locked);
	wpar_test_stop_at("namespaces");
	l->boot = wpar_clock_boot();
	r = clone_in_space(l, &args, err);
	if (r < 0)
		return r;
	if (l->pid == 0) {
		close(ours);
		wpar_launch_child(l, theirs);
	}
	l->pidfd = pidfd;
	close(take_fd(&theirs));
	wpar_interpreters_done(&l->interpreters);
	r = hand_over(l, ours, err);
	if (r < 0) {
		kill(l->pid, SIGKILL);
		waitpid(l->pid, NULL, 0);
		wpar_net_undo(&l->network, NULL);
	}
	return r;
}
