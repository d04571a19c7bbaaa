/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of an archive to places in the tree.  A member's folder is opened beneath the root with no
 * symbolic link on the way (openat2), so whatever links the archive has made, nothing is ever
 * created, linked or removed through one.
 */
#include "wparctl/archive/helper/judge.h"

#include "lpard/common/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int wpar_tree_normalise(struct extract *a, const char *name, char ret[MAX_NAME + 1])
{
	size_t len = 0;

	if (!name || strlen(name) > MAX_NAME)
		return wpar_extract_fail(a, ENAMETOOLONG,
					 "a member's name is too long or unreadable");
	if (name[0] == '/')
		return wpar_extract_fail(a, EPERM, "a member has an absolute name");
	while (*name) {
		size_t n = strcspn(name, "/");

		if (n == 2 && name[0] == '.' && name[1] == '.')
			return wpar_extract_fail(a, EPERM, "a member's name has '..' in it");
		if (n > 255)
			return wpar_extract_fail(a, ENAMETOOLONG,
						 "a part of a member's name is too long");
		if (n > 0 && !(n == 1 && name[0] == '.')) {
			if (len)
				ret[len++] = '/';
			memcpy(ret + len, name, n);
			len += n;
		}
		name += n;
		while (*name == '/')
			name++;
	}
	ret[len] = '\0';
	return 0;
}

/*
 * With layers a link that a lower one has made is followed, as whoever made the layers expects (bin
 * to usr/bin), but as the image's root sees it: none leads out.  What is mounted below the folder
 * of a backup is its WPAR's, or below what the user has named.
 */
static int open_beneath(const struct extract *a, const char *name)
{
	struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = (a->layer ? RESOLVE_IN_ROOT : RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS) |
			   RESOLVE_NO_MAGICLINKS | (a->across ? 0 : RESOLVE_NO_XDEV),
	};
	int fd = (int)syscall(SYS_openat2, a->root, *name ? name : ".", &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

/* Folders that the archive has not named: 0755, root. */
static int make_folders(struct extract *a, const char *name)
{
	char part[MAX_NAME + 1];
	size_t len = 0;
	int fd = open_beneath(a, "");

	while (fd >= 0 && name[len]) {
		const size_t from = len + (len > 0);
		int r;

		len = from + strcspn(name + from, "/");
		memcpy(part, name, len);
		part[len] = '\0';
		r = mkdirat(fd, part + from, 0755) < 0 && errno != EEXIST ? -errno : 0;
		close(fd);
		fd = r < 0 ? r : open_beneath(a, part);
	}
	return fd;
}

static void forget_parent(struct extract *a)
{
	if (a->parent >= 0)
		close(a->parent);
	a->parent = -1;
}

/* The folder of @name into @folder; its last part is returned. */
static const char *split(const char *name, char folder[MAX_NAME + 1])
{
	const char *slash = strrchr(name, '/');
	const size_t len = slash ? (size_t)(slash - name) : 0;

	memcpy(folder, name, len);
	folder[len] = '\0';
	return slash ? slash + 1 : name;
}

int wpar_tree_parent(struct extract *a, const char *name, int *ret_fd, const char **ret_base)
{
	char folder[MAX_NAME + 1];
	int fd;

	*ret_base = split(name, folder);
	if (a->parent >= 0 && strcmp(folder, a->parent_name) == 0) {
		*ret_fd = a->parent;
		return 0;
	}
	fd = open_beneath(a, folder);
	if (fd == -ENOENT)
		fd = make_folders(a, folder);
	if ((fd == -ELOOP || fd == -ENOTDIR) && a->choice)
		return wpar_extract_refuse(
			a, EPERM,
			"has %.300s, and in the directory there is a link or a file "
			"where a folder above it should be: remove that, or give "
			"another directory, -d",
			name);
	if (fd == -ELOOP || fd == -EXDEV || fd == -ENOTDIR)
		return wpar_extract_fail(a, EPERM, JUDGE_BEHIND);
	if (fd == -ENOENT && a->layer)
		return wpar_extract_fail(a, EPERM,
					 "%.300s lies behind a symbolic link that leads to nothing "
					 "in the image",
					 name);
	if (fd < 0)
		return wpar_extract_fail(a, -fd, "could not open the folder of %.300s: %s", name,
					 strerror(-fd));
	forget_parent(a);
	a->parent = fd;
	memcpy(a->parent_name, folder, strlen(folder) + 1);
	*ret_fd = fd;
	return 0;
}

int wpar_tree_find(struct extract *a, const char *name, int *ret_fd, const char **ret_base)
{
	char folder[MAX_NAME + 1];
	int fd;

	*ret_base = split(name, folder);
	if (a->parent < 0 || strcmp(folder, a->parent_name) != 0) {
		fd = open_beneath(a, folder);
		if (fd < 0)
			return fd;
		forget_parent(a);
		a->parent = fd;
		memcpy(a->parent_name, folder, strlen(folder) + 1);
	}
	*ret_fd = a->parent;
	return 0;
}

/* All that is in the folder @fd, which is closed. */
static int empty_folder(struct extract *a, int fd)
{
	DIR *dir = fdopendir(fd);
	struct dirent *e;
	int r = 0;

	if (!dir) {
		close(fd);
		return wpar_extract_fail(a, ENOMEM, "out of memory");
	}
	while (r == 0 && (e = readdir(dir))) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			r = par_fs_remove_tree(fd, e->d_name);
	}
	closedir(dir);
	return r < 0 ? wpar_extract_fail(a, -r, "could not remove a file: %s", strerror(-r)) : 0;
}

int wpar_tree_gone(struct extract *a, const char *name, bool inner)
{
	const char *base;
	int parent, fd, r;

	if (!*name) {
		fd = inner ? openat(a->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
		forget_parent(a);
		return fd < 0 ? 0 : empty_folder(a, fd);
	}
	if (wpar_tree_find(a, name, &parent, &base) < 0)
		return 0; /* no lower layer has it */
	if (!inner) {
		r = par_fs_remove_tree(parent, base);
		if (r < 0)
			wpar_extract_fail(a, -r, "could not remove a file: %s", strerror(-r));
	} else {
		fd = openat(parent, base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		r = fd < 0 ? 0 : empty_folder(a, fd);
	}
	forget_parent(a);
	return r;
}

int wpar_tree_remove(struct extract *a, int parent, const char *base)
{
	/* The folder that is remembered is @parent, so it does not go. */
	autofd int at = openat(parent, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = at < 0 ? -errno : par_fs_remove_tree(at, base);

	return r < 0 ? wpar_extract_fail(a, -r, "could not replace a folder: %s", strerror(-r)) : 0;
}

int wpar_tree_clear(struct extract *a, int parent, const char *base)
{
	if (unlinkat(parent, base, 0) == 0 || errno == ENOENT)
		return 0;
	if (a->layer && errno == EISDIR && par_fs_remove_tree(parent, base) == 0)
		return 0;
	if (errno == EISDIR || errno == EPERM)
		return wpar_extract_fail(a, EEXIST, JUDGE_OVER);
	return wpar_extract_fail(a, errno, "could not replace a file: %s", strerror(errno));
}

int wpar_tree_link(struct extract *a, const char *name, const char *target)
{
	char clean[MAX_NAME + 1], folder[MAX_NAME + 1];
	const char *base, *slash;
	struct stat st;
	autofd int from = -1;
	int to, r;

	r = wpar_tree_normalise(a, target, clean);
	if (r < 0)
		return r;
	slash = strrchr(clean, '/');
	memcpy(folder, clean, slash ? (size_t)(slash - clean) : 0);
	folder[slash ? slash - clean : 0] = '\0';
	from = open_beneath(a, folder);
	if (from < 0)
		return wpar_extract_fail(a, EPERM, JUDGE_NO_TARGET);
	slash = slash ? slash + 1 : clean;
	if (fstatat(from, slash, &st, AT_SYMLINK_NOFOLLOW) < 0 || S_ISDIR(st.st_mode))
		return wpar_extract_fail(a, EPERM, JUDGE_NO_TARGET);
	r = wpar_tree_parent(a, name, &to, &base);
	if (r < 0)
		return r;
	if (linkat(from, slash, to, base, 0) == 0)
		return 0;
	if (errno == EEXIST && strcmp(clean, name) == 0)
		return 0; /* to itself */
	if (errno == EEXIST) {
		r = wpar_tree_clear(a, to, base);
		if (r < 0)
			return r;
		if (linkat(from, slash, to, base, 0) == 0)
			return 0;
	}
	return wpar_extract_fail(a, errno, "could not make a hard link: %s", strerror(errno));
}
