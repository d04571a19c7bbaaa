/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a backup: see backup.h, and docs/SAVEWPAR.md for the format.  What the list of checksums
 * should have is written down while the members come, and compared with what it has: a digest for
 * each line, so that the file that is damaged can be named.
 */
#include "wparctl/archive/helper/backup.h"

#include "lpard/common/fs.h"
#include "wparctl/archive/helper/ahead.h"
#include "wparctl/archive/helper/checksums.h"
#include "wparctl/archive/helper/declared.h"
#include "wparctl/archive/helper/entry_text.h"
#include "wparctl/archive/helper/say_hex.h"
#include "wparctl/archive/helper/walk.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PREFIX_LEN strlen(WPAR_ARCHIVE_INFO)

/* The reading of a backup. */
struct backup_reading {
	struct extract *x;
	struct archive *ar;
	bool head;	/* no more than .savewpar_dir is read */
	uint64_t holes; /* of a list whose digests have them as zeros */
	struct backup b;
};

/* Members that who has started us wants to know, and the words of these lines. */
static const struct {
	const char *name, *word;
} told[] = { { "image.data", "data" }, { "wpar.spec", "spec" }, { "signature", "signature" } };

static bool is_of_folder(const char *name)
{
	return strncmp(name, WPAR_ARCHIVE_INFO, PREFIX_LEN) == 0 &&
	       (name[PREFIX_LEN] == '\0' || name[PREFIX_LEN] == '/');
}

/* "data 6465…": one line, whatever is in it. */
static void tell(const char *word, const void *data, size_t len)
{
	printf("%s ", word);
	wpar_put_hex(data, len);
	putchar('\n');
	fflush(stdout);
}

/* What a file's holes cost: nothing where they are no zeros. */
static int check_holes(struct backup_reading *rd, struct archive_entry *e, uint64_t size)
{
	if (archive_entry_sparse_count(e) > WPAR_ARCHIVE_EXTENTS)
		return wpar_extract_fail(rd->x, E2BIG,
					 "the data of one file is in more than %d places",
					 WPAR_ARCHIVE_EXTENTS);
	if (rd->b.list.format != PAR_CONTENTS_ZEROS)
		return 0;
	rd->holes += size - wpar_extract_contents(e, size);
	return rd->holes <= WPAR_ARCHIVE_ZEROS
		       ? 0
		       : wpar_extract_fail(rd->x, EFBIG,
					   "its files have more than %llu GiB of holes, which is "
					   "the limit for one without CHECKSUMS = %d",
					   (unsigned long long)(WPAR_ARCHIVE_ZEROS >> 30),
					   PAR_CONTENTS_EXTENTS);
}

/* What a member says of itself. */
static int note(struct backup_reading *rd, struct archive_entry *e)
{
	static struct par_buf line;

	wpar_entry_text(&line, e);
	if (line.failed)
		return wpar_extract_fail(rd->x, ENOMEM, "out of memory");
	par_sha256_put(&rd->b.entries, line.data, line.len);
	rd->b.members++;
	if (!rd->x->declared_members || rd->b.members <= rd->x->declared_members)
		return 0;
	return wpar_extract_fail(rd->x, E2BIG,
				 "it is larger than it says of itself: more than %llu members",
				 (unsigned long long)rd->x->declared_members);
}

/* The line that the list should have of a file. */
static int expect_file(void *user, const char *word, const char *digest, uint64_t size,
		       const char *name)
{
	static struct par_buf line;
	struct backup_reading *rd = user;

	par_buf_clear(&line);
	par_buf_printf(&line, "%s %s %llu ", word, digest, (unsigned long long)size);
	wpar_entry_put_name(&line, name);
	return line.failed ? -ENOMEM : wpar_checksums_expect(&rd->b.list, line.data);
}

/* A regular file's contents have been read. */
static int note_contents(struct backup_reading *rd, struct archive_entry *e, uint64_t size)
{
	if (wpar_contents_end(rd->x, size, archive_entry_pathname(e)) < 0)
		return wpar_extract_fail(rd->x, ENOMEM, "out of memory");
	rd->b.list.bytes += size;
	return 0;
}

/* Where the members of .savewpar_dir are wanted as files, too. */
static int write_small(struct extract *a, const char *base, const void *data, size_t len)
{
	autofd int fd = -1, folder = -1;
	int r;

	if (a->top < 0 || !a->choice || !a->choice->info)
		return 0;
	if (mkdirat(a->root, WPAR_ARCHIVE_INFO, 0700) < 0 && errno != EEXIST)
		return wpar_extract_fail(a, errno, "could not make a folder: %s", strerror(errno));
	folder =
		openat(a->root, WPAR_ARCHIVE_INFO, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		return wpar_extract_fail(a, errno, "could not open '" WPAR_ARCHIVE_INFO "': %s",
					 strerror(errno));
	r = wpar_tree_clear(a, folder, base);
	if (r < 0)
		return r;
	fd = openat(folder, base, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return wpar_extract_fail(a, errno, "could not make a file: %s", strerror(errno));
	r = par_fs_write_all(fd, data, len);
	return r < 0 ? wpar_extract_fail(a, -r, "could not write a file: %s", strerror(-r)) : 0;
}

/* What image.data says of the rest, which limits it; the parent reads the whole file later. */
static int check_declared(struct backup_reading *rd, const char *text)
{
	struct extract *a = rd->x;
	int r = wpar_declared_take(a, text, &rd->b.list.format);

	if (r < 0)
		return r;
	par_contents_begin(a->contents, rd->b.list.format);
	if (a->top < 0)
		return 0;
	return wpar_extract_expect(a, a->choice ? 0 : a->declared_kib);
}

/* A member of .savewpar_dir but the list: small, and few of them mean anything. */
static int take_small(struct backup_reading *rd, struct archive_entry *e, const char *base)
{
	static char data[MAX_IMAGE_DATA + 1];
	const bool first = strcmp(base, "image.data") == 0;
	const la_ssize_t most = first ? MAX_IMAGE_DATA : MAX_BACKUP_SPEC;
	la_ssize_t n;
	int r;

	if (archive_entry_filetype(e) != AE_IFREG || archive_entry_hardlink(e) || !*base ||
	    strchr(base, '/'))
		return wpar_extract_fail(rd->x, EBADMSG,
					 "a member of " WPAR_ARCHIVE_INFO " is no plain file");
	n = archive_read_data(rd->ar, data, (size_t)most + 1);
	if (n < 0)
		return wpar_extract_fail_archive(rd->x, rd->ar);
	if (n > most)
		return wpar_extract_fail(rd->x, EFBIG, "its %s is too large",
					 first ? "image.data" : "folder " WPAR_ARCHIVE_INFO);
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		if (strcmp(base, told[i].name) == 0)
			tell(told[i].word, data, (size_t)n);
	}
	data[n] = '\0';
	r = first ? check_declared(rd, data) : 0;
	if (r < 0)
		return r;
	r = write_small(rd->x, base, data, (size_t)n);
	/* The signature is of the list that is before it, and in none. */
	if (r < 0 || rd->b.listed)
		return r;
	r = note(rd, e);
	if (r < 0)
		return r;
	wpar_contents_put(rd->x, data, (size_t)n);
	return note_contents(rd, e, (uint64_t)n);
}

static int take_checksums(struct backup_reading *rd, struct archive_entry *e)
{
	char hex[PAR_SHA256_TEXT];

	if (archive_entry_filetype(e) != AE_IFREG || archive_entry_hardlink(e))
		return wpar_extract_fail(rd->x, EBADMSG, "its list of checksums is no plain file");
	rd->b.listed = true;
	if (wpar_contents_wait(rd->x) < 0)
		return wpar_extract_fail(rd->x, ENOMEM, "out of memory");
	par_sha256_finish(&rd->b.entries, hex);
	return wpar_checksums_read(rd->x, rd->ar, &rd->b.list, hex, rd->b.members);
}

/* The list comes last, and behind it only its signature; what else there is comes before the tree.
 */
static int take_of_folder(struct backup_reading *rd, struct archive_entry *e, const char *name)
{
	const char *base = name[PREFIX_LEN] ? name + PREFIX_LEN + 1 : "";
	const bool list = strcmp(base, "checksums") == 0;
	const bool signature = strcmp(base, "signature") == 0;

	if (rd->b.listed != signature || rd->b.signature || (rd->b.tree && !list && !signature))
		return wpar_extract_fail(rd->x, EBADMSG,
					 "a member of " WPAR_ARCHIVE_INFO " is not in its place");
	rd->b.signature = signature;
	return list ? take_checksums(rd, e) : take_small(rd, e, base);
}

/* Is it one of those that were asked for, or below one? */
static bool is_wanted(const struct backup_choice *c, const char *name)
{
	bool wanted = false;

	if (!c || (c->n == 0 && !c->info))
		return true;
	for (size_t i = 0; i < c->n; i++) {
		const size_t n = strlen(c->names[i]);

		if (n == 0 ||
		    (strncmp(name, c->names[i], n) == 0 && (name[n] == '\0' || name[n] == '/'))) {
			c->found[i] = true; /* another one may name it, too, or what it is in */
			wanted = true;
		}
	}
	return wanted;
}

/* A folder that comes again has what it is said to have now. */
static void forget_xattrs(struct extract *a, int parent, const char *base, const char *name)
{
	autofd int fd = openat(parent, base, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	char list[65536];
	const ssize_t n = fd < 0 ? 0 : flistxattr(fd, list, sizeof(list));

	for (ssize_t at = 0; at < n; at += (ssize_t)strlen(list + at) + 1) {
		if (strncmp(list + at, "user.", 5) == 0 ||
		    strncmp(list + at, "system.posix_acl_", 17) == 0)
			fremovexattr(fd, list + at);
	}
	wpar_acl_forget(a, name);
}

/* The last member of a name counts: where one of both is a folder and the other is not, the earlier
 * one goes with all that is in it. */
static int make_way(struct extract *a, struct archive_entry *e, const char *name)
{
	const bool folder = !archive_entry_hardlink(e) && archive_entry_filetype(e) == AE_IFDIR;
	struct stat st;
	const char *base;
	int parent;

	/* What else is in a folder that the user has named is not removed for it. */
	if (!*name || wpar_tree_find(a, name, &parent, &base) < 0 ||
	    fstatat(parent, base, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (folder && S_ISDIR(st.st_mode)) {
		if (!a->choice)
			forget_xattrs(a, parent, base, name);
		return 0;
	}
	if (!folder && !S_ISDIR(st.st_mode))
		return 0;
	if (a->choice && S_ISDIR(st.st_mode))
		return wpar_extract_refuse(
			a, EEXIST,
			"has %.300s, and in the directory there is a folder in its "
			"place: remove that, or give another directory, -d",
			name);
	return wpar_tree_remove(a, parent, base);
}

/* It is zeros where nothing comes: a hole. */
static void tee_bytes(struct extract *a, const void *data, size_t len, la_int64_t offset)
{
	const size_t at = (size_t)offset;

	if (!a->tee || at >= a->tee_size)
		return;
	len = len < a->tee_size - at ? len : a->tee_size - at;
	memcpy(a->tee + at, data, len);
	a->tee_len = at + len;
}

/* Its holes are contents, too, that at its end as well. */
static int skip_contents(struct backup_reading *rd, int64_t size)
{
	const void *data;
	size_t len;
	la_int64_t offset, end = 0;
	int r;

	while ((r = archive_read_data_block(rd->ar, &data, &len, &offset)) == ARCHIVE_OK) {
		if (offset < end || offset > size || (int64_t)len > size - offset)
			return wpar_extract_fail(rd->x, EBADMSG,
						 "a member's contents do not fit its size");
		wpar_contents_put_hole(rd->x, (uint64_t)(offset - end));
		wpar_contents_put(rd->x, data, len);
		tee_bytes(rd->x, data, len, offset);
		end = offset + (la_int64_t)len;
	}
	if (r != ARCHIVE_EOF)
		return wpar_extract_fail_archive(rd->x, rd->ar);
	wpar_contents_put_hole(rd->x, (uint64_t)(size - end));
	return 0;
}

/* Is it to be made?  The folder itself that a user has named stays as it is. */
static bool is_made(const struct extract *a, struct archive_entry *e, const char *name)
{
	const bool itself = a->choice && !*name && archive_entry_filetype(e) == AE_IFDIR;

	return a->top >= 0 && !itself && is_wanted(a->choice, name);
}

/* A second name alone has nothing in it: the backup has that at the first. */
static int check_link(struct extract *a, struct archive_entry *e, const char *name)
{
	const char *link = archive_entry_hardlink(e);
	char target[MAX_NAME + 1];
	int r;

	if (!a->choice || !link)
		return 0;
	r = wpar_tree_normalise(a, link, target);
	if (r < 0)
		return r;
	return is_wanted(a->choice, target)
		       ? 0
		       : wpar_extract_refuse(a, ENOENT,
					     "has %.200s as a second name of %.200s (a hard link): "
					     "name that, too",
					     name, target);
}

static int take_of_tree(struct backup_reading *rd, struct archive_entry *e, const char *name)
{
	const bool contents = archive_entry_filetype(e) == AE_IFREG && !archive_entry_hardlink(e);
	const int64_t size = archive_entry_size_is_set(e) ? archive_entry_size(e) : 0;
	int r;

	if (rd->b.listed)
		return wpar_extract_fail(rd->x, EBADMSG, "a member follows its list of checksums");
	rd->b.tree = true;
	r = note(rd, e);
	if (r < 0)
		return r;
	r = contents ? check_holes(rd, e, (uint64_t)size) : 0;
	if (r < 0)
		return r;
	if (is_made(rd->x, e, name)) {
		r = check_link(rd->x, e, name);
		if (r < 0)
			return r;
		r = make_way(rd->x, e, name);
		if (r < 0)
			return r;
		r = wpar_extract_make(rd->x, rd->ar, e, name);
	} else if (contents) {
		r = skip_contents(rd, size);
	}
	return r < 0 || !contents ? r : note_contents(rd, e, (uint64_t)size);
}

bool wpar_backup_is_first(const char *name)
{
	return strcmp(name, WPAR_ARCHIVE_INFO "/image.data") == 0;
}

int wpar_backup_member(void *user, struct archive *ar, struct archive_entry *e, const char *name)
{
	struct backup_reading *rd = user;

	rd->ar = ar;
	if (rd->x->entries == 1 &&
	    (!wpar_backup_is_first(name) || strcmp(rd->x->format, "cpio") == 0))
		return wpar_extract_fail(rd->x, EBADMSG, "it is no backup of savewpar");
	if (is_of_folder(name))
		return take_of_folder(rd, e, name);
	/* Enough was read, which is no error. */
	return rd->head ? -ECANCELED : take_of_tree(rd, e, name);
}

/* A name that had vanished: it may be any of the tree's.  @make: and it goes. */
static int take_removed(struct extract *a, const char *removed, bool make)
{
	char name[MAX_NAME + 1];
	const char *base;
	int parent, r = wpar_tree_normalise(a, removed, name);

	if (r < 0)
		return r;
	if (!*name || is_of_folder(name))
		return wpar_extract_fail(a, EBADMSG, "its list of checksums removes the root");
	if (!make || wpar_tree_find(a, name, &parent, &base) < 0)
		return 0;
	return wpar_tree_remove(a, parent, base);
}

int wpar_backup_end(struct backup_reading *rd)
{
	const struct backup_choice *c = rd->x->choice;

	if (!rd->b.list.ended)
		return wpar_extract_fail(rd->x, EBADMSG,
					 "it is not complete: the list of checksums at its end is "
					 "missing (savewpar was interrupted)");
	/* Into a folder that a user has named they come, too: nothing is removed there. */
	for (size_t i = 0; i < rd->b.list.removed.n; i++) {
		int r = take_removed(rd->x, rd->b.list.removed.v[i], rd->x->top >= 0 && !c);

		if (r < 0)
			return r;
	}
	for (size_t i = 0; c && i < c->n; i++) {
		if (!c->found[i])
			return wpar_extract_refuse(rd->x, ENOENT, "has no file %.400s",
						   c->names[i]);
	}
	return 0;
}

struct backup_reading *wpar_backup_begin(struct extract *a, bool head)
{
	static struct par_contents contents;
	static struct backup_reading rd;

	/* Of the one before, where there are more than one in a process: tests. */
	free(rd.b.list.expected);
	par_strv_done(&rd.b.list.removed);
	rd = (struct backup_reading){ .x = a, .head = head };
	par_contents_begin(&contents, PAR_CONTENTS_ZEROS); /* until image.data says otherwise */
	par_sha256_init(&rd.b.entries);
	a->is_backup = true;
	a->contents = &contents;
	a->contents_end = expect_file;
	a->contents_user = &rd;
	return &rd;
}

int wpar_backup_run(struct extract *a, bool head)
{
	struct backup_reading *rd = wpar_backup_begin(a, head);
	const struct walk w = { .member = wpar_backup_member, .user = rd };
	int r;

	a->across = true;
	if (a->top >= 0)
		a->root = openat(a->top, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (a->top >= 0 && a->root < 0)
		return wpar_extract_fail(a, errno, "could not open the folder: %s",
					 strerror(errno));
	r = wpar_walk(a, &w);
	if (r == -ECANCELED || head)
		return r == -ECANCELED ? 0 : r;
	if (r < 0)
		return r;
	r = wpar_backup_end(rd);
	return r < 0 || a->top < 0 ? r : wpar_extract_finish(a);
}
