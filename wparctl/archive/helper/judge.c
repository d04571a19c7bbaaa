/* SPDX-License-Identifier: Apache-2.0 */
/* The names and kinds of the members that came, and what a next one may be: see judge.h. */
#include "wparctl/archive/helper/judge.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <linux/limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

enum kind { NOTHING, FOLDER, FILE_OF_BYTES, LINK, OTHER };

#define FIRST_PLACES 1024
#define KIND_BITS    3

/*
 * A name is known by a hash of 61 bits with a seed that no archive knows, beside its kind.  As many
 * names as an archive may have members take 64 MiB.
 */
struct judge {
	uint64_t seed;
	uint64_t *v; /* hash and kind; 0: free */
	size_t places, n;
};

static uint64_t mix(uint64_t h, unsigned char c)
{
	h = (h ^ c) * UINT64_C(0x9e3779b97f4a7c15);
	return h ^ h >> 29;
}

static uint64_t *place_of(const struct judge *j, uint64_t hash)
{
	size_t i = (size_t)(hash >> KIND_BITS) & (j->places - 1);

	while (j->v[i] && j->v[i] >> KIND_BITS != hash >> KIND_BITS)
		i = (i + 1) & (j->places - 1);
	return &j->v[i];
}

static enum kind kind_at(const struct judge *j, uint64_t hash)
{
	return (enum kind)(*place_of(j, hash) & ((1 << KIND_BITS) - 1));
}

static int grow(struct judge *j)
{
	struct judge more = { .seed = j->seed, .places = j->places * 2, .n = j->n };

	more.v = calloc(more.places, sizeof(*more.v));
	if (!more.v)
		return -ENOMEM;
	for (size_t i = 0; i < j->places; i++) {
		if (j->v[i])
			*place_of(&more, j->v[i]) = j->v[i];
	}
	free(j->v);
	*j = more;
	return 0;
}

static int set_kind(struct extract *a, uint64_t hash, enum kind kind)
{
	struct judge *j = a->judge;
	uint64_t *place = place_of(j, hash);

	j->n += !*place;
	*place = (hash >> KIND_BITS << KIND_BITS) | (uint64_t)kind;
	if (j->n * 2 > j->places && grow(j) < 0)
		return wpar_extract_fail(a, ENOMEM, "out of memory");
	return 0;
}

static int begin(struct extract *a)
{
	/* 16 random bytes of this process; the kernel gives no others in here */
	const unsigned char *random = (const unsigned char *)getauxval(AT_RANDOM);
	struct judge *j = calloc(1, sizeof(*j));

	if (j)
		j->v = calloc(FIRST_PLACES, sizeof(*j->v));
	a->judge = j;
	if (!j || !j->v)
		return wpar_extract_fail(a, ENOMEM, "out of memory");
	j->places = FIRST_PLACES;
	if (random)
		memcpy(&j->seed, random, sizeof(j->seed));
	return 0;
}

void wpar_judge_done(struct extract *a)
{
	if (a->judge)
		free(a->judge->v);
	free(a->judge);
	a->judge = NULL;
}

/* The hash of a name; -EPERM: above it something is no folder, or (unless @make) nothing. */
static int find_name(struct extract *a, const char *name, bool make, uint64_t *ret)
{
	uint64_t h = a->judge->seed;

	for (; *name; name++) {
		enum kind kind;

		if (*name == '/') {
			kind = kind_at(a->judge, h);
			if (kind != FOLDER && (kind != NOTHING || !make))
				return -EPERM;
			if (kind == NOTHING && set_kind(a, h, FOLDER) < 0)
				return -ENOMEM;
		}
		h = mix(h, (unsigned char)*name);
	}
	*ret = h;
	return 0;
}

/* The place of a member that is about to be there. */
static int find_place(struct extract *a, const char *name, uint64_t *ret)
{
	int r = find_name(a, name, true, ret);

	return r == -EPERM ? wpar_extract_fail(a, EPERM, JUDGE_BEHIND) : r;
}

/* cpio has contents at the last of a file's names. */
static bool fills(const struct extract *a, struct archive_entry *e)
{
	return strcmp(a->format, "cpio") == 0 && archive_entry_size(e) > 0;
}

static int judge_hard_link(struct extract *a, struct archive_entry *e, const char *name,
			   const char *target)
{
	enum kind kind = NOTHING, before;
	uint64_t from, to;
	int r = find_name(a, target, false, &from);

	if (r == 0)
		kind = kind_at(a->judge, from);
	if (kind == NOTHING || kind == FOLDER)
		return wpar_extract_fail(a, EPERM, JUDGE_NO_TARGET);
	r = find_place(a, name, &to);
	if (r < 0)
		return r;
	before = kind_at(a->judge, to);
	if (before == FOLDER)
		return wpar_extract_fail(a, EEXIST, JUDGE_OVER);
	if (fills(a, e) && kind != FILE_OF_BYTES)
		return wpar_extract_fail(a, EPERM, JUDGE_NO_FILE);
	return set_kind(a, to, kind);
}

static enum kind kind_of(struct archive_entry *e)
{
	switch (archive_entry_filetype(e)) {
	case AE_IFDIR:
		return FOLDER;
	case AE_IFREG:
		return FILE_OF_BYTES;
	case AE_IFLNK:
		return LINK;
	default:
		return OTHER;
	}
}

static int judge_name(struct extract *a, struct archive_entry *e, const char *name)
{
	const enum kind kind = kind_of(e);
	enum kind before;
	uint64_t place;
	int r = find_place(a, name, &place);

	if (r < 0)
		return r;
	before = kind_at(a->judge, place);
	if (kind == FOLDER && before != FOLDER && before != NOTHING)
		return wpar_extract_fail(a, EEXIST, JUDGE_NOT_FOLDER);
	if (kind != FOLDER && before == FOLDER)
		return wpar_extract_fail(a, EEXIST, JUDGE_OVER);
	return set_kind(a, place, kind);
}

static int judge_owner(struct extract *a, struct archive_entry *e)
{
	const int64_t uid = archive_entry_uid(e), gid = archive_entry_gid(e);

	if (uid < 0 || gid < 0 || uid > MAX_ID || gid > MAX_ID)
		return wpar_extract_fail(a, EBADMSG, JUDGE_OWNER);
	return 0;
}

static int judge_attributes(struct extract *a, struct archive_entry *e)
{
	const char *name;
	const void *value;
	size_t len;

	archive_entry_xattr_reset(e);
	while (archive_entry_xattr_next(e, &name, &value, &len) == ARCHIVE_OK) {
		if (name && strlen(name) > XATTR_NAME_MAX && wpar_extract_wants(name, value, len))
			return wpar_extract_fail(a, ERANGE, JUDGE_ATTRIBUTE);
	}
	return 0;
}

/* What it is, whatever else there is. */
static int judge_itself(struct extract *a, struct archive_entry *e, const char *name)
{
	const mode_t type = archive_entry_filetype(e);
	const char *target = archive_entry_symlink(e);
	int r;

	if (!*name && type != AE_IFDIR)
		return wpar_extract_fail(a, EPERM, JUDGE_ROOT);
	if (type == AE_IFLNK && (!target || !*target || strlen(target) > MAX_NAME))
		return wpar_extract_fail(a, EBADMSG, JUDGE_BAD_TARGET);
	if (type != AE_IFREG && type != AE_IFDIR && type != AE_IFLNK && type != AE_IFIFO)
		return wpar_extract_fail(a, EBADMSG, JUDGE_KIND);
	r = judge_owner(a, e);
	return r < 0 ? r : judge_attributes(a, e);
}

/* They are not made at all. */
static bool is_passed_over(struct archive_entry *e)
{
	const mode_t type = archive_entry_filetype(e);

	return type == AE_IFCHR || type == AE_IFBLK || type == AE_IFSOCK;
}

int wpar_judge_member(struct extract *a, struct archive_entry *e, const char *name)
{
	const bool alone = a->layer || a->is_backup;
	const char *link = archive_entry_hardlink(e);
	char target[MAX_NAME + 1];
	int r = 0;

	if (!link && is_passed_over(e))
		return 0;
	if (!a->judge && !alone)
		r = begin(a);
	if (r < 0)
		return r;
	if (link) {
		if (!*name)
			return wpar_extract_fail(a, EPERM, JUDGE_ROOT);
		r = wpar_tree_normalise(a, link, target);
		return r < 0 || alone ? r : judge_hard_link(a, e, name, target);
	}
	r = judge_itself(a, e, name);
	return r < 0 || alone || !*name ? r : judge_name(a, e, name);
}
