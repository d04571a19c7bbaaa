/* SPDX-License-Identifier: Apache-2.0 */
/* check_move_fit.c - whether a WPAR can move: all tests, each with both values; the better first */
#include "harness.h"
#include "lpard/core/move/report.h"

#include <string.h>

#define LPAR                                                                                      \
	"\"format\":1,\"product\":\"1\",\"machine\":\"ppc64le\",\"os\":\"debian 13\","            \
	"\"kernel\":\"6.12\",\"page_size\":4096,\"hwcap\":\"00000000dc0065c2\","                  \
	"\"hwcap2\":\"00000000bef00000\",\"criu\":40201,\"network_lock\":\"nftables\","           \
	"\"guard_pages\":true,\"time_namespaces\":true,\"soft_dirty\":true,\"userfaultfd\":true," \
	"\"tools\":true,\"memory\":1073741824,\"memory_free\":536870912,\"processors\":2,"        \
	"\"room\":1073741824"
#define WPAR                                                                                  \
	"\"name\":\"dev01\",\"type\":\"system\",\"state\":\"Active\",\"hostname\":\"dev01\"," \
	"\"directory\":\"/wpars/dev01\",\"program\":\"aa\",\"idbase\":1000,\"idrange\":100,"  \
	"\"memory\":1048576,\"disk\":1048576,\"checkpointable\":true,"                        \
	"\"addresses\":[{\"address\":\"10.0.0.5\",\"interface\":\"eth0\",\"mac\":\"AA\","     \
	"\"subnet\":\"10.0.0.0/24\"}],"                                                       \
	"\"file_systems\":[{\"directory\":\"/\",\"vfs\":\"directory\",\"local\":true},"       \
	"{\"directory\":\"/data\",\"vfs\":\"nfs\",\"host\":\"s\",\"device\":\"/d\","          \
	"\"token\":\"t1\"}],\"devices\":[\"/dev/vdb\"],\"kexts\":[\"/k\"],"                   \
	"\"files\":[{\"path\":\"/usr/lib/libc.so\",\"size\":9,\"build_id\":\"b1\"}]"
#define ANSWERS                                                                                        \
	"\"files\":[{\"path\":\"/usr/lib/libc.so\",\"size\":9,\"build_id\":\"b1\"}],\"program\":true," \
	"\"networks\":[{\"address\":\"10.0.0.5\",\"interface\":\"eth1\",\"mac\":\"BB\","               \
	"\"subnet\":\"10.0.0.0/24\"}],\"tokens\":[\"t1\"]"

struct pair {
	struct par_move_facts source, target;
	struct lpar_move_side here, there;
	struct lpar_move_fit fit;
};

static void read_facts(const char *text, struct par_move_facts *ret)
{
	auto_error err = NULL;

	ck_assert_msg(par_move_facts_read(text, strlen(text), ret, &err) == 0, "%s",
		      par_error_text(err));
}

/* @wpar and @answers: members that win over those above, as JSON has the last of two win. */
static void begin(struct pair *p, const char *lpar, const char *wpar, const char *answers)
{
	autofree char *source = par_strdup_printf("{" LPAR ",\"wpars\":[{" WPAR "%s}]}", wpar);
	autofree char *target = par_strdup_printf("{" LPAR "," ANSWERS "%s%s}", lpar, answers);

	*p = (struct pair){ 0 };
	read_facts(source, &p->source);
	read_facts(target, &p->target);
	p->here = (struct lpar_move_side){ .lpar = "a", .facts = &p->source };
	p->there = (struct lpar_move_side){ .lpar = "b", .facts = &p->target };
}

static void end(struct pair *p)
{
	par_move_facts_done(&p->source);
	par_move_facts_done(&p->target);
	lpar_move_fit_done(&p->fit);
}

static const struct lpar_move_row *row(const struct lpar_move_fit *f, const char *test)
{
	for (size_t i = 0; i < f->n; i++) {
		if (strcmp(f->v[i].test, test) == 0)
			return &f->v[i];
	}
	ck_abort_msg("no test %s", test);
	return NULL;
}

START_TEST(two_that_are_alike_fit)
{
	struct pair p;

	begin(&p, "", "", "");
	for (int kind = 0; kind < 2; kind++) {
		lpar_move_fit((enum lpar_move_kind)kind, &p.here, &p.there, &p.fit);
		for (size_t i = 0; i < p.fit.n; i++)
			ck_assert_msg(p.fit.v[i].verdict == LPAR_MOVE_OK && !*p.fit.v[i].remedy,
				      "%s: %s, %s", p.fit.v[i].test, p.fit.v[i].source,
				      p.fit.v[i].target);
		ck_assert_int_eq(lpar_move_fit_check(&p.fit, "w", "b", NULL), 0);
		ck_assert_uint_eq(p.fit.n, kind == LPAR_MOVE_LIVE ? 34u : 23u);
		lpar_move_fit_done(&p.fit);
	}
	end(&p);
}
END_TEST

/* One thing is changed: one test fails, live and static, as said. */
static const struct {
	const char *lpar, *wpar, *answers, *test;
	char live, fixed; /* f: failed, w: warning, o: ok, -: not made */
	const char *source, *target;
} cases[] = {
	{ ",\"product\":\"2\"", "", "", "product", 'w', 'w', "1", "2" },
	{ ",\"machine\":\"x86_64\"", "", "", "architecture", 'f', 'f', "ppc64le", "x86_64" },
	{ ",\"os\":\"debian 14\"", "", "", "os", 'w', 'w', "debian 13", "debian 14" },
	{ ",\"kernel\":null", "", "", "kernel", 'w', 'w', "6.12", "none" },
	{ ",\"page_size\":65536", "", "", "page-size", 'f', 'w', "4096", "65536" },
	{ ",\"hwcap\":\"00000000dc0065c0\"", "", "", "hwcap", 'f', 'w', "00000000dc0065c2",
	  "00000000dc0065c0" },
	{ ",\"hwcap2\":\"00000000be000000\"", "", "", "hwcap2", 'f', 'w', "00000000bef00000",
	  "00000000be000000" },
	{ ",\"criu\":40101", "", "", "criu", 'f', '-', "4.2.1", "4.1.1" },
	{ ",\"criu\":0", "", "", "criu", 'f', '-', "4.2.1", "none" },
	{ ",\"guard_pages\":false", "", "", "guard-pages", 'f', '-', "yes", "no" },
	{ ",\"network_lock\":null", "", "", "network-lock", 'f', '-', "nftables", "none" },
	{ ",\"tools\":false", "", "", "tools", 'f', '-', "yes", "no" },
	{ ",\"time_namespaces\":false", "", "", "time-namespaces", 'f', '-', "yes", "no" },
	{ ",\"userfaultfd\":false", "", "", "userfaultfd", 'w', '-', "", "no" },
	{ ",\"memory_free\":1048575", "", "", "memory", 'f', 'f', "1 MiB in use", "0 MiB free" },
	{ ",\"memory\":1048576", "", "", "memory-total", 'w', 'w', "1024 MiB", "1 MiB" },
	{ ",\"processors\":1", "", "", "processors", 'w', 'w', "2", "1" },
	{ ",\"room\":1048576", "", "", "room", 'f', 'o', "2 MiB to be written", "1 MiB free" },
	{ "", ",\"type\":\"application\"", "", "type", 'f', 'f', "application", "" },
	{ "", ",\"state\":\"Defined\"", "", "state", 'f', 'o', "Defined", "" },
	{ "", ",\"state\":\"Paused\"", "", "state", 'f', 'f', "Paused", "" },
	{ "", ",\"checkpointable\":false", "", "checkpointable", 'f', '-', "no", "" },
	{ "", ",\"obstacles\":[{\"test\":\"queue\",\"value\":\"/q\",\"remedy\":\"end it\"}]", "",
	  "queue", 'f', '-', "/q", "" },
	{ "", "", ",\"program\":false", "program", 'f', '-', "aa", "none" },
	{ "", "", ",\"files\":[{\"path\":\"/usr/lib/libc.so\",\"size\":9,\"build_id\":\"b2\"}]",
	  "mapped-files", 'f', '-', "/usr/lib/libc.so, build b1", "/usr/lib/libc.so, build b2" },
	{ "", "", ",\"files\":[{\"path\":\"/usr/lib/libc.so\",\"size\":0}]", "mapped-files", 'f',
	  '-', "/usr/lib/libc.so, build b1", "/usr/lib/libc.so is not there" },
	{ "", "", ",\"files\":[]", "mapped-files", 'f', '-', "/usr/lib/libc.so, build b1",
	  "/usr/lib/libc.so is not there" },
	{ "", "", ",\"claims\":[{\"name\":\"dev01\"}]", "name", 'f', 'f', "dev01", "defined" },
	{ "", "", ",\"claims\":[{\"name\":\"x\",\"hostname\":\"dev01\"}]", "host-name", 'f', 'f',
	  "dev01", "of 'x'" },
	{ ",\"host\":\"dev01\"", "", "", "host-name", 'f', 'f', "dev01", "of 'Global'" },
	{ "", "", ",\"claims\":[{\"name\":\"x\",\"directory\":\"/wpars/dev01\"}]", "base-directory",
	  'f', 'f', "/wpars/dev01", "of 'x'" },
	{ "", "", ",\"claims\":[{\"name\":\"x\",\"idbase\":1099,\"idrange\":1}]", "id-range", 'f',
	  'f', "1000 and 99 more", "of 'x'" },
	{ "", "", ",\"claims\":[{\"name\":\"x\",\"idbase\":1100,\"idrange\":1}]", "id-range", 'o',
	  'o', "1000 and 99 more", "free" },
	{ "", ",\"file_systems\":[]",
	  ",\"claims\":[{\"name\":\"x\",\"idbase\":901,\"idrange\":100}]", "id-range", 'f', 'w',
	  "1000 and 99 more", "of 'x'" },
	{ "", "", ",\"claims\":[{\"name\":\"x\",\"addresses\":[\"10.0.0.5\"]}]", "address", 'f',
	  'f', "10.0.0.5", "of 'x'" },
	{ ",\"addresses\":[\"10.0.0.5\"]", "", "", "address", 'f', 'f', "10.0.0.5", "of 'Global'" },
	{ "", "", ",\"networks\":[{\"address\":\"10.0.0.5\"}]", "network", 'f', 'f',
	  "10.0.0.0/24 on eth0", "none" },
	{ "", "",
	  ",\"networks\":[{\"address\":\"10.0.0.5\",\"interface\":\"eth1\",\"subnet\":\"10.0.0.0/16\"}]",
	  "network", 'f', 'f', "10.0.0.0/24 on eth0", "10.0.0.0/16 on eth1" },
	{ "", "", ",\"tokens\":[\"t2\"]", "file-system", 'f', 'f', "/data: s:/d",
	  "another content" },
	{ "", "", ",\"tokens\":[\"\"]", "file-system", 'f', 'f', "/data: s:/d", "not reachable" },
	{ "", "", ",\"tokens\":[]", "file-system", 'f', 'f', "/data: s:/d", "not reachable" },
	{ "",
	  ",\"file_systems\":[{\"directory\":\"/var\",\"host\":\"s\",\"device\":\"/d\",\"token\":\"t1\"}]",
	  "", "server-directory", '-', 'f', "/var", "" },
	{ "", "", ",\"devices\":[\"/dev/vdb\"]", "device", 'f', 'f', "/dev/vdb", "missing" },
	{ "", "", ",\"kexts\":[\"/k\"]", "kernel-extension", 'w', 'w', "/k", "missing" },
};

START_TEST(one_thing_is_different)
{
	const char wanted[2] = { cases[_i].live, cases[_i].fixed };
	static const char letters[] = { 'o', 'w', 'f' };
	struct pair p;

	begin(&p, cases[_i].lpar, cases[_i].wpar, cases[_i].answers);
	for (int kind = 0; kind < 2; kind++) {
		const struct lpar_move_row *r = NULL;
		bool failed;

		lpar_move_fit((enum lpar_move_kind)kind, &p.here, &p.there, &p.fit);
		for (size_t i = 0; i < p.fit.n; i++) {
			if (strcmp(p.fit.v[i].test, cases[_i].test) == 0)
				r = &p.fit.v[i];
		}
		ck_assert_msg(!r == (wanted[kind] == '-'), "%s", cases[_i].test);
		if (r) {
			ck_assert_msg(letters[r->verdict] == wanted[kind], "%s %d: %s, %s", r->test,
				      kind, r->source, r->target);
			ck_assert(!*r->remedy == (r->verdict == LPAR_MOVE_OK));
		}
		if (r && kind == LPAR_MOVE_LIVE) {
			ck_assert_str_eq(r->source, cases[_i].source);
			ck_assert_str_eq(r->target, cases[_i].target);
		}
		failed = lpar_move_fit_check(&p.fit, "w", "b", NULL) < 0;
		ck_assert_msg(failed == (wanted[kind] == 'f'), "%s", cases[_i].test);
		lpar_move_fit_done(&p.fit);
	}
	end(&p);
}
END_TEST

START_TEST(all_are_said_and_the_first_in_a_sentence)
{
	auto_error err = NULL;
	struct pair p;

	begin(&p, ",\"page_size\":65536,\"criu\":0", "", ",\"devices\":[\"/dev/vdb\"]");
	lpar_move_fit(LPAR_MOVE_LIVE, &p.here, &p.there, &p.fit);
	ck_assert_int_lt(lpar_move_fit_check(&p.fit, "dev01", "b", &err), 0);
	ck_assert_str_eq(par_error_text(err),
			 "The workload partition 'dev01' cannot move to 'b': 3 tests fail, the "
			 "first of them page-size, which is '4096' here and '65536' there; choose "
			 "an LPAR whose boot image has pages of that size, or move with --kind "
			 "static");
	end(&p);
}
END_TEST

START_TEST(own_tests_of_the_administrator)
{
	struct par_move_own_test here[] = {
		{ (char *)"both", (char *)"x", true, false },
		{ (char *)"here", (char *)"x", true, true },
		{ (char *)"bad", (char *)"x", true, false },
	};
	struct par_move_own_test there[] = {
		{ (char *)"both", (char *)"y", true, false },
		{ (char *)"bad", (char *)"no license", false, false },
	};
	struct pair p;

	begin(&p, "", "", "");
	p.source.own_tests.v = here;
	p.source.own_tests.n = 3;
	p.target.own_tests.v = there;
	p.target.own_tests.n = 2;
	lpar_move_fit(LPAR_MOVE_STATIC, &p.here, &p.there, &p.fit);
	ck_assert_int_eq(row(&p.fit, "both")->verdict, LPAR_MOVE_OK);
	ck_assert_int_eq(row(&p.fit, "here")->verdict, LPAR_MOVE_WARNING);
	ck_assert_int_eq(row(&p.fit, "bad")->verdict, LPAR_MOVE_FAILED);
	ck_assert_str_eq(row(&p.fit, "bad")->target, "no license");
	p.source.own_tests.n = p.target.own_tests.n = 0;
	p.source.own_tests.v = p.target.own_tests.v = NULL;
	end(&p);
}
END_TEST

START_TEST(vlans_are_those_of_lpard)
{
	struct lpar_move_port a = { "AA", (char *)"ETHERNET0, VLAN 1" };
	struct lpar_move_port b = { "BB", (char *)"ETHERNET0, VLAN 2" };
	struct pair p;

	begin(&p, "", "", "");
	p.here.ports = &a;
	p.there.ports = &b;
	p.here.n_ports = p.there.n_ports = 1;
	lpar_move_fit(LPAR_MOVE_LIVE, &p.here, &p.there, &p.fit);
	ck_assert_int_eq(row(&p.fit, "vlan")->verdict, LPAR_MOVE_WARNING);
	ck_assert_str_eq(row(&p.fit, "vlan")->target, "ETHERNET0, VLAN 2");
	end(&p);
}
END_TEST

START_TEST(clocks)
{
	struct pair p;

	begin(&p, "", "", "");
	p.here.ahead_ms = -6000;
	p.there.ahead_ms = 5000;
	lpar_move_fit(LPAR_MOVE_LIVE, &p.here, &p.there, &p.fit);
	ck_assert_int_eq(row(&p.fit, "clock")->verdict, LPAR_MOVE_WARNING);
	ck_assert_str_eq(row(&p.fit, "clock")->source, "-6 s");
	end(&p);
}
END_TEST

/* Foreign numbers at their ends are compared, not added up beyond. */
START_TEST(numbers_at_their_ends)
{
	struct pair p;

	begin(&p, ",\"room\":9223372036854775807",
	      ",\"disk\":9223372036854775807,\"memory\":9223372036854775807,"
	      "\"idbase\":4294967295,\"idrange\":4294967295",
	      ",\"claims\":[{\"name\":\"x\",\"idbase\":4294967295,\"idrange\":4294967295}]");
	lpar_move_fit(LPAR_MOVE_LIVE, &p.here, &p.there, &p.fit);
	ck_assert_int_eq(row(&p.fit, "room")->verdict, LPAR_MOVE_FAILED);
	ck_assert_int_eq(row(&p.fit, "id-range")->verdict, LPAR_MOVE_FAILED);
	end(&p);
}
END_TEST

static const char *text(struct json_object *list, size_t i, const char *key)
{
	return json_object_get_string(
		json_object_object_get(json_object_array_get_idx(list, i), key));
}

START_TEST(the_better_target_is_the_first)
{
	struct lpar_move_target targets[5] = { 0 };
	struct pair p[4];
	auto_json list = NULL;

	begin(&p[0], ",\"page_size\":65536", "", "");
	begin(&p[1], ",\"memory_free\":2097152", "", "");
	begin(&p[2], ",\"kernel\":\"7\"", "", "");
	begin(&p[3], "", "", "");
	for (size_t i = 0; i < 4; i++)
		targets[i].side = p[i].there;
	targets[0].side.lpar = "pages";
	targets[1].side.lpar = "full";
	targets[2].side.lpar = "kernel";
	targets[3].side.lpar = "free";
	targets[4].side.lpar = "away";
	targets[4].why = "no agent answers";
	list = lpar_move_reports(LPAR_MOVE_LIVE, &p[0].here, targets, 5);
	ck_assert_str_eq(text(list, 0, "lpar"), "free");
	ck_assert_str_eq(text(list, 0, "verdict"), "fits");
	ck_assert_str_eq(text(list, 1, "lpar"), "full");
	ck_assert_str_eq(text(list, 2, "lpar"), "kernel");
	ck_assert_str_eq(text(list, 2, "verdict"), "fits with warnings");
	ck_assert_str_eq(text(list, 3, "lpar"), "pages");
	ck_assert_str_eq(text(list, 3, "verdict"), "fails");
	ck_assert_str_eq(text(list, 4, "lpar"), "away");
	ck_assert_str_eq(text(list, 4, "error"), "no agent answers");
	ck_assert_str_eq(text(list, 4, "rank"), "5");
	for (size_t i = 0; i < 4; i++)
		end(&p[i]);
}
END_TEST

START_TEST(another_format_is_refused)
{
	static const char wrong[] = "{\"format\":2,\"product\":\"9\"}";
	struct par_move_facts f = { 0 };
	auto_error err = NULL;

	ck_assert_int_lt(par_move_facts_read(wrong, strlen(wrong), &f, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_NOT_SUPPORTED);
}
END_TEST

static Suite *move_fit_suite(void)
{
	Suite *s = suite_create("move_fit");
	TCase *t = tcase_create("move_fit");

	tcase_add_test(t, two_that_are_alike_fit);
	tcase_add_loop_test(t, one_thing_is_different, 0, PAR_ARRAY_SIZE(cases));
	tcase_add_test(t, all_are_said_and_the_first_in_a_sentence);
	tcase_add_test(t, own_tests_of_the_administrator);
	tcase_add_test(t, vlans_are_those_of_lpard);
	tcase_add_test(t, clocks);
	tcase_add_test(t, numbers_at_their_ends);
	tcase_add_test(t, the_better_target_is_the_first);
	tcase_add_test(t, another_format_is_refused);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(move_fit_suite)
