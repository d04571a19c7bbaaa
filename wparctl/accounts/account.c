/* SPDX-License-Identifier: Apache-2.0 */
/* Users and groups: see account.h. */
#include "wparctl/accounts/account.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define EXPIRED_FOR_EVER "1" /* the day after 1 January 1970, as passwd -l's manual advises */

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

static int account_add(struct wpar_accounts *l, const struct par_strv *part)
{
	struct wpar_account *more;
	uint64_t id, gid;

	if (part->n != 7 || !*part->v[0] || wpar_account_find(l, part->v[0]) ||
	    par_parse_u64(part->v[2], UINT32_MAX, &id) < 0 ||
	    par_parse_u64(part->v[3], UINT32_MAX, &gid) < 0)
		return 0;
	more = reallocarray(l->v, l->n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	l->v = more;
	more += l->n++;
	*more = (struct wpar_account){ .name = strdup(part->v[0]),
				       .gecos = strdup(part->v[4]),
				       .home = strdup(part->v[5]),
				       .shell = strdup(part->v[6]),
				       .id = (uint32_t)id,
				       .gid = (uint32_t)gid };
	return more->name && more->gecos && more->home && more->shell ? 0 : -ENOMEM;
}

static int group_add(struct wpar_accounts *l, const struct par_strv *part)
{
	struct wpar_group *more;
	uint64_t id;

	if (part->n != 4 || !*part->v[0] || wpar_group_find(l, part->v[0]) ||
	    par_parse_u64(part->v[2], UINT32_MAX, &id) < 0)
		return 0;
	more = reallocarray(l->groups, l->n_groups + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	l->groups = more;
	more += l->n_groups++;
	*more = (struct wpar_group){ .name = strdup(part->v[0]), .id = (uint32_t)id };
	if (!more->name)
		return -ENOMEM;
	return *part->v[3] ? par_strv_split(&more->users, part->v[3], ',') : 0;
}

static int lock_add(struct wpar_accounts *l, const struct par_strv *part)
{
	for (size_t i = 0; part->n == 9 && i < l->n; i++) {
		if (strcmp(l->v[i].name, part->v[0]) != 0)
			continue;
		l->v[i].has_locked = true;
		l->v[i].locked = strcmp(part->v[7], EXPIRED_FOR_EVER) == 0;
	}
	return 0;
}

/* Each line in its parts to @add. */
static int each_line(const char *text, int (*add)(struct wpar_accounts *, const struct par_strv *),
		     struct wpar_accounts *l)
{
	int r = 0;

	while (r == 0 && text && *text) {
		size_t n = strcspn(text, "\n");
		autofree char *line = strndup(text, n);
		auto_strv part = { 0 };

		r = line ? par_strv_split(&part, line, ':') : -ENOMEM;
		if (r < 0)
			return r;
		r = add(l, &part);
		text += n + (text[n] == '\n');
	}
	return r;
}

int wpar_accounts_parse(const char *passwd, const char *group, const char *shadow,
			struct wpar_accounts *ret)
{
	int r = each_line(passwd, account_add, ret);

	if (r < 0)
		return r;
	r = each_line(group, group_add, ret);
	return r == 0 ? each_line(shadow, lock_add, ret) : r;
}

bool wpar_account_is_name(const char *name)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz_";
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_0123456789-.";

	return *name && strchr(first, *name) && name[strspn(name, letters)] == '\0' &&
	       strlen(name) <= WPAR_ACCOUNT_NAME_MAX && strcmp(name, "default") != 0;
}
