/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /etc/passwd and /etc/group of a WPAR: no crash, and no id that is not the WPAR's.  The input is
 * the user's name, a line feed, passwd, and behind a form feed group.
 */
#include "wparctl/runtime/session/user.h"

#include "lpard/common/str.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define ID_MAX 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = strndup((const char *)data, size);
	char *rest = text, *name, *passwd;
	struct wpar_user u;

	if (!text)
		return 0;
	name = strsep(&rest, "\n");
	passwd = rest ? strsep(&rest, "\f") : NULL;
	if (!passwd || wpar_user_parse(passwd, name, ID_MAX, &u, NULL) < 0)
		return 0;
	wpar_user_groups(rest, ID_MAX, &u);
	if (strcmp(u.name, name) != 0 || u.uid >= ID_MAX || u.gid >= ID_MAX || !u.home[0] ||
	    !u.shell[0] || !par_printable(u.home) || !par_printable(u.shell) ||
	    u.n_groups > WPAR_GROUPS_MAX)
		abort();
	for (size_t i = 0; i < u.n_groups; i++) {
		if (u.groups[i] >= ID_MAX)
			abort();
	}
	return 0;
}
