/* SPDX-License-Identifier: Apache-2.0 */
/* check_user_request.c - what of a stranger's command line root will carry out */
#include "harness.h"
#include "wparctl/operations/user_request.h"
#include "wparctl/rbac/auths.h"

#include <string.h>

/* The options are those of the commands themselves; what matters is here. */
struct args {
	bool verbose, restart, autostart, restore, dry_run;
	const char *name, *file, *user, *umask, *owner;
	uint64_t timeout;
	struct par_groups mounts;
};

static const struct par_opt opts[] = {
	OPT_FLAG('v', NULL, struct args, verbose, "v"),
	OPT_FLAG('r', NULL, struct args, restart, "r"),
	OPT_FLAG('A', NULL, struct args, autostart, "A"),
	OPT_FLAG('K', NULL, struct args, restore, "K"),
	OPT_U64('t', NULL, "N", struct args, timeout, "t"),
	OPT_STR('n', NULL, "NAME", struct args, name, "n"),
	OPT_STR('f', NULL, "FILE", struct args, file, "f"),
	OPT_PAIRS('M', NULL, "a=b", struct args, mounts, "M"),
	OPT_STR('l', NULL, "USER", struct args, user, "l"),
	OPT_STR(0, "umask", "MASK", struct args, umask, "u"),
	OPT_STR(0, "owner", "USER", struct args, owner, "o"),
	OPT_FLAG(0, "dry-run", struct args, dry_run, "d"),
	{ 0 },
};

static int run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	(void)ctx;
	(void)args;
	(void)err;
	return 0;
}

#define CMD(name_, ...)                                                                    \
	{                                                                                  \
		.name = name_, .opts = opts, .args_size = sizeof(struct args), .run = run, \
		.max_args = PAR_ARGS_ANY, ##__VA_ARGS__                                    \
	}

static const struct par_cmd clogin = CMD("clogin", .stop_at_operand = true);
static const struct par_cmd chwpar = CMD("chwpar"), mkuser = CMD("mkuser"), mkwpar = CMD("mkwpar"),
			    stopwpar = CMD("stopwpar"),
			    wparexec = CMD("wparexec", .stop_at_operand = true);
static const struct par_cmd *const cmds[] = { &chwpar,	 &clogin,   &mkuser, &mkwpar,
					      &stopwpar, &wparexec, NULL };

static const struct {
	const char *line;
	int result; /* 0, 1, or an error's kind, negative */
	unsigned int rights;
	const char *name, *runs;
} lines[] = {
	{ "stopwpar web01", 0, WPAR_RIGHT_STOP, "web01", "stopwpar web01" },
	{ "stopwpar -v -t 5 web01", 0, WPAR_RIGHT_STOP, "web01", "stopwpar -v -t 5 web01" },
	{ "stopwpar web01 -r", 0, WPAR_RIGHT_STOP | WPAR_RIGHT_START, "web01",
	  "stopwpar web01 -r" },
	{ "stopwpar -- web01", 0, WPAR_RIGHT_STOP, "web01", "stopwpar -- web01" },
	{ "stopwpar", -PAR_E_USAGE, 0, NULL, NULL },
	{ "stopwpar web01 web02", -PAR_E_USAGE, 0, NULL, NULL },
	{ "stopwpar web01 --dry-run", 1, 0, NULL, NULL },
	{ "stopwpar --help", 1, 0, NULL, NULL },
	{ "stopwpar -f x web01", -PAR_E_NOT_PERMITTED, 0, NULL, NULL },
	{ "stopwpar -fx web01", -PAR_E_NOT_PERMITTED, 0, NULL, NULL },
	{ "stopwpar -f  web01", -PAR_E_NOT_PERMITTED, 0, NULL, NULL },
	{ "stopwpar -vM a=b -- web01", -PAR_E_NOT_PERMITTED, 0, NULL, NULL },
	{ "stopwpar ../../etc", -PAR_E_INVALID_ARGUMENT, 0, NULL, NULL },
	{ "stopwpar a,b", -PAR_E_INVALID_ARGUMENT, 0, NULL, NULL },
	{ "stopwpar -X web01", -PAR_E_USAGE, 0, NULL, NULL },
	{ "clogin web01 -l joe ls -f -M a=b", 0, WPAR_RIGHT_LOGIN, "web01",
	  "clogin web01 -l joe ls -f -M a=b" },
	{ "clogin -f x web01", -PAR_E_NOT_PERMITTED, 0, NULL, NULL },
	{ "mkwpar -n web01", 0, WPAR_RIGHT_CREATE, "web01", "mkwpar --owner ann -n web01" },
	{ "mkwpar -n web01 x", -PAR_E_USAGE, 0, NULL, NULL },
	{ "mkwpar -v", -PAR_E_USAGE, 0, NULL, NULL },
	{ "mkwpar -n web01 -n web02", 0, WPAR_RIGHT_CREATE, "web02",
	  "mkwpar --owner ann -n web01 -n web02" },
	{ "mkwpar -A -n web01", 0, WPAR_RIGHT_CREATE | WPAR_RIGHT_START, "web01",
	  "mkwpar --owner ann -A -n web01" },
	{ "chwpar -A web01", 0, WPAR_RIGHT_CHANGE | WPAR_RIGHT_START, "web01", "chwpar -A web01" },
	{ "chwpar -vA web01", 0, WPAR_RIGHT_CHANGE | WPAR_RIGHT_START, "web01",
	  "chwpar -vA web01" },
	{ "chwpar -K -A web01", 0, WPAR_RIGHT_CHANGE, "web01", "chwpar -K -A web01" },
	{ "chwpar -AK web01", 0, WPAR_RIGHT_CHANGE, "web01", "chwpar -AK web01" },
	{ "chwpar -K web01", 0, WPAR_RIGHT_CHANGE, "web01", "chwpar -K web01" },
	{ "chwpar -M directory=/x web01", -PAR_E_NOT_PERMITTED, 0, NULL, NULL },
	{ "chwpar -n web02 web01", -PAR_E_NOT_PERMITTED, 0, NULL, NULL },
	{ "mkwpar --owner bob -n web01", -PAR_E_NOT_PERMITTED, 0, NULL, NULL },
	{ "mkwpar --umask 0 -n web01", -PAR_E_NOT_PERMITTED, 0, NULL, NULL },
	{ "wparexec -n job /bin/id", 0, WPAR_RIGHT_RUN, "job",
	  "wparexec --owner ann -l ann -n job /bin/id" },
	{ "wparexec A=1 B=/x /usr/bin/make -f x", 0, WPAR_RIGHT_RUN, "make",
	  "wparexec --owner ann -l ann A=1 B=/x /usr/bin/make -f x" },
	{ "wparexec --umask 077 -v -l ann -- /bin/id", 0, WPAR_RIGHT_RUN, "id",
	  "wparexec --owner ann -l ann --umask 077 -v -l ann -- /bin/id" },
	{ "wparexec -l bob /bin/id", -PAR_E_NOT_PERMITTED, 0, NULL, NULL },
	{ "wparexec -l ann -l root /bin/id", -PAR_E_NOT_PERMITTED, 0, NULL, NULL },
	{ "wparexec --owner root /bin/id", -PAR_E_NOT_PERMITTED, 0, NULL, NULL },
	{ "wparexec -M a=b -- /bin/id", -PAR_E_NOT_PERMITTED, 0, NULL, NULL },
	{ "wparexec -f x /bin/id", -PAR_E_NOT_PERMITTED, 0, NULL, NULL },
	{ "wparexec -n job", -PAR_E_USAGE, 0, NULL, NULL },
	{ "wparexec -n job id", -PAR_E_USAGE, 0, NULL, NULL },
	{ "wparexec -n ../x /bin/id", -PAR_E_INVALID_ARGUMENT, 0, NULL, NULL },
	{ "wparexec /bin/", -PAR_E_INVALID_ARGUMENT, 0, NULL, NULL },
	{ "mkuser ann", -PAR_E_NOT_PERMITTED, 0, NULL, NULL },
	{ "nosuch", -PAR_E_NOT_PERMITTED, 0, NULL, NULL },
	{ "/usr/sbin/stopwpar web01", -PAR_E_NOT_PERMITTED, 0, NULL, NULL },
	{ "", -PAR_E_NOT_PERMITTED, 0, NULL, NULL },
};

static void check_runs(const struct par_strv *argv, const char *wanted)
{
	auto_strv words = { 0 };

	par_strv_split(&words, wanted, ' ');
	ck_assert_uint_eq(argv->n, words.n);
	for (size_t i = 0; i < words.n; i++)
		ck_assert_str_eq(argv->v[i], words.v[i]);
}

START_TEST(a_line_is_read)
{
	auto_user_request q = { 0 };
	auto_strv argv = { 0 };
	auto_error err = NULL;
	int r;

	par_strv_split(&argv, lines[_i].line, ' ');
	r = wpar_user_request_parse(cmds, &argv, "ann", &q, &err);
	if (lines[_i].result < 0) {
		ck_assert_msg(r < 0, "%s: %d", lines[_i].line, r);
		ck_assert_msg((int)err->id == -lines[_i].result, "%s: %s", lines[_i].line,
			      err->msg);
		return;
	}
	ck_assert_msg(r == lines[_i].result, "%s: %s", lines[_i].line, err ? err->msg : "");
	if (r > 0)
		return;
	ck_assert_uint_eq(q.rights, lines[_i].rights);
	ck_assert_str_eq(q.name, lines[_i].name);
	check_runs(&q.argv, lines[_i].runs);
}
END_TEST

START_TEST(no_words_are_no_command)
{
	auto_user_request q = { 0 };
	const struct par_strv none = { 0 };

	ck_assert_int_lt(wpar_user_request_parse(cmds, &none, "ann", &q, NULL), 0);
	ck_assert(!wpar_user_command_is(""));
	ck_assert(!wpar_user_command_is("mkrole"));
	ck_assert(wpar_user_command_is("wparexec"));
	ck_assert(wpar_user_command_is("clogin"));
}
END_TEST

static Suite *user_request_suite(void)
{
	Suite *s = suite_create("user_request");
	TCase *tc = tcase_create("user_request");

	tcase_add_loop_test(tc, a_line_is_read, 0, (int)PAR_ARRAY_SIZE(lines));
	tcase_add_test(tc, no_words_are_no_command);
	suite_add_tcase(s, tc);
	return s;
}

PAR_TEST_MAIN(user_request_suite)
