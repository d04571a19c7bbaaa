/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Access lists that an archive has as text (SCHILY.acl of GNU's and BSD's tar): to the attribute
 * that the kernel takes.  GNU tar writes names without numbers; those are the image's own users, so
 * they are looked up in its passwd and group when all of it is there.
 */
#include "wparctl/archive/helper/extract.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#define MAX_ENTRIES_OF_ONE 500	     /* what ext4 has room for */
#define MAX_ACCOUNTS	   (4 << 20) /* bytes of passwd or group that are looked at */

static const char *attribute_of(bool is_default)
{
	return is_default ? "system.posix_acl_default" : "system.posix_acl_access";
}

static int tag_of(int tag)
{
	switch (tag) {
	case ARCHIVE_ENTRY_ACL_USER_OBJ:
		return ACL_USER_OBJ;
	case ARCHIVE_ENTRY_ACL_USER:
		return ACL_USER;
	case ARCHIVE_ENTRY_ACL_GROUP_OBJ:
		return ACL_GROUP_OBJ;
	case ARCHIVE_ENTRY_ACL_GROUP:
		return ACL_GROUP;
	case ARCHIVE_ENTRY_ACL_MASK:
		return ACL_MASK;
	case ARCHIVE_ENTRY_ACL_OTHER:
		return ACL_OTHER;
	default:
		return -1;
	}
}

static void acl_done(struct later_acl *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].who);
	free(l->v);
	free(l->name);
	free(l->value);
	*l = (struct later_acl){ 0 };
}

static int acl_add(struct extract *a, struct later_acl *l, int tag, int perm, int id,
		   const char *who)
{
	struct acl_entry *v;

	if (l->n == MAX_ENTRIES_OF_ONE)
		return wpar_extract_fail(a, E2BIG, "an access list is too long");
	v = reallocarray(l->v, l->n + 1, sizeof(*v));
	if (!v)
		return wpar_extract_fail(a, ENOMEM, "out of memory");
	l->v = v;
	v[l->n] = (struct acl_entry){ .tag = (uint16_t)tag, .perm = (uint16_t)(perm & 7) };
	if (tag != ACL_USER && tag != ACL_GROUP) {
		v[l->n++].id = (uint32_t)ACL_UNDEFINED_ID;
		return 0;
	}
	if (id >= 0) {
		v[l->n++].id = (uint32_t)id;
		return 0;
	}
	v[l->n].who = strdup(who ? who : "");
	if (!v[l->n].who)
		return wpar_extract_fail(a, ENOMEM, "out of memory");
	l->names = true;
	l->n++;
	return 0;
}

/* The kernel wants the entries in this order of their tags, which is that of their numbers. */
static int by_tag(const void *a, const void *b)
{
	const struct acl_entry *x = a, *y = b;

	return x->tag != y->tag ? (x->tag < y->tag ? -1 : 1) : (x->id > y->id) - (x->id < y->id);
}

static int acl_read(struct extract *a, struct archive_entry *e, bool is_default,
		    struct later_acl *ret)
{
	const int want =
		is_default ? ARCHIVE_ENTRY_ACL_TYPE_DEFAULT : ARCHIVE_ENTRY_ACL_TYPE_ACCESS;
	int type, perm, tag, id, r;
	const char *who;

	if (archive_entry_acl_reset(e, want) == 0)
		return 0;
	while (archive_entry_acl_next(e, want, &type, &perm, &tag, &id, &who) == ARCHIVE_OK) {
		const int t = tag_of(tag);

		if (t < 0)
			continue;
		r = acl_add(a, ret, t, perm, id, who);
		if (r < 0)
			return r;
	}
	return 0;
}

/* @l as the attribute, which the caller frees; NULL: no memory */
static void *acl_value(struct later_acl *l, size_t *ret_len)
{
	const size_t len =
		sizeof(struct posix_acl_xattr_header) + l->n * sizeof(struct posix_acl_xattr_entry);
	struct posix_acl_xattr_header *h = calloc(1, len);
	struct posix_acl_xattr_entry *e = h ? (struct posix_acl_xattr_entry *)(h + 1) : NULL;

	if (!h)
		return NULL;
	h->a_version = htole32(POSIX_ACL_XATTR_VERSION);
	qsort(l->v, l->n, sizeof(*l->v), by_tag);
	for (size_t i = 0; i < l->n; i++) {
		e[i].e_tag = htole16(l->v[i].tag);
		e[i].e_perm = htole16(l->v[i].perm);
		e[i].e_id = htole32(l->v[i].id);
	}
	*ret_len = len;
	return h;
}

static int acl_set(struct extract *a, struct later_acl *l, int fd)
{
	if (!l->value)
		l->value = acl_value(l, &l->len);
	if (!l->value)
		return wpar_extract_fail(a, ENOMEM, "out of memory");
	/* EINVAL: a list that no kernel takes; the mode, which says no more than it, stays. */
	if (fsetxattr(fd, attribute_of(l->is_default), l->value, l->len, 0) < 0 &&
	    errno != EOPNOTSUPP && errno != EINVAL)
		return wpar_extract_fail(a, errno, "could not set an access list: %s",
					 strerror(errno));
	return 0;
}

/* Takes over what @l has. */
static int acl_later(struct extract *a, struct later_acl *l, const char *name)
{
	struct later_acl *v;

	if (a->n_later == WPAR_ARCHIVE_LISTS)
		return wpar_extract_fail(a, E2BIG, "it has too many access lists");
	v = reallocarray(a->later, a->n_later + 1, sizeof(*v));
	if (!v)
		return wpar_extract_fail(a, ENOMEM, "out of memory");
	a->later = v;
	l->name = strdup(name);
	if (!l->name)
		return wpar_extract_fail(a, ENOMEM, "out of memory");
	v[a->n_later++] = *l;
	*l = (struct later_acl){ 0 };
	return 0;
}

/* Into @l, and set or, where it waits, taken over from it. */
static int acl_move(struct extract *a, struct archive_entry *e, struct later_acl *l, int fd,
		    const char *name)
{
	int r = acl_read(a, e, l->is_default, l);

	if (r < 0 || l->n == 0)
		return r;
	return l->names || l->is_default ? acl_later(a, l, name) : acl_set(a, l, fd);
}

static int take_one(struct extract *a, struct archive_entry *e, bool is_default, int fd,
		    const char *name)
{
	struct later_acl l = { .is_default = is_default };
	int r = acl_move(a, e, &l, fd, name);

	acl_done(&l);
	return r;
}

int wpar_acl_take_default(struct extract *a, const void *value, size_t len, const char *name)
{
	struct later_acl l = { .is_default = true, .value = malloc(len), .len = len };
	int r;

	if (!l.value)
		return wpar_extract_fail(a, ENOMEM, "out of memory");
	memcpy(l.value, value, len);
	r = acl_later(a, &l, name);
	acl_done(&l);
	return r;
}

int wpar_acl_take(struct extract *a, struct archive_entry *e, int fd, const char *name)
{
	const int types = archive_entry_acl_types(e);
	int r = types & ARCHIVE_ENTRY_ACL_TYPE_ACCESS ? take_one(a, e, false, fd, name) : 0;

	if (r < 0)
		return r;
	return types & ARCHIVE_ENTRY_ACL_TYPE_DEFAULT ? take_one(a, e, true, fd, name) : 0;
}

/* The image's own file, with no link on the way; NULL: there is none that can be read. */
static char *read_accounts(struct extract *a, const char *name)
{
	autofd int fd = -1;
	const char *base;
	struct stat st;
	char *text;
	ssize_t n;
	int parent;

	if (wpar_tree_parent(a, name, &parent, &base) < 0)
		return NULL;
	fd = openat(parent, base, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size > MAX_ACCOUNTS)
		return NULL;
	text = malloc((size_t)st.st_size + 1);
	n = text ? read(fd, text, (size_t)st.st_size) : -1;
	if (n < 0) {
		free(text);
		return NULL;
	}
	text[n] = '\0';
	return text;
}

/* The number in the line "NAME:…:NUMBER:" of passwd or group, or -1 */
static int64_t number_of(const char *text, const char *name)
{
	const size_t len = strlen(name);

	for (const char *line = text; line && *line && len;) {
		const char *end = strchr(line, '\n');
		const char *second = strncmp(line, name, len) == 0 && line[len] == ':'
					     ? strchr(line + len + 1, ':')
					     : NULL;

		if (second && (!end || second < end)) {
			char *rest;
			unsigned long v = strtoul(second + 1, &rest, 10);

			return rest != second + 1 && v <= MAX_ID ? (int64_t)v : -1;
		}
		line = end ? end + 1 : NULL;
	}
	return -1;
}

/* An entry of a user that the image does not know is left out, as tar does. */
static void resolve(struct later_acl *l, const char *users, const char *groups)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		struct acl_entry *e = &l->v[i];

		if (e->who) {
			int64_t id = number_of(e->tag == ACL_USER ? users : groups, e->who);

			free(e->who);
			e->who = NULL;
			if (id < 0)
				continue;
			e->id = (uint32_t)id;
		}
		l->v[n++] = *e;
	}
	l->n = n;
}

/* What another member of the same name has taken the place of is passed over. */
static int finish_one(struct extract *a, struct later_acl *l)
{
	autofd int fd = -1;
	const char *base;
	int parent;

	if (!*l->name)
		fd = openat(a->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	else if (wpar_tree_find(a, l->name, &parent, &base) == 0)
		fd = openat(parent, base,
			    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC |
				    (l->is_default ? O_DIRECTORY : 0));
	return fd < 0 ? 0 : acl_set(a, l, fd);
}

void wpar_acl_forget(struct extract *a, const char *name)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n_later; i++) {
		if (strcmp(a->later[i].name, name) == 0)
			acl_done(&a->later[i]);
		else
			a->later[n++] = a->later[i];
	}
	a->n_later = n;
}

int wpar_acl_finish(struct extract *a)
{
	char *users = a->n_later ? read_accounts(a, "etc/passwd") : NULL;
	char *groups = a->n_later ? read_accounts(a, "etc/group") : NULL;
	int r = 0;

	for (size_t i = 0; r == 0 && i < a->n_later; i++) {
		resolve(&a->later[i], users, groups);
		r = finish_one(a, &a->later[i]);
	}
	for (size_t i = 0; i < a->n_later; i++)
		acl_done(&a->later[i]);
	free(a->later);
	a->later = NULL;
	a->n_later = 0;
	free(users);
	free(groups);
	return r;
}

void wpar_acl_done(struct extract *a)
{
	for (size_t i = 0; a->later && i < a->n_later; i++)
		acl_done(&a->later[i]);
	free(a->later);
	a->later = NULL;
	a->n_later = 0;
}
