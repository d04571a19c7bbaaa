/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts for a restore: see stage.h. */
#include "wparctl/checkpoint/stage.h"

#include "lpard/common/fs.h"
#include "lpard/common/process.h"
#include "wparctl/runtime/launch/own_groups.h"
#include "wparctl/runtime/launch/own_ids.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define STAGE  "stage"
#define SOURCE "Global"

void wpar_stage_done(struct wpar_stage *s)
{
	for (size_t i = 0; i < s->n_fds; i++)
		close(s->fds[i]);
	for (size_t i = 0; i < s->n_mounts; i++) {
		free(s->mounts[i].target);
		free(s->mounts[i].path);
	}
	free(s->mounts);
	free(s->place);
	free(s->root);
	*s = (struct wpar_stage){ 0 };
}

/* Waits in a user namespace of its own until the pipe ends. */
__attribute__((noreturn)) static void hold_ids(int ready, int end)
{
	char byte = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWUSER) < 0 || write(ready, &byte, 1) != 1)
		_exit(1);
	while (read(end, &byte, 1) < 0 && errno == EINTR)
		;
	_exit(0);
}

static int write_maps(int process, const char *map)
{
	static const char *const names[] = { "gid_map", "uid_map" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(names); i++) {
		int r = par_fs_write_str(process, names[i], map);

		if (r < 0)
			return r;
	}
	return 0;
}

static int map_ids(pid_t pid, const struct wpar_mount_plan *p, int *ret, struct par_error **err)
{
	autofd int process = -1, ids = -1;
	auto_buf map = { 0 };
	char path[64];
	int r = wpar_own_ids_map(p->idbase, p->idrange, NULL, 0, &map, err);

	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	process = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	r = process < 0 ? -errno : write_maps(process, map.data);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the ids of the WPAR cannot be mapped");
	ids = openat(process, "ns/user", O_RDONLY | O_CLOEXEC);
	if (ids < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "a user namespace cannot be opened");
	*ret = take_fd(&ids);
	return 0;
}

/* criu makes the WPAR's own later; for mounts one with the same ids is as good. */
static int open_ids(const struct wpar_mount_plan *p, int *ret, struct par_error **err)
{
	int ready[2], end[2], r = par_pipe(ready, err);
	pid_t pid;
	char byte;

	if (r < 0)
		return r;
	r = par_pipe(end, err);
	if (r < 0) {
		close(ready[0]);
		close(ready[1]);
		return r;
	}
	pid = fork();
	if (pid == 0) {
		close(end[1]);
		hold_ids(ready[1], end[0]);
	}
	close(ready[1]);
	close(end[0]);
	if (pid < 0 || read(ready[0], &byte, 1) != 1)
		r = par_fail(err, PAR_E_SYSTEM, pid < 0 ? errno : EPERM,
			     "a user namespace cannot be made");
	else
		r = map_ids(pid, p, ret, err);
	close(ready[0]);
	close(end[1]);
	if (pid > 0)
		waitpid(pid, NULL, 0);
	return r;
}

static int add_mount(struct wpar_stage *s, const char *target)
{
	struct wpar_criu_mount *more = reallocarray(s->mounts, s->n_mounts + 1, sizeof(*s->mounts));
	struct wpar_criu_mount *m;

	if (!more)
		return -ENOMEM;
	s->mounts = more;
	m = &more[s->n_mounts];
	m->target = strdup(target);
	m->path = par_strdup_printf("%s/%zu", s->place, s->n_mounts);
	s->n_mounts++;
	return m->target && m->path ? 0 : -ENOMEM;
}

static int name_mounts(struct wpar_stage *s, struct par_error **err)
{
	const struct wpar_mount_plan *p = s->plan;

	s->place = par_strdup_printf("%s/" STAGE, p->run);
	s->root = par_strdup_printf("%s/" WPAR_LAYERS_ROOT, s->place);
	if (!s->place || !s->root)
		return par_oom(err);
	s->n_layers = p->layers.n;
	for (size_t i = 0; i < p->n_ops; i++) {
		if (wpar_criu_is_external(&p->ops[i]) && add_mount(s, p->ops[i].target) < 0)
			return par_oom(err);
	}
	return 0;
}

/* A bind of the group's folder is what a mount of the groups inside is: they are one file system.
 */
static int add_groups(struct wpar_stage *s, int groups, struct par_error **err)
{
	struct mount_attr attr = { .propagation = MS_PRIVATE,
				   .attr_set = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
					       MOUNT_ATTR_NOEXEC };
	autofd int tree = (int)syscall(SYS_open_tree, groups, "",
				       OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);

	if (tree < 0 ||
	    syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH, &attr, sizeof(attr)) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the control groups cannot be bound");
	if (add_mount(s, WPAR_OWN_GROUPS) < 0)
		return par_oom(err);
	s->fds[s->n_fds++] = take_fd(&tree);
	return 0;
}

static int prepare(struct wpar_stage *s, int groups, struct par_error **err)
{
	auto_mount_space space = WPAR_NO_SPACE;
	autofd int ids = -1;
	int r = name_mounts(s, err);

	if (r < 0)
		return r;
	r = open_ids(s->plan, &ids, err);
	if (r < 0)
		return r;
	r = wpar_space_enter(s->plan->run, &space, err);
	if (r < 0)
		return r;
	r = wpar_space_leave(&space);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r,
				"the global environment cannot be entered again");
	r = wpar_mounts_prepare(s->plan, &space, ids, s->fds, &s->n_fds, err);
	if (r < 0)
		return r;
	if (s->n_fds != s->n_mounts + s->n_layers + 1)
		return par_fail(err, PAR_E_SYSTEM, EBADF, "a prepared mount is missing");
	r = groups > 0 ? add_groups(s, groups, err) : 0;
	if (r < 0)
		return r;
	r = par_fs_mkdirs(s->place, 0700);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be made", s->place) : 0;
}

int wpar_stage_prepare(const struct wpar_mount_plan *plan, int groups, struct wpar_stage *ret,
		       struct par_error **err)
{
	auto_stage s = { .plan = plan };
	int r = prepare(&s, groups, err);

	if (r < 0)
		return r;
	*ret = s;
	s = (struct wpar_stage){ 0 };
	return 0;
}

static int put_mount(int fd, const char *path)
{
	struct stat st;
	int r;

	if (fstat(fd, &st) < 0)
		return -errno;
	r = S_ISDIR(st.st_mode) ? mkdir(path, 0700) : mknod(path, S_IFREG | 0600, 0);
	if (r < 0 || syscall(SYS_move_mount, fd, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) < 0)
		return -errno;
	return 0;
}

/* Its layers, beside the folder that the overlay of them is mounted on later. */
static int put_layers(const struct wpar_stage *s)
{
	int r = mkdir(s->root, 0700) < 0 ? -errno : 0;

	for (size_t i = 0; i <= s->n_layers && r == 0; i++) {
		char name[WPAR_LAYERS_PLACE];
		autofree char *path = NULL;

		wpar_layers_place(i, s->n_layers, name);
		path = par_strdup_printf("%s/%s", s->place, name);
		r = path ? put_mount(s->fds[i], path) : -ENOMEM;
	}
	return r;
}

/* criu passes through as the root of the WPAR, too. */
int wpar_stage_enter(const struct wpar_stage *s)
{
	int r;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount(SOURCE, s->place, "tmpfs", MS_NODEV | MS_NOSUID, "mode=0711") < 0)
		return -errno;
	r = s->n_layers ? put_layers(s) : put_mount(s->fds[0], s->root);
	for (size_t i = 0; i < s->n_mounts && r == 0; i++)
		r = put_mount(s->fds[s->n_layers + 1 + i], s->mounts[i].path);
	return r;
}

/* How many layers lie in the working directory; 0: it is the stage of no versioned WPAR. */
static size_t count_layers(void)
{
	char name[WPAR_LAYERS_PLACE];
	size_t n = 0;

	for (;; n++) {
		wpar_layers_place(n, n + 1, name);
		if (access(name, F_OK) < 0)
			return n;
	}
}

static int open_namespace(pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, name);
	return open(path, O_RDONLY | O_CLOEXEC);
}

/* Into the namespaces of the first process: it has a copy of all mounts here. */
static int join_init(pid_t init)
{
	autofd int user = open_namespace(init, "user"), mounts = open_namespace(init, "mnt");
	int r;

	if (user < 0 || mounts < 0 || setns(user, CLONE_NEWUSER) < 0)
		return -errno;
	r = wpar_mounts_become_root();
	if (r < 0)
		return r;
	return setns(mounts, CLONE_NEWNS) < 0 ? -errno : 0;
}

int wpar_stage_overlay(const char *name, pid_t init)
{
	autofree char *place = wpar_path(WPAR_RUN_DIR "/%s/" STAGE, name);
	size_t n;
	int r;

	if (!place)
		return -ENOMEM;
	if (chdir(place) < 0)
		return -errno;
	n = count_layers();
	if (n == 0)
		return 0;
	r = join_init(init);
	if (r < 0)
		return r;
	/* The working directory is one of the mounts that were copied from. */
	if (chdir(place) < 0)
		return -errno;
	return wpar_layers_mount(n, SOURCE);
}
