/* SPDX-License-Identifier: Apache-2.0 */
/* Users and groups: see account.h. */
#include "wparctl/accounts/account.h"

#include "lpard/common/colon_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EXPIRED_FOR_EVER "1" /* the day after 1 January 1970, as passwd -l's manual advises */

enum { PASSWD_PARTS = 7, GROUP_PARTS = 4, SHADOW_PARTS = 9, PARTS_MAX = SHADOW_PARTS };

static void account_done(struct wpar_account *a)
{
	free(a->name);
	free(a->home);
	free(a->shell);
	free(a->gecos);
	free(a->roles);
	free(a->domains);
}

static void group_done(struct wpar_group *g)
{
	free(g->name);
	par_strv_done(&g->users);
}

void wpar_accounts_done(struct wpar_accounts *l)
{
	for (size_t i = 0; i < l->n; i++)
		account_done(&l->v[i]);
	for (size_t i = 0; i < l->n_groups; i++)
		group_done(&l->groups[i]);
	free(l->v);
	free(l->groups);
	*l = (struct wpar_accounts){ 0 };
}

struct wpar_account *wpar_account_find_mutable(struct wpar_accounts *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->v[i].name, name) == 0)
			return &l->v[i];
	}
	return NULL;
}

const struct wpar_account *wpar_account_find(const struct wpar_accounts *l, const char *name)
{
	struct wpar_accounts same = *l;

	return wpar_account_find_mutable(&same, name);
}

const struct wpar_group *wpar_group_find(const struct wpar_accounts *l, const char *name)
{
	for (size_t i = 0; i < l->n_groups; i++) {
		if (strcmp(l->groups[i].name, name) == 0)
			return &l->groups[i];
	}
	return NULL;
}

const struct wpar_group *wpar_group_by_id(const struct wpar_accounts *l, uint32_t id)
{
	for (size_t i = 0; i < l->n_groups; i++) {
		if (l->groups[i].id == id)
			return &l->groups[i];
	}
	return NULL;
}

static int account_add(struct wpar_accounts *l, char **part)
{
	struct wpar_account *more;
	uint64_t id, gid;

	if (!*part[0] || wpar_account_find(l, part[0]) ||
	    par_parse_u64(part[2], UINT32_MAX, &id) < 0 ||
	    par_parse_u64(part[3], UINT32_MAX, &gid) < 0)
		return 0;
	more = reallocarray(l->v, l->n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	l->v = more;
	more += l->n++;
	*more = (struct wpar_account){ .name = strdup(part[0]),
				       .gecos = strdup(part[4]),
				       .home = strdup(part[5]),
				       .shell = strdup(part[6]),
				       .id = (uint32_t)id,
				       .gid = (uint32_t)gid };
	return more->name && more->gecos && more->home && more->shell ? 0 : -ENOMEM;
}

static int group_add(struct wpar_accounts *l, char **part)
{
	struct wpar_group *more;
	uint64_t id;

	if (!*part[0] || wpar_group_find(l, part[0]) || par_parse_u64(part[2], UINT32_MAX, &id) < 0)
		return 0;
	more = reallocarray(l->groups, l->n_groups + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	l->groups = more;
	more += l->n_groups++;
	*more = (struct wpar_group){ .name = strdup(part[0]), .id = (uint32_t)id };
	if (!more->name)
		return -ENOMEM;
	return *part[3] ? par_strv_split(&more->users, part[3], ',') : 0;
}

static int lock_add(struct wpar_accounts *l, char **part)
{
	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->v[i].name, part[0]) != 0)
			continue;
		l->v[i].has_locked = true;
		l->v[i].locked = strcmp(part[7], EXPIRED_FOR_EVER) == 0;
	}
	return 0;
}

/* Each line of @text that has @n parts to @add. */
static int each_line(const char *text, size_t n, int (*add)(struct wpar_accounts *, char **),
		     struct wpar_accounts *l)
{
	auto_buf line = { 0 };
	char *part[PARTS_MAX];
	int r;

	while ((r = par_colon_next(&text, &line, part, n)) > 0) {
		r = add(l, part);
		if (r < 0)
			return r;
	}
	return r;
}

int wpar_accounts_parse(const char *passwd, const char *group, const char *shadow,
			struct wpar_accounts *ret)
{
	int r = each_line(passwd, PASSWD_PARTS, account_add, ret);

	if (r < 0)
		return r;
	r = each_line(group, GROUP_PARTS, group_add, ret);
	if (r < 0)
		return r;
	return each_line(shadow, SHADOW_PARTS, lock_add, ret);
}

bool wpar_account_is_name(const char *name)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz_";
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_0123456789-.";

	return *name && strchr(first, *name) && name[strspn(name, letters)] == '\0' &&
	       strlen(name) <= WPAR_ACCOUNT_NAME_MAX && strcmp(name, "default") != 0;
}
