/* SPDX-License-Identifier: Apache-2.0 */
/* A walk over the processes of a WPAR's groups: see cgroup_members.h. */
#include "wparctl/resources/cgroup_members.h"

#include "lpard/common/fs.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Deeper and more than cgroup_below.c lets anybody inside make. */
#define DEPTH_MOST  24
#define GROUPS_MOST 4096
#define PROCS_MOST  (16 << 20) /* bytes */

struct members {
	wpar_cgroup_member_fn *see;
	void *user;
	struct par_buf path;
	size_t groups;
};

/* In a group of threads this cannot be read: its processes are in one above. */
static int see_processes(struct members *m, int cgroup)
{
	autofd int list = openat(cgroup, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	auto_buf text = { 0 };
	char *save = NULL;
	int r = list < 0 ? -errno : par_fs_read_fd(list, PROCS_MOST, &text);

	if (r == -EOPNOTSUPP || r == -ENODEV || r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	for (char *word = text.data ? strtok_r(text.data, "\n", &save) : NULL; word;
	     word = strtok_r(NULL, "\n", &save)) {
		r = m->see((pid_t)strtol(word, NULL, 10), m->path.data, m->user);
		if (r < 0)
			return r;
	}
	return 0;
}

static int walk(struct members *m, int cgroup, int depth);

static int walk_into(struct members *m, int above, const char *name, int depth)
{
	autofd int fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	const size_t len = m->path.len;
	int r;

	/* It was removed meanwhile. */
	if (fd < 0)
		return errno == ENOENT || errno == ENODEV ? 0 : -errno;
	if (depth == 0 || ++m->groups > GROUPS_MOST)
		return -E2BIG;
	par_buf_printf(&m->path, "%s%s", len ? "/" : "", name);
	r = m->path.failed ? -ENOMEM : walk(m, fd, depth - 1);
	m->path.len = len;
	m->path.data[len] = '\0';
	return r;
}

static int walk_below(struct members *m, DIR *dir, int depth)
{
	struct dirent *e;

	while ((e = readdir(dir))) {
		int r;

		if (e->d_type != DT_DIR || strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0)
			continue;
		r = walk_into(m, dirfd(dir), e->d_name, depth);
		if (r < 0)
			return r;
	}
	return 0;
}

static int walk(struct members *m, int cgroup, int depth)
{
	int r = see_processes(m, cgroup), copy;
	DIR *dir;

	if (r < 0)
		return r;
	copy = openat(cgroup, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = copy < 0 ? NULL : fdopendir(copy);
	if (!dir) {
		r = -errno;
		if (copy >= 0)
			close(copy);
		return r == -ENOENT || r == -ENODEV ? 0 : r;
	}
	r = walk_below(m, dir, depth);
	closedir(dir);
	return r;
}

int wpar_cgroup_members(int cgroup, wpar_cgroup_member_fn *see, void *user)
{
	struct members m = { .see = see, .user = user };
	int r = -ENOMEM;

	if (par_buf_puts(&m.path, "") == 0)
		r = walk(&m, cgroup, DEPTH_MOST);
	par_buf_done(&m.path);
	return r;
}
