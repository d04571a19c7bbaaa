/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts for a restore: see stage.h. */
#include "wparctl/checkpoint/stage.h"

#include "lpard/common/fs.h"
#include "lpard/common/process.h"
#include "wparctl/runtime/launch/own_ids.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

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

	s->place = par_strdup_printf("%s/stage", p->run);
	s->root = par_strdup_printf("%s/root", s->place);
	if (!s->place || !s->root)
		return par_oom(err);
	for (size_t i = 0; i < p->n_ops; i++) {
		if (p->ops[i].kind == WPAR_OP_OVERLAY)
			return par_fail(
				err, PAR_E_NOT_SUPPORTED, 0,
				"a versioned workload partition has no root that is mounted "
				"for criu");
		if (wpar_criu_is_external(&p->ops[i]) && add_mount(s, p->ops[i].target) < 0)
			return par_oom(err);
	}
	return 0;
}

static int prepare(struct wpar_stage *s, struct par_error **err)
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
	if (s->n_fds != s->n_mounts + 1)
		return par_fail(err, PAR_E_SYSTEM, EBADF, "a prepared mount is missing");
	r = par_fs_mkdirs(s->place, 0700);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be made", s->place) : 0;
}

int wpar_stage_prepare(const struct wpar_mount_plan *plan, struct wpar_stage *ret,
		       struct par_error **err)
{
	auto_stage s = { .plan = plan };
	int r = prepare(&s, err);

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

/* criu passes through as the root of the WPAR, too. */
int wpar_stage_enter(const struct wpar_stage *s)
{
	int r;

	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("Global", s->place, "tmpfs", MS_NODEV | MS_NOSUID, "mode=0711") < 0)
		return -errno;
	r = put_mount(s->fds[0], s->root);
	for (size_t i = 0; i < s->n_mounts && r == 0; i++)
		r = put_mount(s->fds[i + 1], s->mounts[i].path);
	return r;
}
