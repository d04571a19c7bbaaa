/* SPDX-License-Identifier: Apache-2.0 */
/* clogin: a login shell or a command in an active WPAR.  -l may stand before or behind the name. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/operation.h"
#include "wparctl/operations/ask.h"
#include "wparctl/operations/refused.h"
#include "wparctl/operations/user_again.h"

#include "lpard/common/fs.h"
#include "wparctl/accounts/password.h"

#include <string.h>
#include <time.h>

#define MAX_SHADOW    (4 << 20)
#define DAY	      86400 /* seconds */
#define WRONG_PAUSE_S 1
#define MSG_INVALID   "3004-007 You entered an invalid login name or password."

struct clogin_args {
	const char *user;
	bool password;
};

static const struct par_opt opts[] = {
	OPT_FLAG('C', NULL, struct clogin_args, password, "Ask for the user's password"),
	OPT_STR('l', NULL, "USER", struct clogin_args, user, "Log in as USER (default: root)"),
	{ 0 }
};

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

/* What is asked in the WPAR. */
struct question {
	const char *user;
	char password[WPAR_PASSWORD_MAX + 2];
};

/*
 * In the WPAR, by its own files and on its own account: its root says what a password costs.  0: it
 * is the right one.
 */
static int check_inside(void *user)
{
	const struct question *q = user;
	auto_buf shadow = { 0 };

	if (par_fs_read("/etc/shadow", MAX_SHADOW, &shadow) < 0)
		return 1;
	return wpar_password_fits(shadow.data, q->user, q->password, (uint64_t)time(NULL) / DAY)
		       ? 0
		       : 1;
}

static int ask_password(const struct wpar_spec *s, const char *user, struct par_error **err)
{
	struct par_buf outputs[2] = { { 0 } };
	struct question q = { .user = user };
	autofree char *prompt = par_strdup_printf("%s's password", user);
	int r = prompt ? wpar_ask_password(prompt, false, q.password, sizeof(q.password), err)
		       : par_oom(err);

	if (r < 0)
		return r;
	r = wpar_enter_call(s, check_inside, &q, outputs, err);
	explicit_bzero(q.password, sizeof(q.password));
	par_buf_done(&outputs[0]);
	par_buf_done(&outputs[1]);
	if (r <= 0)
		return r;
	sleep(WRONG_PAUSE_S);
	return par_fail(err, PAR_E_NOT_PERMITTED, 0, "%s", MSG_INVALID);
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
	r = wpar_user_again(s.name, &s, err);
	if (r < 0)
		return r;
	if (!a->user && s.user)
		login.user = s.user;
	/* No lock: many users may be logged in, and an operation under way must keep nobody out. */
	r = s.creating ? wpar_state_get(&s, &st, err) : wpar_state_probe(&s, &st, err);
	if (r < 0)
		return r;
	if (st == WPAR_STATE_LOADED && wpar_hold_of(s.name) == WPAR_HOLD_LOADED)
		return wpar_fail_state(&s, st, "startwpar -2 goes on with its start", err);
	if (st != WPAR_STATE_ACTIVE && st != WPAR_STATE_LOADED)
		return wpar_fail_state(&s, st, "it must be Active to log in", err);
	r = a->password ? ask_password(&s, login.user, err) : 0;
	return r < 0 ? r : wpar_enter(&s, &login, err);
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
