/* SPDX-License-Identifier: Apache-2.0 */
/* A step of criu: see step.h. */
#include "wparctl/checkpoint/step.h"

#include "lpard/common/fs.h"
#include "lpard/common/process.h"
#include "wparctl/checkpoint/sessions.h"
#include "wparctl/checkpoint/stage.h"
#include "wparctl/network/again.h"
#include "wparctl/network/record.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/resources/cgroup_below.h"
#include "wparctl/resources/cgroup_members.h"
#include "wparctl/spec/spec.h"

#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#define LINK "criu-step"

int wpar_checkpoint_step_prepare(const char *name, char **ret, struct par_error **err)
{
	autofree char *path = wpar_path(WPAR_RUN_DIR "/%s/" LINK, name);
	char program[PATH_MAX];
	int r;

	if (!path)
		return par_oom(err);
	r = par_program_self(program, sizeof(program));
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "/proc is not mounted");
	if (unlink(path) < 0 && errno != ENOENT)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be removed", path);
	if (symlink(program, path) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be made", path);
	*ret = take_ptr(path);
	return 0;
}

/* "/run/wpars/NAME/criu-step": the name, or false. */
static bool name_of(const char *path, char ret[WPAR_NAME_MAX + 1])
{
	const char *last = strrchr(path, '/'), *before;
	size_t len;

	if (!last || strcmp(last, "/" LINK) != 0)
		return false;
	before = memrchr(path, '/', (size_t)(last - path));
	len = before ? (size_t)(last - before) - 1 : 0;
	if (len == 0 || len > WPAR_NAME_MAX)
		return false;
	memcpy(ret, before + 1, len);
	ret[len] = '\0';
	return wpar_name_check(ret, NULL) == 0;
}

static bool is_outside(long pid)
{
	struct stat its, ours;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%ld/ns/pid", pid);
	return stat("/proc/self/ns/pid", &ours) == 0 && stat(path, &its) == 0 &&
	       its.st_dev == ours.st_dev && its.st_ino == ours.st_ino;
}

/* criu, what it has started, and this process: they must not stand still with the others. */
static int move_outsider(pid_t pid, const char *group, void *user)
{
	const int *to = user;
	char word[24];
	int r;

	(void)group;
	if (!is_outside(pid))
		return 0;
	snprintf(word, sizeof(word), "%d", (int)pid);
	r = *to < 0 ? -ENOENT : par_fs_write_str(*to, "cgroup.procs", word);
	return r == -ESRCH ? 0 : r;
}

static int move_outsiders(int cgroup, const char *home)
{
	autofd int to = home ? open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	return wpar_cgroup_members(cgroup, move_outsider, &to);
}

/*
 * What comes from now on would be answered by the kernel, and be lost: the connection is as it was
 * in the images.  Of a restore nothing leads to the links yet.
 */
static int take_links_down(const char *name)
{
	auto_net_plan p = { 0 };
	int r = wpar_net_record_read(name, &p, NULL);

	return r < 0 ? r : wpar_net_links_down(&p);
}

/* A restoring criu sees the WPAR's groups only; where groups are delegated none can be left then.
 */
static void leave_its_groups(void)
{
	autofd int fd = open("/proc/1/ns/cgroup", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && setns(fd, CLONE_NEWCGROUP) < 0)
		return; /* ignoring: it is the LPAR's already, or what is moved says so */
}

/* As criu says it; 0: it says nothing. */
static pid_t first_process(void)
{
	const char *init = getenv("CRTOOLS_INIT_PID");

	return init ? (pid_t)strtol(init, NULL, 10) : 0;
}

/* It has its namespaces, and mounts nothing there yet. */
static int mount_root(const char *name)
{
	const pid_t pid = first_process();

	return pid > 0 ? wpar_stage_overlay(name, pid) : -ESRCH;
}

/* Nobody has the lock who logs in: one that came after the look is in no image. */
static int keep_still(int cgroup, const char *name)
{
	if (!wpar_sessions_any(cgroup, wpar_cgroup_init(cgroup)))
		return take_links_down(name);
	wpar_cgroup_freeze(cgroup, false);
	return -EAGAIN;
}

static int hold(const char *name, bool dumped)
{
	autofd int cgroup = wpar_cgroup_open(name, false, NULL);
	int r = cgroup < 0 ? cgroup : move_outsiders(cgroup, getenv(WPAR_STEP_HOME));

	if (r < 0)
		return r;
	/* Where it has groups below, who is the first is not searched for. */
	r = !dumped && wpar_below_is(cgroup) ? wpar_below_note_init(cgroup, first_process()) : 0;
	if (r < 0)
		return r;
	r = wpar_cgroup_freeze(cgroup, true);
	if (r < 0)
		return r;
	return dumped ? keep_still(cgroup, name) : 0;
}

int wpar_checkpoint_step_main(int argc, char **argv)
{
	const char *action = getenv("CRTOOLS_SCRIPT_ACTION");
	char name[WPAR_NAME_MAX + 1];

	if (argc != 1 || !action || !name_of(argv[0], name))
		return -1;
	if (strcmp(action, "setup-namespaces") == 0)
		return mount_root(name) < 0;
	if (strcmp(action, "post-dump") != 0 && strcmp(action, "pre-resume") != 0)
		return 0;
	leave_its_groups();
	return hold(name, strcmp(action, "post-dump") == 0) < 0;
}
