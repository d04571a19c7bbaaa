/* SPDX-License-Identifier: Apache-2.0 */
/* The names and kinds of the members that came, and what a next one may be: see judge.h. */
#include "wparctl/archive/helper/judge.h"

#include "wparctl/archive/helper/names.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <linux/limits.h>
#include <string.h>

static int set_kind(struct extract *a, uint64_t hash, enum name_kind kind)
{
	return names_set(a->judge, hash, kind) < 0 ? wpar_extract_fail(a, ENOMEM, "out of memory")
						   : 0;
}

/* What is made there; nothing is of what was passed over. */
static enum name_kind kind_at(const struct extract *a, uint64_t hash)
{
	const enum name_kind kind = names_get(a->judge, hash);

	return kind == NAME_PASSED ? NAME_NOTHING : kind;
}

/* What came before at that name stays. */
static int pass_over(struct extract *a, const char *name)
{
	const uint64_t hash = names_hash(a->judge, name);

	return names_get(a->judge, hash) == NAME_NOTHING ? set_kind(a, hash, NAME_PASSED) : 0;
}

static int begin(struct extract *a)
{
	a->judge = names_new();
	return a->judge ? 0 : wpar_extract_fail(a, ENOMEM, "out of memory");
}

void wpar_judge_done(struct extract *a)
{
	names_done(a->judge);
	a->judge = NULL;
}

/* The hash of a name; -EPERM: above it something is no folder, or (unless @make) nothing. */
static int find_name(struct extract *a, const char *name, bool make, uint64_t *ret)
{
	uint64_t h = names_seed(a->judge);

	for (; *name; name++) {
		enum name_kind kind;

		if (*name == '/') {
			kind = kind_at(a, h);
			if (kind != NAME_FOLDER && (kind != NAME_NOTHING || !make))
				return -EPERM;
			if (kind == NAME_NOTHING && set_kind(a, h, NAME_FOLDER) < 0)
				return -ENOMEM;
		}
		h = names_mix(h, (unsigned char)*name);
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
	enum name_kind kind = NAME_NOTHING, before;
	uint64_t from, to;
	int r = find_name(a, target, false, &from);

	if (names_get(a->judge, names_hash(a->judge, target)) == NAME_PASSED)
		return pass_over(a, name);
	if (r == 0)
		kind = kind_at(a, from);
	if (kind == NAME_NOTHING || kind == NAME_FOLDER)
		return wpar_extract_fail(a, EPERM, JUDGE_NO_TARGET);
	r = find_place(a, name, &to);
	if (r < 0)
		return r;
	before = kind_at(a, to);
	if (before == NAME_FOLDER)
		return wpar_extract_fail(a, EEXIST, JUDGE_OVER);
	if (fills(a, e) && kind != NAME_FILE)
		return wpar_extract_fail(a, EPERM, JUDGE_NO_FILE);
	return set_kind(a, to, kind);
}

static enum name_kind kind_of(struct archive_entry *e)
{
	switch (archive_entry_filetype(e)) {
	case AE_IFDIR:
		return NAME_FOLDER;
	case AE_IFREG:
		return NAME_FILE;
	case AE_IFLNK:
		return NAME_LINK;
	default:
		return NAME_OTHER;
	}
}

static bool is_needed(const char *name)
{
	static const char *const needed[] = WPAR_ARCHIVE_NEEDED;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(needed); i++) {
		if (strcmp(name, needed[i]) == 0)
			return true;
	}
	return false;
}

static int judge_name(struct extract *a, struct archive_entry *e, const char *name)
{
	const enum name_kind kind = kind_of(e);
	enum name_kind before;
	uint64_t place;
	int r = find_place(a, name, &place);

	if (r < 0)
		return r;
	before = kind_at(a, place);
	if (kind == NAME_FOLDER && before != NAME_FOLDER && before != NAME_NOTHING)
		return wpar_extract_fail(a, EEXIST, JUDGE_NOT_FOLDER);
	if (kind != NAME_FOLDER && before == NAME_FOLDER)
		return wpar_extract_fail(a, EEXIST, JUDGE_OVER);
	if (kind != NAME_FOLDER && is_needed(name))
		return wpar_extract_fail(a, ENOTDIR, JUDGE_NEEDED);
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

int wpar_judge_member(struct extract *a, struct archive_entry *e, const char *name)
{
	const bool alone = a->layer || a->is_backup;
	const char *link = archive_entry_hardlink(e);
	char target[MAX_NAME + 1];
	int r = 0;

	if (!a->judge && !alone)
		r = begin(a);
	if (r < 0)
		return r;
	if (!link && wpar_extract_passes(e))
		return alone ? 0 : pass_over(a, name);
	if (link) {
		if (!*name)
			return wpar_extract_fail(a, EPERM, JUDGE_ROOT);
		r = wpar_tree_normalise(a, link, target);
		return r < 0 || alone ? r : judge_hard_link(a, e, name, target);
	}
	r = judge_itself(a, e, name);
	return r < 0 || alone || !*name ? r : judge_name(a, e, name);
}
