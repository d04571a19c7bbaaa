/* SPDX-License-Identifier: Apache-2.0 */
/* The same decision on what is there now: see user_again.h. */
#include "wparctl/operations/user_again.h"

#include "wparctl/rbac/decide.h"
#include "wparctl/rbac/rbac_files.h"
#include "wparctl/runtime/life/wpar_log.h"

#include <string.h>

static int decide_again(const char *name, const struct wpar_spec *s, const char *user,
			unsigned int rights, struct par_error **err)
{
	const struct wpar_rbac_object object = {
		.name = name,
		.owner = s ? (s->owner ? s->owner : "root") : NULL,
		.application = s && s->type == WPAR_APPLICATION,
	};
	auto_buf how = { 0 };
	auto_rbac db;
	int r;

	wpar_rbac_init(&db);
	r = wpar_rbac_load(&db, err);
	return r < 0 ? r : wpar_rbac_decide(&db, user, rights, &object, &how, err);
}

int wpar_user_again(const char *name, const struct wpar_spec *s, struct par_error **err)
{
	const char *text = getenv(WPAR_USER_RIGHTS), *user = getenv("LPARD_USER");
	auto_error why = NULL;
	uint64_t rights;
	int r;

	if (!text)
		return 0;
	r = user && par_parse_u64(text, UINT32_MAX, &rights) == 0
		    ? decide_again(name, s, user, (unsigned int)rights, &why)
		    : par_fail(&why, PAR_E_NOT_PERMITTED, 0, "nobody is named whose command it is");
	if (r < 0) {
		wpar_event_log_detail(name, program_invocation_short_name, NULL, why);
		par_error_move(err, &why);
		return r;
	}
	/* What this command has run, such as the script of -u, is root's. */
	unsetenv(WPAR_USER_RIGHTS);
	return 0;
}
