/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing by descriptor: every kind of option, the orders and errors that the field uses. */
#include "harness.h"
#include "lpard/common/cmd.h"

#include <string.h>

struct args {
	bool quiet, list;
	unsigned int verbose;
	const char *name, *resource;
	struct par_opt_value fields;
	uint64_t timeout_s;
	struct par_args ids;
	struct par_groups networks;
};

static const struct par_opt opts[] = {
	OPT_FLAG('q', "quiet", struct args, quiet, "Say less"),
	OPT_FLAG('c', NULL, struct args, list, "List"),
	OPT_COUNT('v', "verbose", struct args, verbose, "Say more"),
	OPT_STR('n', "name", "NAME", struct args, name, "The name"),
	OPT_STR('r', NULL, "KIND", struct args, resource, "The kind", .required = true,
		.values = "lpar|sys"),
	OPT_STR_OPTIONAL('F', NULL, "NAMES", struct args, fields, "Fields"),
	OPT_U64('t', "timeout", "SECONDS", struct args, timeout_s, "Give up", .field.max = 600),
	OPT_LIST(0, "id", "N", struct args, ids, "Ids"),
	OPT_PAIRS('N', NULL, NULL, struct args, networks, "Networks"),
	{ 0 }
};

static int run_nothing(const struct par_cmd_ctx *ctx, void *a, struct par_error **err)
{
	(void)ctx;
	(void)a;
	(void)err;
	return 0;
}

static const struct par_cmd cmd = {
	.name = "probe",
	.synopsis = "[NAME…]",
	.summary = "Try the parser",
	.family = PAR_FAMILY_AIX,
	.max_args = 2,
	.opts = opts,
	.args_size = sizeof(struct args),
	.run = run_nothing,
};

static struct par_cmd with(enum par_family family, bool stop, unsigned int max)
{
	struct par_cmd c = cmd;

	c.family = family;
	c.stop_at_operand = stop;
	c.max_args = max;
	return c;
}

static int parse(const struct par_cmd *c, struct args *a, int *first, const char **words,
		 struct par_error **err)
{
	int n = 0;

	memset(a, 0, sizeof(*a));
	while (words[n])
		n++;
	return par_cmd_parse(c, n, (char **)words, a, first, err);
}
#define WORDS(...) ((const char *[]){ "probe", __VA_ARGS__, NULL })

START_TEST(test_bundles_and_values)
{
	auto_error err = NULL;
	struct args a;
	int first;

	ck_assert_int_eq(
		parse(&cmd, &a, &first, WORDS("-qcvvnjoined", "-r", "lpar", "--timeout=9"), &err),
		0);
	ck_assert(a.quiet && a.list);
	ck_assert_uint_eq(a.verbose, 2);
	ck_assert_str_eq(a.name, "joined");
	ck_assert_str_eq(a.resource, "lpar");
	ck_assert_uint_eq(a.timeout_s, 9);
	ck_assert_int_eq(first, 5);
	par_cmd_args_done(&cmd, &a);
}
END_TEST

START_TEST(test_operands_anywhere)
{
	auto_error err = NULL;
	struct args a;
	int first;
	const char **w = WORDS("one", "-r", "sys", "two", "-q");

	ck_assert_int_eq(parse(&cmd, &a, &first, w, &err), 0);
	ck_assert_int_eq(first, 4);
	ck_assert_str_eq(w[4], "one");
	ck_assert_str_eq(w[5], "two");
	ck_assert(a.quiet);
}
END_TEST

START_TEST(test_stops_at_operand)
{
	struct par_cmd c = with(PAR_FAMILY_AIX, true, PAR_ARGS_ANY);
	auto_error err = NULL;
	struct args a;
	int first;
	const char **w = WORDS("-r", "x", "ls", "-q", "--", "-n");

	ck_assert_int_eq(parse(&c, &a, &first, w, &err), 0);
	ck_assert_int_eq(first, 3);
	ck_assert_str_eq(w[3], "ls");
	ck_assert_str_eq(w[4], "-q");
	ck_assert_str_eq(w[5], "--");
	ck_assert(!a.quiet);
}
END_TEST

START_TEST(test_optional_value)
{
	auto_error err = NULL;
	struct args a;
	int first;

	ck_assert_int_eq(parse(&cmd, &a, &first, WORDS("-r", "lpar", "-F", "--verbose"), &err), 0);
	ck_assert(a.fields.given);
	ck_assert_ptr_null(a.fields.value);
	ck_assert_int_eq(parse(&cmd, &a, &first, WORDS("-Fname", "-r", "lpar"), &err), 0);
	ck_assert_str_eq(a.fields.value, "name");
	ck_assert_int_eq(parse(&cmd, &a, &first, WORDS("-F", "a,b", "-r", "lpar"), &err), 0);
	ck_assert_str_eq(a.fields.value, "a,b");
	ck_assert_int_eq(parse(&cmd, &a, &first, WORDS("-r", "lpar", "-F"), &err), 0);
	ck_assert(a.fields.given && !a.fields.value);
}
END_TEST

START_TEST(test_pairs)
{
	auto_error err = NULL;
	struct args a;
	int first;
	const char **w = WORDS("-r", "x", "-N", "address=10.0.0.1", "netmask=255.0.0.0", "-N",
			       "address=10.0.0.2", "name");

	ck_assert_int_eq(parse(&cmd, &a, &first, w, &err), 0);
	ck_assert_uint_eq(a.networks.n, 2);
	ck_assert_uint_eq(a.networks.v[0].n, 2);
	ck_assert_str_eq(a.networks.v[0].v[1], "netmask=255.0.0.0");
	ck_assert_uint_eq(a.networks.v[1].n, 1);
	ck_assert_str_eq(w[first], "name");
	par_cmd_args_done(&cmd, &a);
	ck_assert_int_lt(parse(&cmd, &a, &first, WORDS("-r", "x", "-N", "plain"), &err), 0);
	par_cmd_args_done(&cmd, &a);
}
END_TEST

START_TEST(test_list)
{
	auto_error err = NULL;
	struct args a;
	int first;

	ck_assert_int_eq(parse(&cmd, &a, &first, WORDS("--id", "1", "--id=2", "-r", "x"), &err), 0);
	ck_assert_uint_eq(a.ids.n, 2);
	ck_assert_str_eq(a.ids.v[1], "2");
	par_cmd_args_done(&cmd, &a);
}
END_TEST

static const struct {
	enum par_family family;
	const char *words[6];
	const char *says;
} bad[] = {
	{ PAR_FAMILY_AIX,
	  { "probe", "-x", "-r", "a", NULL },
	  "unknown option '-x'; see 'probe --help'" },
	{ PAR_FAMILY_AIX,
	  { "probe", "--what", NULL },
	  "unknown option '--what'; see 'probe --help'" },
	{ PAR_FAMILY_AIX,
	  { "probe", "--queit=1", NULL },
	  "unknown option '--queit=1'; did you mean '--quiet'? See 'probe --help'" },
	{ PAR_FAMILY_AIX, { "probe", NULL }, "option -r is needed" },
	{ PAR_FAMILY_AIX, { "probe", "-r", NULL }, "option -r needs a value" },
	{ PAR_FAMILY_AIX,
	  { "probe", "-r", "a", "-t", "601", NULL },
	  "option -t cannot be '601'. It must be a whole number of 0 to 600" },
	{ PAR_FAMILY_AIX,
	  { "probe", "-r", "a", "-t", "-1", NULL },
	  "option -t cannot be '-1'. It must be a whole number of 0 to 600" },
	{ PAR_FAMILY_AIX, { "probe", "--quiet=yes", NULL }, "option -q takes no value" },
	{ PAR_FAMILY_AIX,
	  { "probe", "a", "b", "c", "-ra", NULL },
	  "unexpected operand 'c'; see 'probe --help'" },
	{ PAR_FAMILY_HMC,
	  { "probe", NULL },
	  "The command entered is either missing a required parameter or a parameter value is "
	  "invalid. The parameters that are missing or have an invalid value are -r. Please check "
	  "your entry and retry the command." },
};

START_TEST(test_errors)
{
	struct par_cmd c = with(bad[_i].family, false, 2);
	auto_error err = NULL;
	struct args a;
	const char *words[6];
	int first;

	memcpy(words, bad[_i].words, sizeof(words));
	ck_assert_int_lt(parse(&c, &a, &first, words, &err), 0);
	ck_assert_str_eq(err->msg, bad[_i].says);
	ck_assert_int_eq(err->id, PAR_E_USAGE);
}
END_TEST

START_TEST(test_help_wins)
{
	auto_error err = NULL;
	struct args a;
	int first;

	ck_assert_int_eq(parse(&cmd, &a, &first, WORDS("--help"), &err), PAR_CMD_HELP);
	ck_assert_int_eq(parse(&cmd, &a, &first, WORDS("--version"), &err), PAR_CMD_VERSION);
}
END_TEST

START_TEST(test_nearest)
{
	static const struct par_cmd other = { .name = "lssyscfg" };
	static const struct par_cmd *const cmds[] = { &other, &cmd, NULL };

	ck_assert_str_eq(par_cmd_nearest(cmds, "lssycfg"), "lssyscfg");
	ck_assert_ptr_null(par_cmd_nearest(cmds, "entirely"));
}
END_TEST

START_TEST(test_help_text)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	par_cmd_print_help(&cmd, f);
	par_cmd_print_doc_options(&cmd, f);
	fclose(f);
	/* What is required comes first; no line is longer than 100 columns. */
	ck_assert_ptr_nonnull(strstr(text, "Usage: probe -r KIND [-q] [-c] [-v] [-n NAME] "
					   "[-F [NAMES]] [-t SECONDS] [--id N] [-N NAME=VALUE…]\n"
					   "       [NAME…]\nTry the parser.\n"));
	ck_assert_ptr_nonnull(strstr(text, "Options:\n  -r"));
	ck_assert_ptr_nonnull(strstr(text, "  --version  "));
	ck_assert_ptr_nonnull(strstr(text, "*-t*, *--timeout* _SECONDS_\n\tGive up\n"));
	free(text);
}
END_TEST

START_TEST(test_what_was_given)
{
	static const struct {
		const char *words[8];
		size_t opt; /* its place in opts */
	} given[] = {
		{ { "probe", "-rx", "-q", NULL }, 0 },
		{ { "probe", "-rx", "-v", NULL }, 2 },
		{ { "probe", "-rx", "-n", "a", NULL }, 3 },
		{ { "probe", "-rx", "-F", NULL }, 5 },
		{ { "probe", "-rx", "-t", "9", NULL }, 6 },
		{ { "probe", "-rx", "--id", "9", NULL }, 7 },
		{ { "probe", "-rx", "-N", "a=b", NULL }, 8 },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(given); i++) {
		struct args a;
		int first;

		ck_assert_int_eq(parse(&cmd, &a, &first, (const char **)given[i].words, NULL), 0);
		for (size_t k = 0; opts[k].kind != PAR_OPT_END; k++)
			ck_assert_msg(par_opt_is_given(&opts[k], &a) ==
					      (k == given[i].opt || opts[k].short_name == 'r'),
				      "words %zu, option %zu", i, k);
		par_cmd_args_done(&cmd, &a);
	}
}
END_TEST

static Suite *cmd_suite(void)
{
	Suite *s = suite_create("cmd");
	TCase *c = tcase_create("parse");

	tcase_add_test(c, test_bundles_and_values);
	tcase_add_test(c, test_operands_anywhere);
	tcase_add_test(c, test_stops_at_operand);
	tcase_add_test(c, test_optional_value);
	tcase_add_test(c, test_pairs);
	tcase_add_test(c, test_list);
	tcase_add_loop_test(c, test_errors, 0, (int)PAR_ARRAY_SIZE(bad));
	tcase_add_test(c, test_help_wins);
	tcase_add_test(c, test_nearest);
	tcase_add_test(c, test_help_text);
	tcase_add_test(c, test_what_was_given);
	suite_add_tcase(s, c);
	return s;
}

PAR_TEST_MAIN(cmd_suite)
