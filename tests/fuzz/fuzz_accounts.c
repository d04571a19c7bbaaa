/* SPDX-License-Identifier: Apache-2.0 */
/*
 * passwd, group and shadow as lsuser reads them: no crash; each user is found by its name, and
 * every listing can be printed.  The three texts have form feeds between them.
 */
#include "wparctl/accounts/attribute.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct wpar_account_attribute *v[16];
	struct wpar_account_columns columns = { .v = v };
	autofree char *text = strndup((const char *)data, size);
	char *rest = text;
	const char *passwd, *group, *shadow;
	auto_accounts all = { 0 };
	auto_buf out = { 0 };

	if (!text || size > 4096)
		return 0;
	passwd = strsep(&rest, "\f");
	group = rest ? strsep(&rest, "\f") : "";
	shadow = rest;
	if (wpar_accounts_parse(passwd, group, shadow, &all) < 0)
		return 0;
	for (size_t i = 0; i < wpar_n_user_attributes; i++)
		v[columns.n++] = &wpar_user_attributes[i];
	for (size_t i = 0; i < all.n; i++) {
		const struct wpar_account_ref ref = { .all = &all, .user = &all.v[i] };

		if (wpar_account_find(&all, all.v[i].name) != &all.v[i])
			abort();
		wpar_account_print(&columns, &ref, WPAR_ACCOUNT_STANZA, &out);
	}
	v[0] = &wpar_group_attributes[0];
	v[1] = &wpar_group_attributes[1];
	columns.n = 2;
	for (size_t i = 0; i < all.n_groups; i++) {
		const struct wpar_account_ref ref = { .all = &all, .group = &all.groups[i] };

		wpar_account_print(&columns, &ref, WPAR_ACCOUNT_LINE, &out);
	}
	return 0;
}
