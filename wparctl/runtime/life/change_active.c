/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of a running WPAR: see change_active.h.  All that can be refused is found out first; then
 * the limits are written, the network is changed, and a process of ours goes in for the rest.
 */
#include "wparctl/runtime/life/change_active.h"

#include "lpard/common/fs.h"
#include "lpard/common/process.h"
#include "wparctl/filesystem/mount_apply.h"
#include "wparctl/filesystem/mount_live.h"
#include "wparctl/filesystem/namefs.h"
#include "wparctl/filesystem/outside.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/resources/huge_pages.h"
#include "wparctl/resources/inner_limits.h"
#include "wparctl/resources/limits.h"
#include "wparctl/resources/soft_limit.h"
#include "wparctl/runtime/launch/launch.h"
#include "wparctl/runtime/launch/reset.h"
#include "wparctl/runtime/launch/sync.h"
#include "wparctl/runtime/life/external.h"
#include "wparctl/runtime/life/outside_show.h"
#include "wparctl/runtime/life/active_network.h"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define INSIDE_S 20 /* what a change may take, and what each file system may that is mounted */
#define MOUNT_S	 30
#define DIE_MS	 5000

/* What happens inside. */
struct inner {
	struct wpar_mount_change mounts;
	const char *hostname; /* NULL: it stays */
	bool lazy;
	int init, userns;
};

static const char *host_of(const struct wpar_spec *s)
{
	return s->hostname ? s->hostname : s->name;
}

/* The WPAR's first process, held by descriptors: it may end, and another may get its number. */
static int open_init(const struct wpar_spec *s, int cgroup, struct inner *in,
		     struct par_error **err)
{
	pid_t pid = wpar_cgroup_init(cgroup);
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	in->init = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	in->userns = in->init < 0 ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	if (in->userns < 0 || wpar_cgroup_init(cgroup) != pid)
		return par_fail(err, PAR_E_WRONG_STATE, 0, "workload partition '%s' is not active",
				s->name);
	return 0;
}

/* In the global environment still. */
static int inner_prepare(const struct inner *in, int fds[WPAR_MOUNTS_MAX], size_t *n,
			 struct par_error **err)
{
	auto_mount_space space = WPAR_NO_SPACE;
	int r;

	*n = 0;
	if (in->mounts.add.n_ops == 0)
		return 0;
	r = wpar_space_enter(in->mounts.add.run, &space, err);
	if (r < 0)
		return r;
	r = wpar_space_leave(&space);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r,
				"the global environment cannot be entered again");
	return wpar_mounts_prepare(&in->mounts.add, &space, in->userns, fds, n, err);
}

static int inner_run(const struct inner *in, struct par_error **err)
{
	int fds[WPAR_MOUNTS_MAX];
	size_t n = 0;
	int r;

	/* Nobody inside gets at its descriptors. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	umask(022);
	r = inner_prepare(in, fds, &n, err);
	if (r < 0)
		return r;
	if (setns(in->init, CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWUTS) < 0 ||
	    setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the WPAR cannot be entered");
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	/* The new user has cleared it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	r = wpar_mount_change_attach(&in->mounts, fds, n, in->lazy, err);
	if (r == 0 && in->hostname && sethostname(in->hostname, strlen(in->hostname)) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the host name '%s' cannot be set",
				in->hostname);
	return r;
}

__attribute__((noreturn)) static void be_inside(const struct inner *in, pid_t parent, int theirs)
{
	const int keep[] = { theirs, in->init, in->userns };
	struct par_error *why = NULL;
	int failed;

	wpar_child_only(parent, keep, PAR_ARRAY_SIZE(keep));
	failed = inner_run(in, &why) < 0;
	if (failed)
		wpar_sync_fail(theirs, why);
	_exit(failed);
}

/*
 * Nobody waits for ever for a directory on a server that is gone: its processes have the WPAR's
 * lock meanwhile.
 */
static int await_inside(int ours, pid_t pid, size_t n_mounts, struct par_error **err)
{
	const int most_s = INSIDE_S + MOUNT_S * (int)n_mounts;
	struct pollfd p = { .fd = ours, .events = POLLIN };
	int r;

	do
		r = poll(&p, 1, most_s * 1000);
	while (r < 0 && errno == EINTR);
	if (r > 0)
		return wpar_sync_wait(ours, err);
	kill(pid, SIGKILL);
	return par_fail(err, PAR_E_TIMED_OUT, 0,
			"the change was not done within %d seconds: a file system in the "
			"workload partition does not answer",
			most_s);
}

/*
 * The process has said its last word, or was killed.  If it does not end then, it waits for a
 * server and cannot be ended; it is left behind, and what it has said counts.
 */
static int await_end(pid_t pid, bool killed)
{
	int status = 0;

	if (par_wait_child(pid, DIE_MS, &status) != -ETIMEDOUT)
		return status;
	if (killed)
		return 0;
	kill(pid, SIGKILL);
	par_wait_child(pid, DIE_MS, &status);
	return 0;
}

static int go_inside(const struct inner *in, struct par_error **err)
{
	const pid_t parent = getpid();
	autofd int ours = -1, theirs = -1;
	int pair[2], status, r;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "a socket pair cannot be made");
	ours = pair[0];
	theirs = pair[1];
	pid = fork();
	if (pid < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "a process cannot be made");
	if (pid == 0)
		be_inside(in, parent, theirs);
	close(take_fd(&theirs));
	r = await_inside(ours, pid, in->mounts.add.n_ops, err);
	status = await_end(pid, r == -ETIMEDOUT);
	if (r == 0 && status != 0)
		return par_fail(err, PAR_E_SYSTEM, 0, "the change was interrupted");
	return r;
}

/* Sources are looked at as at a start: in the global environment's own mount namespace. */
static int plan_inner(const struct wpar_spec *from, const struct wpar_spec *to, struct inner *in,
		      struct par_error **err)
{
	auto_mount_plan old = { 0 }, new = { 0 };
	int r = wpar_launch_plan(from, &old, err);

	if (r < 0)
		return r;
	r = wpar_launch_plan(to, &new, err);
	if (r < 0)
		return r;
	r = wpar_mount_change_build(&old, &new, &in->mounts, err);
	if (r < 0)
		return r;
	r = wpar_plan_check(&in->mounts.add, err);
	if (r == 0 && strcmp(host_of(from), host_of(to)) != 0)
		in->hostname = host_of(to);
	return r;
}

static void note_external(const struct wpar_spec *to)
{
	auto_mount_plan p = { 0 };

	if (to->type == WPAR_SYSTEM && wpar_launch_plan(to, &p, NULL) == 0)
		wpar_external_write(to->name, &p);
}

static void say_mounts(const struct inner *in, const struct wpar_spec *s,
		       const struct wpar_report *report)
{
	const char *base = strcmp(s->directory, "/") == 0 ? "" : s->directory;

	for (size_t i = 0; i < in->mounts.add.n_ops; i++) {
		if (in->mounts.add.ops[i].kind == WPAR_OP_BIND &&
		    !(in->mounts.add.ops[i].flags & WPAR_OP_OVER))
			wpar_report_say(report, WPAR_NOTE_VERBOSE, "Mounting %s%s", base,
					in->mounts.add.ops[i].target);
	}
	for (size_t i = 0; i < in->mounts.drop.n_ops; i++) {
		if (!(in->mounts.drop.ops[i].flags & WPAR_OP_OVER))
			wpar_report_say(report, WPAR_NOTE_VERBOSE, "Unmounting %s%s", base,
					in->mounts.drop.ops[i].target);
	}
}

static int write_pages(const struct wpar_spec *to, int cgroup, struct par_error **err)
{
	int r = wpar_huge_pages_set(to, cgroup);

	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "the limit of huge pages cannot be set") : 0;
}

/* All that a soft limit of memory may still undo. */
static int write_hard_limits(const struct wpar_spec *from, const struct wpar_spec *to, int cgroup,
			     const struct wpar_machine *m, struct par_error **err)
{
	struct wpar_limit limits[WPAR_LIMITS_MAX];
	size_t n = wpar_limits_change(from, to, m, limits);
	int r = wpar_limits_write(to, cgroup, limits, n, err);

	if (r < 0)
		return r;
	r = write_pages(to, cgroup, err);
	if (r == 0)
		return 0;
	n = wpar_limits_change(to, from, m, limits);
	wpar_limits_write(to, cgroup, limits, n, NULL);
	return r;
}

static int write_limits(const struct wpar_spec *from, const struct wpar_spec *to, int cgroup,
			struct par_error **err)
{
	struct wpar_machine m;
	int r;

	wpar_machine_get(&m);
	r = write_hard_limits(from, to, cgroup, &m, err);
	if (r < 0 || wpar_limits_soft_memory(from, &m) == wpar_limits_soft_memory(to, &m))
		return r;
	r = wpar_soft_limit_change(to, cgroup);
	if (r == 0)
		return 0;
	write_hard_limits(to, from, cgroup, &m, NULL);
	return par_fail(err, PAR_E_SYSTEM, r, "the soft limit of memory cannot be set");
}

static int change_inner_limits(const struct wpar_spec *from, const struct wpar_spec *to, int cgroup,
			       const struct inner *in, struct par_error **err)
{
	struct wpar_inner_limits old, new;
	struct wpar_machine m;
	int r;

	wpar_machine_get(&m);
	wpar_inner_limits_plan(from, &m, &old);
	wpar_inner_limits_plan(to, &m, &new);
	if (wpar_inner_limits_equal(&old, &new))
		return 0;
	r = wpar_inner_limits_change(in->init, cgroup, &old, &new);
	if (r == 0)
		return 0;
	wpar_inner_limits_change(in->init, cgroup, &new, &old);
	return par_fail(err, PAR_E_SYSTEM, r,
			"the limits of processes and of System V IPC cannot be set");
}

/* All limits, or none. */
static int change_limits(const struct wpar_spec *from, const struct wpar_spec *to, int cgroup,
			 const struct inner *in, struct par_error **err)
{
	int r = write_limits(from, to, cgroup, err);

	if (r < 0)
		return r;
	r = change_inner_limits(from, to, cgroup, in, err);
	if (r < 0)
		write_limits(to, from, cgroup, NULL);
	return r;
}

static int change_inside(const struct wpar_spec *to, struct inner *in,
			 const struct wpar_report *report, struct par_error **err)
{
	int r;

	if (wpar_mount_change_is_empty(&in->mounts) && !in->hostname)
		return 0;
	say_mounts(in, to, report);
	if (to->type == WPAR_SYSTEM && !to->version.image_digest)
		wpar_outside_note(to->name, &in->mounts.add);
	r = go_inside(in, err);
	if (r < 0)
		return r;
	note_external(to);
	/* Before it leaves the specification, or the monitor would take it for one of root's
	 * mounts. */
	if (to->type == WPAR_SYSTEM)
		wpar_outside_drop(&in->mounts.drop);
	return 0;
}

static int change_network_and_inside(const struct wpar_spec *from, const struct wpar_spec *to,
				     struct inner *in, const struct wpar_report *report,
				     struct par_error **err)
{
	int r = wpar_network_change(from, to, err);

	if (r < 0)
		return r;
	wpar_test_stop_at("network changed");
	r = change_inside(to, in, report, err);
	if (r < 0)
		wpar_network_undo(from, to);
	return r;
}

static int change_live(const struct wpar_spec *from, const struct wpar_spec *to, int cgroup,
		       struct inner *in, const struct wpar_report *report, struct par_error **err)
{
	int r = plan_inner(from, to, in, err);

	if (r < 0)
		return r;
	r = open_init(to, cgroup, in, err);
	if (r < 0)
		return r;
	r = change_limits(from, to, cgroup, in, err);
	if (r < 0)
		return r;
	wpar_test_stop_at("limits changed");
	r = change_network_and_inside(from, to, in, report, err);
	if (r < 0)
		change_limits(to, from, cgroup, in, NULL);
	return r;
}

int wpar_change_live(const struct wpar_spec *from, const struct wpar_spec *to, bool lazy,
		     const struct wpar_report *report, struct par_error **err)
{
	struct inner in = { .init = -1, .userns = -1, .lazy = lazy };
	autofd int cgroup = wpar_cgroup_open(to->name, false, err);
	int r = cgroup < 0 ? cgroup : change_live(from, to, cgroup, &in, report, err);

	wpar_mount_change_done(&in.mounts);
	if (in.init >= 0)
		close(in.init);
	if (in.userns >= 0)
		close(in.userns);
	return r;
}

void wpar_change_settle(const struct wpar_spec *now)
{
	wpar_network_settle(now);
	if (now->type == WPAR_SYSTEM)
		wpar_outside_show(now->name, NULL);
}

int wpar_change_mounts(const struct wpar_spec *s, struct wpar_mount_change *c, bool lazy,
		       struct par_error **err)
{
	struct inner in = { .mounts = *c, .init = -1, .userns = -1, .lazy = lazy };
	autofd int cgroup = wpar_cgroup_open(s->name, false, err), init = -1, userns = -1;
	int r = cgroup < 0 ? cgroup : open_init(s, cgroup, &in, err);

	init = in.init;
	userns = in.userns;
	return r < 0 ? r : go_inside(&in, err);
}
