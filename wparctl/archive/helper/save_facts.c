/* SPDX-License-Identifier: Apache-2.0 */
/* A file's attributes and its holes: see save_tar.h. */
#include "wparctl/archive/helper/save_tar.h"

#include "wparctl/archive/helper/agreed.h"

#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#define MAX_XATTRS 65536 /* bytes of all names, and of one value: the kernel's limits */

static bool wanted_xattr(const char *name)
{
	if (strncmp(name, "user.", 5) == 0)
		return strncmp(name, "user.overlay.", 13) != 0;
	return strcmp(name, "security.capability") == 0 ||
	       strcmp(name, "system.posix_acl_access") == 0 ||
	       strcmp(name, "system.posix_acl_default") == 0;
}

int save_xattrs_take(int fd, const struct save_owners *o, struct archive_entry *e)
{
	static char names[MAX_XATTRS], value[MAX_XATTRS];
	ssize_t len = flistxattr(fd, names, sizeof(names));

	for (ssize_t at = 0; at < len; at += (ssize_t)strlen(names + at) + 1) {
		ssize_t n;

		if (!wanted_xattr(names + at))
			continue;
		n = fgetxattr(fd, names + at, value, sizeof(value));
		if (n > 0 && strncmp(names + at, "system.posix_acl_", 17) == 0)
			save_ids_of_list(o, value, (size_t)n);
		if (n >= 0)
			archive_entry_xattr_add_entry(e, names + at, value, (size_t)n);
		else if (errno != ENODATA)
			return -errno;
	}
	return len < 0 && errno != EOPNOTSUPP ? -errno : 0;
}

int save_list_take(int folder, const char *base, const struct save_owners *o,
		   struct archive_entry *e)
{
	static const char list[] = "system.posix_acl_access";
	static char value[MAX_XATTRS];
	ssize_t n;

	/* By its name: a writer that waits for somebody to open it is not to wake up. */
	if (fchdir(folder) < 0)
		return -errno;
	n = lgetxattr(base, list, value, sizeof(value));
	if (n > 0) {
		save_ids_of_list(o, value, (size_t)n);
		archive_entry_xattr_add_entry(e, list, value, (size_t)n);
	}
	return n >= 0 || errno == ENODATA || errno == EOPNOTSUPP || errno == ENOENT ? 0 : -errno;
}

static int extents_add(struct save_extents *x, off_t begin, off_t end)
{
	struct save_extent *more;

	if (x->n % 64 == 0) {
		more = reallocarray(x->v, x->n + 64, sizeof(*more));
		if (!more)
			return -ENOMEM;
		x->v = more;
	}
	x->v[x->n++] = (struct save_extent){ begin, end };
	return 0;
}

static int find_data(int fd, off_t size, struct archive_entry *e, struct save_extents *x)
{
	off_t at = 0;
	int r;

	while (at < size) {
		off_t data = lseek(fd, at, SEEK_DATA);
		off_t hole = data < 0 ? -1 : lseek(fd, data, SEEK_HOLE);

		if (data < 0 && errno == ENXIO)
			break;
		if (data < 0 || hole < 0)
			return -errno;
		if (data >= size)
			break;
		if (hole > size)
			hole = size;
		if (x->n == WPAR_ARCHIVE_EXTENTS)
			return -E2BIG;
		r = extents_add(x, data, hole);
		if (r < 0)
			return r;
		archive_entry_sparse_add_entry(e, data, hole - data);
		at = hole;
	}
	/* A hole at the end: GNU's tar takes the size from an extent there, of no bytes. */
	if (x->n == 0 || x->v[x->n - 1].end < size)
		archive_entry_sparse_add_entry(e, size, 0);
	return 0;
}

int save_extents_find(int fd, const struct stat *st, struct archive_entry *e,
		      struct save_extents *ret)
{
	if ((uint64_t)st->st_blocks * 512 < (uint64_t)st->st_size)
		return find_data(fd, st->st_size, e, ret);
	return st->st_size > 0 ? extents_add(ret, 0, st->st_size) : 0;
}
