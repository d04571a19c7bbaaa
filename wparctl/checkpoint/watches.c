/* SPDX-License-Identifier: Apache-2.0 */
/* Watched files and their names: see watches.h. */
#include "wparctl/checkpoint/watches.h"

#include "lpard/common/fs.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define DEPTH_MOST 200 /* folders that are open at a time */

void wpar_watches_done(struct wpar_watches *w)
{
	free(w->v);
	*w = (struct wpar_watches){ 0 };
}

static struct wpar_watch *find(const struct wpar_watches *w, uint64_t inode)
{
	for (size_t i = 0; i < w->n; i++) {
		if (w->v[i].inode == inode)
			return &w->v[i];
	}
	return NULL;
}

static int add(struct wpar_watches *w, pid_t pid, uint64_t inode)
{
	struct wpar_watch *more;

	if (find(w, inode))
		return 0;
	more = reallocarray(w->v, w->n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	w->v = more;
	more[w->n++] = (struct wpar_watch){ .inode = inode, .pid = pid };
	return 0;
}

/* "inotify wd:1 ino:8602f sdev:3a mask:100 …": the device as the kernel numbers it inside */
int wpar_watches_read(struct wpar_watches *w, pid_t pid, const char *fdinfo, dev_t dev)
{
	const uint64_t wanted = (uint64_t)major(dev) << 20 | minor(dev);

	for (const char *line = fdinfo; *line;) {
		const char *end = strchrnul(line, '\n');
		const char *ino = memmem(line, (size_t)(end - line), " ino:", 5);
		uint64_t inode, sdev;

		if (ino && sscanf(ino, " ino:%" SCNx64 " sdev:%" SCNx64, &inode, &sdev) == 2 &&
		    sdev == wanted && add(w, pid, inode) < 0)
			return -ENOMEM;
		line = *end ? end + 1 : end;
	}
	return 0;
}

struct walk {
	struct wpar_watches *watches;
	struct par_strv *names;
	struct par_buf path; /* of the folder that is being read, without a slash at its end */
	dev_t dev;
	size_t left; /* without a name so far */
};

static int see(struct walk *w, const struct stat *st)
{
	struct wpar_watch *watch = find(w->watches, st->st_ino);

	if (!watch || watch->named || st->st_dev != w->dev)
		return 0;
	watch->named = true;
	w->left--;
	return par_strv_add(w->names, w->path.len ? w->path.data : "/");
}

static int walk_folder(struct walk *w, int fd, int depth);

/* What vanishes meanwhile is not watched any more, or has another name. */
static int walk_into(struct walk *w, int at, const char *name, int depth)
{
	const size_t len = w->path.len;
	struct stat st;
	int r = 0;

	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || st.st_dev != w->dev)
		return 0;
	par_buf_printf(&w->path, "/%s", name);
	if (w->path.failed)
		return -ENOMEM;
	r = see(w, &st);
	if (r == 0 && S_ISDIR(st.st_mode) && depth > 0 && w->left > 0) {
		int fd = par_fs_open_folder(at, name);

		r = fd < 0 ? 0 : walk_folder(w, fd, depth - 1);
	}
	w->path.len = len;
	w->path.data[len] = '\0';
	return r;
}

/* Takes @fd. */
static int walk_folder(struct walk *w, int fd, int depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *e;
	int r = 0;

	if (!dir) {
		close(fd);
		return -ENOMEM;
	}
	while (r == 0 && w->left > 0 && (e = readdir(dir))) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			r = walk_into(w, dirfd(dir), e->d_name, depth);
	}
	closedir(dir);
	return r;
}

int wpar_watches_name(struct wpar_watches *w, int root, struct par_strv *ret)
{
	struct walk walk = { .watches = w, .names = ret, .left = w->n };
	struct stat st;
	int fd, r;

	if (w->n == 0)
		return 0;
	fd = openat(root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0) {
		r = -errno;
		if (fd >= 0)
			close(fd);
		return r;
	}
	walk.dev = st.st_dev;
	r = see(&walk, &st);
	if (r < 0)
		close(fd);
	else
		r = walk_folder(&walk, fd, DEPTH_MOST);
	par_buf_done(&walk.path);
	return r;
}
