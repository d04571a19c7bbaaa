/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of an archive to places in the tree.  A member's folder is opened beneath the root with no
 * symbolic link on the way (openat2), so whatever links the archive has made, nothing is ever
 * created, linked or removed through one.
 */
#include "wparctl/archive/helper/extract.h"

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

static int open_beneath(int root, const char *name)
{
	struct open_how how = {
		.flags = O_PATH | O_DIRECTORY | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS |
			   RESOLVE_NO_XDEV,
	};
	int fd = (int)syscall(SYS_openat2, root, *name ? name : ".", &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

/* Folders that the archive has not named: 0755, root. */
static int make_folders(struct extract *a, const char *name)
{
	char part[MAX_NAME + 1];
	int fd = open_beneath(a->root, "");

	if (fd < 0)
		return fd;
	while (*name) {
		size_t n = strcspn(name, "/");
		int next;

		memcpy(part, name, n);
		part[n] = '\0';
		if (mkdirat(fd, part, 0755) < 0 && errno != EEXIST) {
			next = -errno;
			close(fd);
			return next;
		}
		next = open_beneath(fd, part);
		close(fd);
		if (next < 0)
			return next;
		fd = next;
		name += n;
		while (*name == '/')
			name++;
	}
	return fd;
}

int wpar_tree_parent(struct extract *a, const char *name, int *ret_fd, const char **ret_base)
{
	const char *slash = strrchr(name, '/');
	size_t len = slash ? (size_t)(slash - name) : 0;
	char folder[MAX_NAME + 1];
	int fd;

	memcpy(folder, name, len);
	folder[len] = '\0';
	*ret_base = slash ? slash + 1 : name;
	if (a->parent >= 0 && strcmp(folder, a->parent_name) == 0) {
		*ret_fd = a->parent;
		return 0;
	}
	fd = open_beneath(a->root, folder);
	if (fd == -ENOENT)
		fd = make_folders(a, folder);
	if (fd == -ELOOP || fd == -EXDEV || fd == -ENOTDIR)
		return wpar_extract_fail(a, EPERM,
					 "a member lies behind a link or a file of the archive");
	if (fd < 0)
		return wpar_extract_fail(a, -fd, "could not open a folder: %s", strerror(-fd));
	if (a->parent >= 0)
		close(a->parent);
	a->parent = fd;
	memcpy(a->parent_name, folder, len + 1);
	*ret_fd = fd;
	return 0;
}

int wpar_tree_clear(struct extract *a, int parent, const char *base)
{
	if (unlinkat(parent, base, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno == EISDIR || errno == EPERM)
		return wpar_extract_fail(a, EEXIST, "a member has the name of a folder before it");
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
	from = open_beneath(a->root, folder);
	if (from < 0)
		return wpar_extract_fail(a, EPERM, "a hard link has no member as its target");
	slash = slash ? slash + 1 : clean;
	if (fstatat(from, slash, &st, AT_SYMLINK_NOFOLLOW) < 0 || S_ISDIR(st.st_mode))
		return wpar_extract_fail(a, EPERM, "a hard link has no member as its target");
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
