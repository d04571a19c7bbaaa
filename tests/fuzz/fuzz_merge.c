/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The users and groups of an old system, merged with those of this one: no crash; what is written
 * can be read again, each of this system's users is still there with the same number, all numbers
 * are a WPAR's, and each change is one.  The texts have form feeds between them.
 */
#include "wparctl/accounts/account.h"
#include "wparctl/accounts/merge.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ID_MAX 65535

static const struct wpar_account_texts native = {
	.passwd =
		"root:x:0:0::/root:/bin/sh\ndaemon:x:1:1::/:/bin/false\na:x:100:101::/:/bin/false\n",
	.group = "root:x:0:\ndaemon:x:1:\na:x:101:\nb:x:50:\n",
	.shadow = "root:*:20000:0:99999:7:::\n",
};

static void check_users(const struct wpar_accounts *all)
{
	static const struct {
		const char *name;
		uint32_t id;
	} kept[] = { { "root", 0 }, { "daemon", 1 }, { "a", 100 } };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(kept); i++) {
		const struct wpar_account *a = wpar_account_find(all, kept[i].name);

		if (!a || a->id != kept[i].id)
			abort();
	}
	for (size_t i = 0; i < all->n; i++) {
		if (all->v[i].id > ID_MAX || all->v[i].gid > ID_MAX)
			abort();
	}
}

/* What is changed comes once, and becomes another. */
static void check_changes(const struct wpar_id_changes *c)
{
	for (size_t i = 0; i < c->n; i++) {
		if (c->v[i].from == c->v[i].to || wpar_id_changed(c, c->v[i].from) != c->v[i].to ||
		    c->v[i].to > ID_MAX)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = strndup((const char *)data, size);
	char *rest = text;
	struct wpar_account_texts old = { 0 };
	auto_merged m = { 0 };
	auto_accounts all = { 0 };

	if (!text || size > 4096)
		return 0;
	old.passwd = strsep(&rest, "\f");
	old.group = rest ? strsep(&rest, "\f") : "";
	old.shadow = rest;
	if (wpar_accounts_merge(&native, &old, ID_MAX, &m) < 0)
		abort();
	if (wpar_accounts_parse(m.passwd.data, m.group.data, m.shadow.data, &all) < 0)
		abort();
	check_users(&all);
	check_changes(&m.uids);
	check_changes(&m.gids);
	return 0;
}
