/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file as a member of the archive: what is said of it.  What is in it: save_contents.c, at once,
 * or save_spool.c, for later.
 */
#include "wparctl/archive/helper/save.h"

#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define CHUNK  (1 << 18)
#define NOBODY 65534

static unsigned char chunk[CHUNK];

static int fail_archive(struct save *s, int r)
{
	return save_fail(s, -r, "%s", strerror(-r));
}

/* ---- What is said of it ---- */

static uint32_t id_inside(const struct save_tree *t, uint32_t id)
{
	/* One of a server may have any number, and a reader takes none that is larger. */
	if (!t->range)
		return id <= WPAR_ARCHIVE_ID ? id : NOBODY;
	return id >= t->shift && id - t->shift < t->range ? id - t->shift : NOBODY;
}

static void describe(const struct save *s, const struct save_node *n, const struct stat *st,
		     struct archive_entry *e)
{
	const struct save_tree *t = &s->walk.trees[n->tree];

	archive_entry_clear(e);
	if (S_ISDIR(st->st_mode)) {
		char name[SAVE_NAME_MAX + 2];

		snprintf(name, sizeof(name), "%s/", n->name);
		archive_entry_set_pathname(e, name);
	} else {
		archive_entry_set_pathname(e, n->name);
	}
	archive_entry_set_mode(e, st->st_mode);
	archive_entry_set_uid(e, save_ids_get(&s->owners.users, id_inside(t, st->st_uid)));
	archive_entry_set_gid(e, save_ids_get(&s->owners.groups, id_inside(t, st->st_gid)));
	archive_entry_set_mtime(e, st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
	archive_entry_set_size(e, S_ISREG(st->st_mode) ? st->st_size : 0);
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode)) {
		archive_entry_set_rdevmajor(e, major(st->st_rdev));
		archive_entry_set_rdevminor(e, minor(st->st_rdev));
	}
}

static int take_xattrs(const struct save *s, int fd, struct archive_entry *e)
{
	return s->no_attributes ? 0 : save_xattrs_take(fd, &s->owners, e);
}

/* ---- Its contents ---- */

static int fail_read(struct save *s, const char *name, int r)
{
	return save_fail(s, -r, "%s cannot be read: %s", name, strerror(-r));
}

/* While there is a spool nothing more is done with them than has to be done at once. */
static int put_contents(struct save *s, const struct save_contents *c)
{
	int r;

	if (!s->spool) {
		r = save_contents_put(s, c);
		if (r < 0)
			return r;
	} else {
		r = save_spool_file(s->spool, c);
		if (r < 0)
			return fail_archive(s, r);
	}
	r = save_tar_data_end(&s->tar);
	return r < 0 ? fail_archive(s, r) : 0;
}

/* ---- The member ---- */

static int put_header(struct save *s, struct archive_entry *e)
{
	int r = save_limits_member(s, e);

	if (r < 0)
		return r;
	r = save_tar_header(&s->tar, e);
	if (r == -E2BIG)
		return save_fail(s, E2BIG,
				 "the attributes of %.300s have more than %d MiB, which no reader "
				 "takes: leave it out by -e, or all attributes by -a",
				 archive_entry_pathname(e), WPAR_ARCHIVE_RECORDS >> 20);
	if (r < 0)
		return fail_archive(s, r);
	r = save_sums_member(&s->sums, e);
	return r < 0 ? save_fail(s, -r, "%s", strerror(-r)) : 0;
}

static int fail_attributes(struct save *s, const struct save_node *n, int r)
{
	return save_fail(s, -r, "what belongs to %s cannot be read: %s", n->name, strerror(-r));
}

static int put_open_file(struct save *s, const struct save_node *n, int fd, struct archive_entry *e,
			 struct save_extents *x, uint64_t *ret_bytes)
{
	struct stat st;
	int r;

	/* Something else by now: it comes in the next pass. */
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	describe(s, n, &st, e);
	r = take_xattrs(s, fd, e);
	if (r < 0)
		return fail_attributes(s, n, r);
	r = save_extents_find(fd, &st, e, x);
	if (r == -E2BIG)
		return save_fail(s, E2BIG,
				 "the data of %.300s is in more than %d places, which no reader "
				 "takes: leave it out by -e, or copy it to a file without holes",
				 n->name, WPAR_ARCHIVE_EXTENTS);
	if (r < 0)
		return fail_attributes(s, n, r);
	r = put_header(s, e);
	if (r < 0)
		return r;
	*ret_bytes = (uint64_t)st.st_size;
	return put_contents(s,
			    &(struct save_contents){
				    .name = n->name, .fd = fd, .size = st.st_size, .extents = x });
}

static int put_file(struct save *s, const struct save_node *n, struct archive_entry *e,
		    uint64_t *ret_bytes)
{
	const int fd = openat(n->parent, n->base, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct save_extents x = { 0 };
	int r;

	if (fd < 0)
		return errno == ENOENT || errno == ELOOP || errno == ENXIO
			       ? 0
			       : fail_read(s, n->name, -errno);
	r = put_open_file(s, n, fd, e, &x, ret_bytes);
	free(x.v);
	close(fd);
	return r;
}

static int put_link(struct save *s, const struct save_node *n, struct archive_entry *e)
{
	char target[SAVE_NAME_MAX + 2];
	ssize_t len = readlinkat(n->parent, n->base, target, sizeof(target));

	if (len < 0)
		return errno == ENOENT || errno == EINVAL ? 0 : fail_read(s, n->name, -errno);
	target[len < (ssize_t)sizeof(target) ? len : len - 1] = '\0';
	archive_entry_set_symlink(e, target);
	return put_header(s, e);
}

static int put_folder(struct save *s, const struct save_node *n, struct archive_entry *e)
{
	int r = n->fd < 0 ? 0 : take_xattrs(s, n->fd, e);

	return r < 0 ? fail_attributes(s, n, r) : put_header(s, e);
}

static int put_fifo(struct save *s, const struct save_node *n, struct archive_entry *e)
{
	int r = s->no_attributes ? 0 : save_list_take(n->parent, n->base, &s->owners, e);

	return r < 0 ? fail_attributes(s, n, r) : put_header(s, e);
}

static int put_node(struct save *s, const struct save_node *n, struct archive_entry *e,
		    uint64_t *ret_bytes)
{
	const bool several = n->st->st_nlink > 1 && !S_ISDIR(n->st->st_mode);
	bool failed = false;
	const char *first = several ? save_links_find(&s->links, n, &failed) : NULL;

	if (failed)
		return save_fail(s, ENOMEM, "out of memory");
	describe(s, n, n->st, e);
	if (first) {
		archive_entry_set_size(e, 0);
		archive_entry_set_hardlink(e, first);
		return put_header(s, e);
	}
	switch (n->st->st_mode & S_IFMT) {
	case S_IFREG:
		return put_file(s, n, e, ret_bytes);
	case S_IFDIR:
		return put_folder(s, n, e);
	case S_IFLNK:
		return put_link(s, n, e);
	case S_IFIFO:
		return put_fifo(s, n, e);
	case S_IFCHR:
	case S_IFBLK:
		return put_header(s, e);
	default: /* a socket */
		return 0;
	}
}

int save_member(struct save *s, const struct save_node *n, uint64_t *ret_bytes)
{
	struct archive_entry *e = archive_entry_new();
	int r;

	*ret_bytes = 0;
	if (!e)
		return save_fail(s, ENOMEM, "out of memory");
	r = put_node(s, n, e, ret_bytes);
	archive_entry_free(e);
	return r;
}

/* ---- Members of .savewpar_dir ---- */

static struct archive_entry *plain_entry(const char *name, uint64_t size)
{
	struct archive_entry *e = archive_entry_new();
	struct timespec now;

	if (!e)
		return NULL;
	clock_gettime(CLOCK_REALTIME, &now);
	archive_entry_set_pathname(e, name);
	archive_entry_set_mode(e, S_IFREG | 0600);
	archive_entry_set_uid(e, 0);
	archive_entry_set_gid(e, 0);
	archive_entry_set_mtime(e, now.tv_sec, 0);
	archive_entry_set_size(e, (int64_t)size);
	return e;
}

static int put_text(struct save *s, struct archive_entry *e, const char *name, const void *data,
		    size_t len)
{
	struct par_contents sum;
	int r = put_header(s, e);

	if (r < 0)
		return r;
	par_contents_begin(&sum, PAR_CONTENTS_EXTENTS);
	r = save_contents_data(s, &sum, data, len);
	if (r < 0)
		return r;
	r = save_tar_data_end(&s->tar);
	if (r < 0)
		return fail_archive(s, r);
	r = save_sums_file(&s->sums, &sum, len, name);
	return r < 0 ? fail_archive(s, r) : 0;
}

int save_member_text(struct save *s, const char *name, const void *data, size_t len)
{
	struct archive_entry *e = plain_entry(name, len);
	int r = e ? put_text(s, e, name, data, len) : save_fail(s, ENOMEM, "out of memory");

	archive_entry_free(e);
	return r;
}

static int put_sums(struct save *s, uint64_t size)
{
	struct par_contents unused;
	int r = 0;

	par_contents_begin(&unused, PAR_CONTENTS_EXTENTS);
	for (uint64_t at = 0; at < size;) {
		ssize_t n = pread(SAVE_SUMS, chunk, CHUNK, (off_t)at);

		if (n <= 0)
			return save_fail(s, n < 0 ? errno : EIO,
					 "the list of checksums cannot be read");
		r = save_contents_data(s, &unused, chunk, (size_t)n);
		if (r < 0)
			return r;
		at += (uint64_t)n;
	}
	r = save_tar_data_end(&s->tar);
	return r < 0 ? fail_archive(s, r) : 0;
}

int save_member_sums(struct save *s, uint64_t size)
{
	struct archive_entry *e = plain_entry("./.savewpar_dir/checksums", size);
	int r = e ? save_tar_header(&s->tar, e) : -ENOMEM;

	archive_entry_free(e);
	return r < 0 ? fail_archive(s, r) : put_sums(s, size);
}
