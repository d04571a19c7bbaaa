/* SPDX-License-Identifier: Apache-2.0 */
/* check_criu_plan.c - criu's command lines, word by word, and what its log says */
#include "harness.h"
#include "wparctl/checkpoint/ability.h"
#include "wparctl/checkpoint/criu_plan.h"
#include "wparctl/checkpoint/criu_run.h"

#include <string.h>

static const struct wpar_criu common = { .program = "/usr/sbin/criu",
					 .images = "/state/images.1",
					 .work = "/run/wpars/dev01",
					 .log = "/state/chkptwpar.log",
					 .level = 2,
					 .step = "/run/wpars/dev01/criu-step" };

static char *joined(const struct par_strv *l)
{
	struct par_buf b = { 0 };

	for (size_t i = 0; i < l->n; i++)
		par_buf_printf(&b, "%s%s", i ? "\n" : "", l->v[i]);
	return par_buf_steal(&b);
}

#define COMMON                                                                      \
	"--images-dir\n/state/images.1\n--work-dir\n/run/wpars/dev01\n--log-file\n" \
	"/state/chkptwpar.log\n-v2\n--manage-cgroups=ignore\n--tcp-established\n"   \
	"--file-locks\n--link-remap\n"
#define STEP "--action-script\n/run/wpars/dev01/criu-step\n"

START_TEST(a_dump)
{
	struct wpar_criu_dump d = { .criu = common, .init = 4711, .network_lock = "nftables" };
	auto_strv argv = { 0 };
	autofree char *text = NULL;

	ck_assert_int_eq(par_strv_add(&d.externals, "/home"), 0);
	ck_assert_int_eq(par_strv_add(&d.externals, "/etc/init"), 0);
	ck_assert_int_eq(par_strv_add(&d.watched, "/var/spool, it [is]"), 0);
	ck_assert_int_eq(wpar_criu_plan_dump(&d, &argv, NULL), 0);
	text = joined(&argv);
	ck_assert_str_eq(text, "/usr/sbin/criu\ndump\n" COMMON STEP
			       "--tree\n4711\n--ghost-limit=64M\n--network-lock\nnftables\n"
			       "--leave-running\n--external\nmnt[/home]:/home\n--external\n"
			       "mnt[/etc/init]:/etc/init\n--irmap-scan-path\n"
			       "/var/spool, it [is]");
	par_strv_done(&d.externals);
	par_strv_done(&d.watched);
}
END_TEST

START_TEST(a_dump_that_lets_go_at_once)
{
	struct wpar_criu_dump d = { .criu = common, .init = 1, .network_lock = "skip" };
	auto_strv argv = { 0 };

	d.criu.step = NULL;
	ck_assert_int_eq(wpar_criu_plan_dump(&d, &argv, NULL), 0);
	ck_assert_int_eq(par_strv_find(&argv, "--action-script"), -1);
	ck_assert_int_ge(par_strv_find(&argv, "--leave-running"), 0);
}
END_TEST

START_TEST(rounds_before_a_dump)
{
	struct wpar_criu_dump d = {
		.criu = common, .init = 4711, .network_lock = "skip", .previous = "pre.2"
	};
	auto_strv first = { 0 }, second = { 0 }, last = { 0 };
	autofree char *text = NULL, *more = NULL;
	ssize_t at;

	d.criu.step = NULL;
	ck_assert_int_eq(wpar_criu_plan_round(&d.criu, 4711, NULL, &first, NULL), 0);
	text = joined(&first);
	ck_assert_str_eq(text, "/usr/sbin/criu\npre-dump\n" COMMON "--tree\n4711\n--track-mem");
	ck_assert_int_eq(wpar_criu_plan_round(&d.criu, 4711, "../pre.1", &second, NULL), 0);
	more = joined(&second);
	ck_assert_ptr_nonnull(strstr(more, "--track-mem\n--prev-images-dir\n../pre.1"));
	ck_assert_int_eq(wpar_criu_plan_dump(&d, &last, NULL), 0);
	at = par_strv_find(&last, "--prev-images-dir");
	ck_assert_int_ge(at, 0);
	ck_assert_str_eq(last.v[at + 1], "pre.2");
	ck_assert_int_ge(par_strv_find(&last, "--track-mem"), 0);
}
END_TEST

START_TEST(a_restore)
{
	struct wpar_criu_mount mounts[] = { { (char *)"/home",
					      (char *)"/run/wpars/dev01/stage/0" } };
	struct wpar_criu_link links[] = { { (char *)"net0", (char *)"wpar1" } };
	const struct wpar_criu_restore r = { .criu = common,
					     .root = "/run/wpars/dev01/stage/root",
					     .mounts = mounts,
					     .n_mounts = 1,
					     .links = links,
					     .n_links = 1 };
	auto_strv argv = { 0 };
	autofree char *text = NULL;

	ck_assert_int_eq(wpar_criu_plan_restore(&r, &argv, NULL), 0);
	text = joined(&argv);
	ck_assert_str_eq(text, "/usr/sbin/criu\nrestore\n" COMMON STEP
			       "--restore-detached\n--root\n/run/wpars/dev01/stage/root\n"
			       "--external\nmnt[/home]:/run/wpars/dev01/stage/0\n--external\n"
			       "veth[net0]:wpar1");
}
END_TEST

START_TEST(a_mount_point_that_criu_would_misread)
{
	static const char *const names[] = { "/a:b", "/a]b", "/a b", "/a,b", "/a\\b", "/\xc3\xa4" };
	struct wpar_criu_dump d = { .criu = common, .init = 1, .network_lock = "skip" };
	auto_strv argv = { 0 };
	auto_error err = NULL;

	ck_assert_int_eq(par_strv_add(&d.externals, names[_i]), 0);
	ck_assert_int_lt(wpar_criu_plan_dump(&d, &argv, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_NOT_SUPPORTED);
	par_strv_done(&d.externals);
}
END_TEST

START_TEST(the_reason_is_the_first_error)
{
	static const struct {
		const char *log, *reason;
	} cases[] = {
		{ "", NULL },
		{ "(00.001) Dumping\n", NULL },
		{ "Warn  (criu/a.c:1): x: y\nError (criu/mem.c:1581): PAGEMAP_SCAN: Bad address\n"
		  "Error (criu/cr-dump.c:1): Dumping FAILED.\n",
		  "PAGEMAP_SCAN: Bad address" },
		{ "(00.012345)     37: Error (criu/image.c:630): Unable to open x: y\n",
		  "Unable to open x: y" },
		{ "     1: Error (criu/image.c:630): no end of line", "no end of line" },
		{ "a process says Error (no): nothing\n", NULL },
		{ "Error (criu/a.c:1): \001\xff\n", "??" },
		{ "Error (compel/src/lib/ptrace.c:27): suspending seccomp failed: Operation not "
		  "permitted\nError (criu/sockets.c:628): sockets: Can't get 1:16 opt: no\n"
		  "Error (criu/util.c:641): execvp(\"iptables-save\", ...) failed: none\n"
		  "Error (criu/mem.c:1): why\n",
		  "why" },
		{ "Error (criu/tun.c:85): tun: Unable to create tun: No such file or directory\n"
		  "Error (criu/mem.c:1): why\n",
		  "why" },
	};
	autofree char *reason = NULL;

	ck_assert_int_eq(wpar_criu_reason(cases[_i].log, &reason), 0);
	if (cases[_i].reason)
		ck_assert_str_eq(reason, cases[_i].reason);
	else
		ck_assert_ptr_null(reason);
}
END_TEST

START_TEST(versions)
{
	static const struct {
		const char *text;
		unsigned int version;
	} cases[] = {
		{ "Version: 4.1.1\n", 40101 },
		{ "Version: 3.19\n", 31900 },
		{ "Version: 4.2\nGitID: 0\n", 40200 },
		{ "criu", 0 },
		{ "Version: x", 0 },
		{ "", 0 },
	};
	char text[WPAR_CRIU_VERSION_SIZE];

	ck_assert_uint_eq(wpar_criu_version(cases[_i].text), cases[_i].version);
	ck_assert_str_eq(wpar_criu_version_text(40101, text), "4.1.1");
}
END_TEST

static Suite *criu_plan_suite(void)
{
	Suite *s = suite_create("criu_plan");
	TCase *t = tcase_create("criu_plan");

	tcase_add_test(t, a_dump);
	tcase_add_test(t, a_dump_that_lets_go_at_once);
	tcase_add_test(t, rounds_before_a_dump);
	tcase_add_test(t, a_restore);
	tcase_add_loop_test(t, a_mount_point_that_criu_would_misread, 0, 6);
	tcase_add_loop_test(t, the_reason_is_the_first_error, 0, 9);
	tcase_add_loop_test(t, versions, 0, 6);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(criu_plan_suite)
