/* SPDX-License-Identifier: Apache-2.0 */
/* clogin: a login shell or a command in an active WPAR.  -l may stand before or behind the name. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/operation.h"
#include "wparctl/operations/refused.h"

#include <string.h>

struct clogin_args {
	const char *user;
	bool password;
};

static const struct par_opt opts[] = { OPT_FLAG('C', NULL, struct clogin_args, password, NULL),
				       OPT_STR('l', NULL, "USER", struct clogin_args, user,
					       "Log in as USER (default: root)"),
				       { 0 } };

/* Options behind the name, up to `--` or the command; behind `--` stands a program. */
static int parse_tail(const struct par_cmd_ctx *ctx, struct clogin_args *a, struct wpar_login *ret,
		      struct par_error **err)
{
	char **p = ctx->argv + 1;

	while (*p && (*p)[0] == '-' && (*p)[1]) {
		char *word = *p++;

		if (strcmp(word, "--") == 0) {
			ret->is_program = true;
			break;
		}
		if (strcmp(word, "-C") == 0) {
			a->password = true;
		} else if (par_starts_with(word, "-l")) {
			a->user = word[2] ? word + 2 : *p;
			if (!a->user)
				return par_fail(err, PAR_E_USAGE, 0, "option -l needs a value");
			p += !word[2];
		} else {
			return par_fail(err, PAR_E_USAGE, 0,
					"unknown option '%s'; see 'clogin --help'", word);
		}
	}
	ret->user = a->user ? a->user : "root";
	ret->argv = *p ? p : NULL;
	return 0;
}

static int clogin_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	struct clogin_args *a = args;
	auto_spec s = { 0 };
	enum wpar_state st;
	struct wpar_login login = { 0 };
	int r = parse_tail(ctx, a, &login, err);

	if (r < 0)
		return r;
	r = wpar_refuse_options(opts, a, err);
	if (r < 0)
		return r;
	r = wpar_need_root(err);
	if (r < 0)
		return r;
	r = wpar_spec_load(ctx->argv[0], &s, err);
	if (r < 0)
		return r;
	/* No lock: many users may be logged in, and an operation under way must keep nobody out. */
	r = wpar_state_probe(&s, &st, err);
	if (r < 0)
		return r;
	if (st == WPAR_STATE_LOADED && wpar_hold_of(s.name) == WPAR_HOLD_LOADED)
		return wpar_fail_state(&s, st, "startwpar -2 goes on with its start", err);
	if (st != WPAR_STATE_ACTIVE && st != WPAR_STATE_LOADED)
		return wpar_fail_state(&s, st, "it must be Active to log in", err);
	return wpar_enter(&s, &login, err);
}

const struct par_cmd wpar_cmd_clogin = {
	.name = "clogin",
	.synopsis = "NAME [-l USER] [COMMAND [ARG…]]",
	.summary = "Log in to a workload partition",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = PAR_ARGS_ANY,
	.stop_at_operand = true,
	.opts = opts,
	.args_size = sizeof(struct clogin_args),
	.run = clogin_run,
	.operand_values = "@wpars",
};
