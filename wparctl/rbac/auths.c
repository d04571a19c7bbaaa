/* SPDX-License-Identifier: Apache-2.0 */
/* The authorizations: see auths.h. */
#include "wparctl/rbac/auths.h"

#include "lpard/common/str.h"

#include <string.h>

const struct wpar_auth wpar_auths[] = {
#define X(name_, right_, description_) \
	{ .name = name_, .right = WPAR_RIGHT_##right_, .description = description_ },
#include "wparctl/rbac/auths.def"
#undef X
};
const size_t wpar_n_auths = PAR_ARRAY_SIZE(wpar_auths);

const struct wpar_auth *wpar_auth_find(const char *name)
{
	for (size_t i = 0; i < wpar_n_auths; i++) {
		if (strcmp(wpar_auths[i].name, name) == 0)
			return &wpar_auths[i];
	}
	return NULL;
}

const struct wpar_auth *wpar_auth_of_right(enum wpar_right right)
{
	for (size_t i = 0; i < wpar_n_auths; i++) {
		if (wpar_auths[i].right == right)
			return &wpar_auths[i];
	}
	return NULL;
}

bool wpar_auth_includes(const char *given, const char *wanted)
{
	size_t n = strlen(given);

	return n > 0 && strncmp(given, wanted, n) == 0 && (!wanted[n] || wanted[n] == '.');
}
