/* SPDX-License-Identifier: Apache-2.0 */
/* Users and groups out of the texts of passwd(5), group(5) and shadow(5), which are foreign bytes.
 */
#pragma once

#include "lpard/common/str.h"

#include <stdbool.h>
#include <stdint.h>

/* The longest name that useradd takes. */
#define WPAR_ACCOUNT_NAME_MAX 32

struct wpar_account {
	char *name, *home, *shell, *gecos;
	uint32_t id, gid;
	bool locked;	 /* expired for ever, as account_locked=true does it */
	bool has_locked; /* shadow could be read and has a line of it */
	char *roles,
		*domains; /* owned; of role-based access control, filled in by who knows them */
};

struct wpar_group {
	char *name;
	uint32_t id;
	struct par_strv users; /* as group lists them */
};

struct wpar_accounts {
	struct wpar_account *v;
	size_t n;
	struct wpar_group *groups;
	size_t n_groups;
};

void wpar_accounts_done(struct wpar_accounts *l);
#define auto_accounts par_cleanup(wpar_accounts_done) struct wpar_accounts

/*
 * wpar_accounts_parse - all users and groups, in the order of the files
 * @shadow	NULL: it could not be read
 *
 * Lines that are no entry are passed over, as the libc does it; of two with one name the first
 * counts.  -ENOMEM; @ret is to be ended in any case.
 */
int wpar_accounts_parse(const char *passwd, const char *group, const char *shadow,
			struct wpar_accounts *ret);

const struct wpar_account *wpar_account_find(const struct wpar_accounts *l, const char *name);
struct wpar_account *wpar_account_find_mutable(struct wpar_accounts *l, const char *name);
const struct wpar_group *wpar_group_find(const struct wpar_accounts *l, const char *name);
/* wpar_group_by_id - the first with this id; NULL */
const struct wpar_group *wpar_group_by_id(const struct wpar_accounts *l, uint32_t id);

/*
 * wpar_account_is_name - can a user or group be called so?  Lower-case letters, digits, '_', '-'
 * and '.', a letter or '_' in front; not ALL or default, which mean something else.
 */
bool wpar_account_is_name(const char *name);
