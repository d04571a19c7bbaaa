/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One member of an archive after the other: kinds, contents, owners, attributes.  Anything that a
 * tar of a system would not have makes the whole image refused; device nodes are left out, because
 * a WPAR's /dev is never the image's.
 */
#include "wparctl/archive/helper/ahead.h"
#include "wparctl/archive/helper/backup.h"
#include "wparctl/archive/helper/judge.h"
#include "wparctl/archive/helper/names.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

/* Looks at what is free, less what is left alone: sets @a->room, counted from @a->written on. */
static int look_for_room(struct extract *a)
{
	struct statvfs v;
	uint64_t keep, available;

	if (fstatvfs(a->top, &v) < 0)
		return wpar_extract_fail(a, errno, "could not see how much is free: %s",
					 strerror(errno));
	keep = (uint64_t)v.f_blocks * v.f_frsize / 20;
	keep = keep < KEEP_LEAST ? KEEP_LEAST : keep > KEEP_MOST ? KEEP_MOST : keep;
	available = (uint64_t)v.f_bavail * v.f_frsize;
	if (!a->first)
		a->first = available;
	a->room = available > keep ? available - keep : 0;
	/* What the WPAR's own have free may be more than the disk has that they lie on. */
	if (a->n_volumes && available < keep && available + LOOK_EVERY < a->first)
		return wpar_extract_fail(a, ENOSPC, "no more than %llu MiB are left on the disk",
					 (unsigned long long)(available >> 20));
	if (v.f_files && v.f_favail <= v.f_files / 20)
		return wpar_extract_fail(a, ENOSPC, "the file system has too few inodes left");
	/* Those of the WPAR alone may be filled: nobody else needs what is in them. */
	for (size_t i = 0; i < a->n_volumes; i++) {
		if (fstatvfs(a->volumes[i], &v) == 0)
			a->room += (uint64_t)v.f_bavail * v.f_frsize;
	}
	a->looked = a->written;
	return 0;
}

static int fail_room(struct extract *a, uint64_t needed)
{
	return wpar_extract_fail(a, ENOSPC, "it needs %llu MiB more, and %llu MiB may be taken",
				 (unsigned long long)((needed + (1 << 20) - 1) >> 20),
				 (unsigned long long)(a->room >> 20));
}

/* Room for @more bytes on the disk.  They count as written. */
static int take_room(struct extract *a, uint64_t more)
{
	if (a->written - a->looked + more > a->room || a->written - a->looked >= LOOK_EVERY ||
	    a->entries % 256 == 0) {
		int r = look_for_room(a);

		if (r < 0)
			return r;
	}
	if (more > a->room)
		return fail_room(a, more);
	a->written += more;
	return 0;
}

static int write_at(int fd, const void *data, size_t len, off_t offset)
{
	const char *p = data;

	while (len > 0) {
		ssize_t n = pwrite(fd, p, len, offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
		offset += n;
	}
	return 0;
}

static int write_contents(struct extract *a, struct archive *ar, int fd, int64_t size)
{
	const void *data;
	size_t len;
	la_int64_t offset, end = 0;
	int r;

	while ((r = archive_read_data_block(ar, &data, &len, &offset)) == ARCHIVE_OK) {
		if (offset < end || offset > size || (int64_t)len > size - offset)
			return wpar_extract_fail(a, EBADMSG,
						 "a member's contents do not fit its size");
		wpar_contents_put_hole(a, (uint64_t)(offset - end));
		wpar_contents_put(a, data, len);
		end = offset + (la_int64_t)len;
		r = take_room(a, len);
		if (r < 0)
			return r;
		r = write_at(fd, data, len, offset);
		if (r < 0)
			return wpar_extract_fail(a, -r, "could not write a file: %s", strerror(-r));
	}
	if (r != ARCHIVE_EOF)
		return wpar_extract_fail_archive(a, ar);
	wpar_contents_put_hole(a, (uint64_t)(size - end));
	if (end < size && ftruncate(fd, size) < 0)
		return wpar_extract_fail(a, errno, "could not write a file: %s", strerror(errno));
	return 0;
}

/*
 * Attributes of the user, access lists, and capabilities of programs (without a name space's id);
 * nothing that a kernel or an overlay reads otherwise.
 */
bool wpar_extract_wants(const char *name, const void *value, size_t len)
{
	uint32_t magic;

	if (strncmp(name, "user.overlay.", 13) == 0 || len > MAX_XATTR)
		return false;
	if (strcmp(name, "security.capability") == 0) {
		if (len < sizeof(magic))
			return false;
		memcpy(&magic, value, sizeof(magic));
		return len == 20 && (le32toh(magic) & 0xff000000u) == 0x02000000u;
	}
	return strncmp(name, "user.", 5) == 0 || strcmp(name, "system.posix_acl_access") == 0 ||
	       strcmp(name, "system.posix_acl_default") == 0;
}

/* A fifo has an access list, and nothing else. */
static bool has_place(struct archive_entry *e, const char *name)
{
	return archive_entry_filetype(e) != AE_IFIFO ||
	       strcmp(name, "system.posix_acl_access") == 0;
}

/* A file has room for so many only, whatever is free: a block of ext4, 64 KiB of others. */
static int fail_attribute(struct extract *a, int errnum, int fd, const char *member)
{
	struct statvfs v;

	if (errnum == ENOSPC && fstatvfs(fd, &v) == 0 &&
	    (uint64_t)v.f_bavail * v.f_frsize >= 2 * MAX_XATTR)
		errnum = E2BIG;
	if (errnum == E2BIG || errnum == ERANGE)
		return wpar_extract_fail(a, E2BIG,
					 "the file system here has no room for all attributes of "
					 "%.300s",
					 *member ? member : "/");
	return wpar_extract_fail(a, errnum, "could not set an attribute of %.300s: %s", member,
				 strerror(errnum));
}

static int set_xattrs(struct extract *a, struct archive_entry *e, int fd, const char *member)
{
	bool has_list = false;
	const char *name;
	const void *value;
	size_t len;
	int r;

	if (a->choice && a->choice->plain)
		return 0;
	archive_entry_xattr_reset(e);
	while (archive_entry_xattr_next(e, &name, &value, &len) == ARCHIVE_OK) {
		if (!name || !wpar_extract_wants(name, value, len) || !has_place(e, name) ||
		    (a->choice && a->choice->no_setid && strcmp(name, "security.capability") == 0))
			continue;
		r = take_room(a, len);
		if (r < 0)
			return r;
		has_list |= strncmp(name, "system.posix_acl_", 17) == 0;
		if (strcmp(name, "system.posix_acl_default") == 0) {
			r = wpar_acl_take_default(a, value, len, member);
			if (r < 0)
				return r;
			continue;
		}
		if (fsetxattr(fd, name, value, len, 0) < 0 && errno != EOPNOTSUPP &&
		    errno != EINVAL)
			return fail_attribute(a, errno, fd, member);
	}
	/* The attribute has numbers, and is what it was; the text beside it may have names. */
	return has_list ? 0 : wpar_acl_take(a, e, fd, member);
}

static struct timespec time_of(struct archive_entry *e)
{
	return (struct timespec){ .tv_sec = archive_entry_mtime(e),
				  .tv_nsec = archive_entry_mtime_nsec(e) };
}

/* Of what has no descriptor: a link, a fifo. */
static void set_time(struct archive_entry *e, int parent, const char *base)
{
	const struct timespec t[2] = { { .tv_nsec = UTIME_OMIT }, time_of(e) };

	/* ignoring: a time that the file system has no room for */
	utimensat(parent, base, t, AT_SYMLINK_NOFOLLOW);
}

static int check_ids(struct extract *a, struct archive_entry *e)
{
	int64_t uid = archive_entry_uid(e), gid = archive_entry_gid(e);

	if (uid < 0 || gid < 0 || uid > MAX_ID || gid > MAX_ID)
		return wpar_extract_fail(a, EBADMSG, JUDGE_OWNER);
	return 0;
}

/* Owner first: a change of owner takes set-user-id bits and capabilities away. */
static int set_metadata(struct extract *a, struct archive_entry *e, int fd, const char *name,
			bool with_time)
{
	uid_t uid = (uid_t)archive_entry_uid(e);
	gid_t gid = (gid_t)archive_entry_gid(e);
	mode_t mode = archive_entry_perm(e) & (a->choice && a->choice->no_setid ? 0777 : 07777);
	const struct timespec t[2] = { { .tv_nsec = UTIME_OMIT }, time_of(e) };
	int r;

	if ((uid || gid || a->inherits) && fchown(fd, uid, gid) < 0)
		return wpar_extract_fail(a, errno, "could not set an owner: %s", strerror(errno));
	if (((mode & 07000) || uid || gid || !with_time) && fchmod(fd, mode) < 0)
		return wpar_extract_fail(a, errno, "could not set a mode: %s", strerror(errno));
	r = set_xattrs(a, e, fd, name);
	if (r == 0 && with_time && futimens(fd, t) < 0)
		return wpar_extract_fail(a, errno, "could not set a time: %s", strerror(errno));
	return r;
}

uint64_t wpar_extract_contents(struct archive_entry *e, uint64_t size)
{
	la_int64_t offset, length;
	uint64_t sum = 0;

	if (archive_entry_sparse_reset(e) == 0)
		return size;
	while (archive_entry_sparse_next(e, &offset, &length) == ARCHIVE_OK)
		sum += length > 0 ? (uint64_t)length : 0;
	return sum < size ? sum : size;
}

/* What it says of itself is enough to refuse it; what it has is counted as it is written. */
static int check_room(struct extract *a, struct archive_entry *e)
{
	const uint64_t contents = wpar_extract_contents(e, (uint64_t)archive_entry_size(e));
	int r;

	if (contents <= a->room)
		return 0;
	r = look_for_room(a);
	if (r < 0)
		return r;
	return contents > a->room ? fail_room(a, contents) : 0;
}

/* The one that a later member of its name replaces is not held beside it. */
static int find_room(struct extract *a, struct archive_entry *e, int parent, const char *base)
{
	int r = check_room(a, e);

	if (r != -ENOSPC || a->choice || faccessat(parent, base, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
		return r;
	r = wpar_tree_clear(a, parent, base);
	return r < 0 ? r : check_room(a, e);
}

static int make_file(struct extract *a, struct archive *ar, struct archive_entry *e, int parent,
		     const char *base, const char *name)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	const int64_t size = archive_entry_size_is_set(e) ? archive_entry_size(e) : 0;
	autofd int fd = -1;
	int r = find_room(a, e, parent, base);

	if (r < 0)
		return r;
	fd = openat(parent, base, flags, archive_entry_perm(e) & 0777);
	if (fd < 0 && errno == EEXIST) {
		r = wpar_tree_clear(a, parent, base);
		if (r < 0)
			return r;
		fd = openat(parent, base, flags, archive_entry_perm(e) & 0777);
	}
	if (fd < 0)
		return wpar_extract_fail(a, errno, "could not make a file: %s", strerror(errno));
	r = write_contents(a, ar, fd, size);
	if (r < 0)
		return r;
	return set_metadata(a, e, fd, name, true);
}

static int note_folder(struct extract *a, struct archive_entry *e, const char *name)
{
	const struct timespec mtime = time_of(e);
	const int r = folder_times_add(&a->folders, name, &mtime);

	if (r == -E2BIG)
		return wpar_extract_fail(a, E2BIG,
					 "the names of its folders have more than %llu MiB",
					 (unsigned long long)(WPAR_ARCHIVE_FOLDER_BYTES >> 20));
	return r < 0 ? wpar_extract_fail(a, ENOMEM, "out of memory") : 0;
}

/* Of a lower layer something else may be in its place. */
static int open_folder(const struct extract *a, int parent, const char *base)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(parent, base, flags);

	if (fd >= 0 || !a->layer || unlinkat(parent, base, 0) < 0 ||
	    mkdirat(parent, base, 0700) < 0)
		return fd;
	return openat(parent, base, flags);
}

static int make_folder(struct extract *a, struct archive_entry *e, int parent, const char *base,
		       const char *name)
{
	autofd int fd = -1;
	int r;

	if (*name && mkdirat(parent, base, 0700) < 0 && errno != EEXIST)
		return wpar_extract_fail(a, errno, "could not make a folder: %s", strerror(errno));
	fd = open_folder(a, *name ? parent : a->root, *name ? base : ".");
	if (fd < 0)
		return wpar_extract_fail(a, EEXIST, JUDGE_NOT_FOLDER);
	r = set_metadata(a, e, fd, name, false);
	if (r < 0)
		return r;
	a->inherits |= (archive_entry_perm(e) & S_ISGID) != 0;
	return note_folder(a, e, name);
}

static int make_symlink(struct extract *a, struct archive_entry *e, int parent, const char *base)
{
	const char *target = archive_entry_symlink(e);
	int r;

	if (!target || !*target || strlen(target) > MAX_NAME)
		return wpar_extract_fail(a, EBADMSG, JUDGE_BAD_TARGET);
	r = symlinkat(target, parent, base);
	if (r < 0 && errno == EEXIST) {
		r = wpar_tree_clear(a, parent, base);
		if (r < 0)
			return r;
		r = symlinkat(target, parent, base);
	}
	if (r < 0)
		return wpar_extract_fail(a, errno, "could not make a link: %s", strerror(errno));
	if ((archive_entry_uid(e) || archive_entry_gid(e) || a->inherits) &&
	    fchownat(parent, base, (uid_t)archive_entry_uid(e), (gid_t)archive_entry_gid(e),
		     AT_SYMLINK_NOFOLLOW) < 0)
		return wpar_extract_fail(a, errno, "could not set an owner: %s", strerror(errno));
	set_time(e, parent, base);
	return 0;
}

static int make_fifo(struct extract *a, struct archive_entry *e, int parent, const char *base,
		     const char *name)
{
	autofd int fd = -1;
	int r = wpar_tree_clear(a, parent, base);

	if (r < 0)
		return r;
	if (mkfifoat(parent, base, archive_entry_perm(e) & 0777) < 0 ||
	    fchownat(parent, base, (uid_t)archive_entry_uid(e), (gid_t)archive_entry_gid(e),
		     AT_SYMLINK_NOFOLLOW) < 0)
		return wpar_extract_fail(a, errno, "could not make a fifo: %s", strerror(errno));
	/* One that nobody knows yet: no writer waits for who opens it. */
	fd = openat(parent, base, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return wpar_extract_fail(a, errno, "could not open a fifo: %s", strerror(errno));
	r = set_xattrs(a, e, fd, name);
	if (r < 0)
		return r;
	set_time(e, parent, base);
	return 0;
}

/*
 * cpio has the contents of a file with several names behind the last of them.  Through the link
 * just made only a file of the image's own is written.
 */
static int fill_link(struct extract *a, struct archive *ar, struct archive_entry *e,
		     const char *name)
{
	const char *base;
	autofd int fd = -1;
	struct stat st;
	int parent, r = wpar_tree_parent(a, name, &parent, &base);

	if (r < 0)
		return r;
	fd = openat(parent, base, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return wpar_extract_fail(a, EPERM, JUDGE_NO_FILE);
	if (ftruncate(fd, 0) < 0)
		return wpar_extract_fail(a, errno, "could not write a file: %s", strerror(errno));
	r = check_room(a, e);
	if (r < 0)
		return r;
	r = write_contents(a, ar, fd, archive_entry_size(e));
	if (r < 0)
		return r;
	r = check_ids(a, e);
	return r < 0 ? r : set_metadata(a, e, fd, name, true);
}

static int make_link(struct extract *a, struct archive *ar, struct archive_entry *e,
		     const char *name, const char *target)
{
	int r;

	if (!*name)
		return wpar_extract_fail(a, EPERM, JUDGE_ROOT);
	r = wpar_tree_link(a, name, target);
	if (r < 0)
		return r;
	/* Contents of a hard link of pax belong to its target, which has them already. */
	return strcmp(a->format, "cpio") == 0 && archive_entry_size(e) > 0
		       ? fill_link(a, ar, e, name)
		       : 0;
}

static int make_member(struct extract *a, struct archive *ar, struct archive_entry *e,
		       const char *name)
{
	mode_t type = archive_entry_filetype(e);
	const char *link = archive_entry_hardlink(e);
	const char *base;
	int parent = -1, r;

	if (wpar_extract_passes(e) || (link && wpar_extract_has_passed(a, link)))
		return wpar_extract_pass_over(a, name);
	if (link)
		return make_link(a, ar, e, name, link);
	if (!*name && type != AE_IFDIR)
		return wpar_extract_fail(a, EPERM, JUDGE_ROOT);
	r = check_ids(a, e);
	if (r < 0)
		return r;
	r = *name ? wpar_tree_parent(a, name, &parent, &base) : 0;
	if (r < 0)
		return r;
	switch (type) {
	case AE_IFREG:
		return make_file(a, ar, e, parent, base, name);
	case AE_IFDIR:
		return make_folder(a, e, parent, *name ? base : "", name);
	case AE_IFLNK:
		return make_symlink(a, e, parent, base);
	case AE_IFIFO:
		return make_fifo(a, e, parent, base, name);
	default:
		return wpar_extract_fail(a, EBADMSG, JUDGE_KIND);
	}
}

int wpar_extract_make(struct extract *a, struct archive *ar, struct archive_entry *e,
		      const char *name)
{
	int r = take_room(a, archive_entry_filetype(e) == AE_IFDIR ? FOLDER_COST : MEMBER_COST);

	return r < 0 ? r : make_member(a, ar, e, name);
}

int wpar_extract_expect(struct extract *a, uint64_t kib)
{
	int r = look_for_room(a);

	if (r < 0)
		return r;
	if (kib > WPAR_ARCHIVE_BYTES / 1024)
		return wpar_extract_fail(a, EFBIG, "it declares %llu MiB, and the limit is %llu",
					 (unsigned long long)(kib >> 10),
					 (unsigned long long)(WPAR_ARCHIVE_BYTES >> 20));
	return kib * 1024 > a->room ? fail_room(a, kib * 1024) : 0;
}

/* Of what was a folder, and may be none any more, or gone.  Of one that came twice the later
 * counts.
 */
static void set_folder_time(void *user, const char *name, const struct timespec *mtime)
{
	const struct timespec t[2] = { { .tv_nsec = UTIME_OMIT }, *mtime };
	struct extract *a = user;
	struct stat st;
	const char *base;
	int parent;

	if (!*name)
		utimensat(a->root, ".", t, 0);
	else if (wpar_tree_find(a, name, &parent, &base) == 0 &&
		 fstatat(parent, base, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode))
		utimensat(parent, base, t, AT_SYMLINK_NOFOLLOW);
}

int wpar_extract_finish(struct extract *a)
{
	int r = wpar_acl_finish(a);

	if (r == 0)
		folder_times_each(&a->folders, set_folder_time, a);
	return r;
}

void wpar_extract_done(struct extract *a)
{
	folder_times_done(&a->folders);
	wpar_acl_done(a);
	names_done(a->passed);
	a->passed = NULL;
	wpar_extract_read_done(a);
	if (a->root >= 0)
		close(a->root);
	if (a->parent >= 0)
		close(a->parent);
	a->root = a->parent = -1;
}
