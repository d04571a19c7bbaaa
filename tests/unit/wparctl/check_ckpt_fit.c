/* SPDX-License-Identifier: Apache-2.0 */
/* check_ckpt_fit.c - tests of a checkpoint against an LPAR: all of them, with both values */
#include "harness.h"
#include "wparctl/checkpoint/ckpt_fit.h"

#include <string.h>

static struct wpar_ability sound(void)
{
	return (struct wpar_ability){ .host = (char *)"lpar01",
				      .machine = (char *)"ppc64le",
				      .kernel = (char *)"6.12.113",
				      .page_size = 4096,
				      .hwcap = 0xdc0065c2,
				      .hwcap2 = 0xbef00000,
				      .criu = 40101,
				      .network_lock = (char *)"nftables",
				      .time_namespaces = true,
				      .soft_dirty = true,
				      .repair = true,
				      .tools = true };
}

static void parse(const char *text, struct wpar_spec *ret)
{
	ck_assert_int_eq(wpar_spec_parse(text, strlen(text), ret, NULL), 0);
}

static const struct wpar_ckpt_row *row(const struct wpar_ckpt_fit *f, const char *test)
{
	for (size_t i = 0; i < f->n; i++) {
		if (strcmp(f->v[i].test, test) == 0)
			return &f->v[i];
	}
	ck_abort_msg("no test %s", test);
	return NULL;
}

START_TEST(a_sound_lpar_can)
{
	const struct wpar_ability here = sound();
	auto_ckpt_fit f = { 0 };

	wpar_ckpt_fit_lpar(&here, &f);
	ck_assert_int_eq(wpar_ckpt_fit_verdict(&f, "x", NULL), 0);
	ck_assert(!row(&f, "soft-dirty")->required);
	ck_assert_str_eq(row(&f, "criu")->here, "4.1.1");
}
END_TEST

START_TEST(all_that_is_missing_is_said)
{
	struct wpar_ability here = sound();
	auto_ckpt_fit f = { 0 };
	auto_error err = NULL;

	here.criu = 31701;
	here.network_lock = NULL;
	here.tools = false;
	here.soft_dirty = false;
	wpar_ckpt_fit_lpar(&here, &f);
	ck_assert_int_lt(wpar_ckpt_fit_verdict(&f, "no checkpoint here", &err), 0);
	ck_assert_str_eq(err->msg, "no checkpoint here: 3 tests fail, the first of them criu, "
				   "which is 3.17.1, not 3.19.0; install criu 3.19 or later in "
				   "this LPAR");
	ck_assert(!row(&f, "tools")->fits && !row(&f, "soft-dirty")->fits);
}
END_TEST

START_TEST(the_scan_of_guard_pages)
{
	static const struct {
		bool refused, repaired, fits;
		unsigned int criu;
		const char *here;
	} cases[] = {
		{ false, false, true, 40201, "sound" },
		{ true, false, false, 40201, "refused" },
		{ true, true, true, 40201, "repaired" },
		{ true, false, true, 40101, "refused" }, /* it does not scan */
	};
	struct wpar_ability here = sound();
	auto_ckpt_fit f = { 0 };

	here.guard_scan = cases[_i].refused;
	here.repair = cases[_i].repaired;
	here.criu = cases[_i].criu;
	wpar_ckpt_fit_lpar(&here, &f);
	ck_assert_str_eq(row(&f, "guard-pages")->here, cases[_i].here);
	ck_assert(row(&f, "guard-pages")->fits == cases[_i].fits);
}
END_TEST

START_TEST(the_repair_of_criu_on_power)
{
	static const struct {
		const char *machine;
		bool repaired, fits;
	} cases[] = {
		{ "ppc64le", true, true },
		{ "ppc64le", false, false },
		{ "x86_64", false, true },
	};
	struct wpar_ability here = sound();
	auto_ckpt_fit f = { 0 };

	here.machine = (char *)cases[_i].machine;
	here.repair = cases[_i].repaired;
	wpar_ckpt_fit_lpar(&here, &f);
	ck_assert(row(&f, "criu-repair")->fits == cases[_i].fits);
}
END_TEST

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

#define SPEC                                                                               \
	"general:\n\tname = \"dev01\"\n\tdirectory = \"/wpars/dev01\"\n\tidbase = 65536\n" \
	"\tidrange = 65536\n"

/* A checkpoint of an LPAR like sound(), with one thing changed. */
static void compare(struct wpar_ckpt_manifest *m, const char *now, const struct wpar_ability *here,
		    struct wpar_ckpt_fit *f)
{
	auto_spec then = { 0 }, s = { 0 };

	m->name = m->name ? m->name : (char *)"dev01";
	parse(SPEC, &then);
	parse(now, &s);
	wpar_ckpt_fit_manifest(m, &then, here, &s, f);
}

START_TEST(the_same_lpar_fits)
{
	const struct wpar_ability here = sound();
	struct wpar_ckpt_manifest m = { .there = sound() };
	auto_ckpt_fit f = { 0 };

	compare(&m, SPEC, &here, &f);
	for (size_t i = 0; i < f.n; i++)
		ck_assert_msg(f.v[i].fits, "%s", f.v[i].test);
	ck_assert_uint_ge(f.n, 8);
}
END_TEST

START_TEST(a_processor_that_lacks_something_does_not)
{
	struct wpar_ability here = sound();
	struct wpar_ckpt_manifest m = { .there = sound() };
	auto_ckpt_fit f = { 0 };

	here.hwcap2 = 0xbe000000; /* POWER8 */
	compare(&m, SPEC, &here, &f);
	ck_assert(!row(&f, "hwcap2")->fits && row(&f, "hwcap")->fits);
	ck_assert_str_eq(row(&f, "hwcap2")->there, "00000000bef00000");
	ck_assert_str_eq(row(&f, "hwcap2")->here, "00000000be000000");
}
END_TEST

START_TEST(a_newer_processor_does)
{
	struct wpar_ability here = sound();
	struct wpar_ckpt_manifest m = { .there = sound() };
	auto_ckpt_fit f = { 0 };

	here.hwcap2 = 0xbef60000; /* POWER10 */
	here.criu = 40201;
	here.kernel = (char *)"7.2.12";
	compare(&m, SPEC, &here, &f);
	ck_assert_int_eq(wpar_ckpt_fit_verdict(&f, "x", NULL), 0);
	ck_assert(!row(&f, "kernel")->fits && !row(&f, "kernel")->required);
}
END_TEST

START_TEST(other_pages_and_an_older_criu_do_not)
{
	struct wpar_ability here = sound();
	struct wpar_ckpt_manifest m = { .there = sound() };
	auto_ckpt_fit f = { 0 };

	here.page_size = 65536;
	m.there.criu = 40201;
	m.name = (char *)"dev02";
	compare(&m, SPEC, &here, &f);
	ck_assert(!row(&f, "page-size")->fits && !row(&f, "criu-version")->fits &&
		  !row(&f, "name")->fits);
}
END_TEST

START_TEST(the_definition_must_be_the_same)
{
	static const struct {
		const char *more, *there, *here;
	} cases[] = {
		{ "\tauto = yes\n", "the same", "the same" },
		{ "resources:\n\ttotalProcesses = 300\n", "the same", "the same" },
		{ "security:\n\tprivs = \"+PV_NET_RAWSOCK\"\n", "", NULL },
		{ "mount:\n\tdirectory = /data\n\tvfs = directory\n", "", NULL },
	};
	autofree char *now = par_strdup_printf(SPEC "%s", cases[_i].more);
	const struct wpar_ability here = sound();
	struct wpar_ckpt_manifest m = { .there = sound() };
	auto_ckpt_fit f = { 0 };

	compare(&m, now, &here, &f);
	ck_assert(row(&f, "specification")->fits == (cases[_i].here != NULL));
	if (cases[_i].here)
		ck_assert_str_eq(row(&f, "specification")->here, cases[_i].here);
}
END_TEST

START_TEST(what_of_a_specification_cannot_be)
{
	static const struct {
		const char *text, *test;
	} cases[] = {
		{ "general:\n\tname = \"a\"\n\tinit = \"/sbin/init\"\n", NULL },
		{ "general:\n\tname = \"a\"\nversioned:\n\timage_digest = " DIGEST "\n", NULL },
		{ "general:\n\tname = \"a\"\nversioned:\n\timage_digest = " DIGEST
		  "\n\tarchitecture = \"vax\"\n",
		  "machine" },
		{ "general:\n\tname = \"a\"\ndevice:\n\tdevname = /dev/vdb\n", "device" },
		{ "general:\n\tname = \"a\"\n", NULL },
		{ "general:\n\tname = \"a\"\ndevice:\n\tdevname = /dev/null\n", NULL },
	};
	auto_spec s = { 0 };
	auto_ckpt_fit f = { 0 };

	parse(cases[_i].text, &s);
	wpar_ckpt_fit_spec(&s, &f);
	if (!cases[_i].test) {
		ck_assert_int_eq(wpar_ckpt_fit_verdict(&f, "x", NULL), 0);
		return;
	}
	ck_assert(!row(&f, cases[_i].test)->fits);
	ck_assert_int_lt(wpar_ckpt_fit_verdict(&f, "x", NULL), 0);
}
END_TEST

START_TEST(the_program_of_a_build)
{
	struct wpar_ckpt_manifest m = { 0 };
	auto_ckpt_fit f = { 0 };

	wpar_ckpt_fit_program(&m, NULL, &f);
	ck_assert_uint_eq(f.n, 0);
	ck_assert_int_eq(wpar_ckpt_add_mapped(&m, "/usr/bin/x", 1, "11"), 0);
	ck_assert_int_eq(wpar_ckpt_add_mapped(&m, "/etc/init", 1, "a5"), 0);
	wpar_ckpt_fit_program(&m, "/var/lib/wpars/programs/a5", &f);
	wpar_ckpt_fit_program(&m, NULL, &f);
	ck_assert_uint_eq(f.n, 2);
	ck_assert(f.v[0].fits && !f.v[1].fits && f.v[1].required);
	ck_assert_str_eq(f.v[1].there, "a5");
	ck_assert_str_eq(f.v[1].here, "not kept");
	wpar_ckpt_manifest_done(&m);
}
END_TEST

/* Each file that differs is named, with what it was and what it is. */
START_TEST(mapped_files_must_be_the_same)
{
	struct wpar_ckpt_manifest m = { 0 };
	struct wpar_mapped_here here[] = {
		{ .known = true,
		  .there = true,
		  .size = 10,
		  .build_id = (char *)"1122334455667788" },
		{ .known = true, .there = true, .size = 20, .build_id = (char *)"ab" },
		{ .known = true, .there = true, .size = 31, .build_id = (char *)"ef" },
		{ .known = true },
		{ 0 },
		{ .known = true, .there = true, .size = 50 },
	};
	auto_ckpt_fit f = { 0 };

	ck_assert_int_eq(wpar_ckpt_add_mapped(&m, "/usr/bin/a", 10, "1122334455667788"), 0);
	ck_assert_int_eq(wpar_ckpt_add_mapped(&m, "/usr/bin/b", 20, "cd"), 0);
	ck_assert_int_eq(wpar_ckpt_add_mapped(&m, "/usr/bin/c", 30, "ef"), 0);
	ck_assert_int_eq(wpar_ckpt_add_mapped(&m, "/usr/bin/d", 40, NULL), 0);
	ck_assert_int_eq(wpar_ckpt_add_mapped(&m, "/srv/volume/e", 1, "99"), 0);
	ck_assert_int_eq(wpar_ckpt_add_mapped(&m, "/usr/share/f", 50, NULL), 0);
	wpar_ckpt_fit_mapped(&m, here, &f);
	ck_assert_uint_eq(f.n, 3);
	ck_assert(f.v[0].required && !f.v[0].fits);
	ck_assert_str_eq(f.v[0].test, "mapped-file");
	ck_assert_str_eq(f.v[0].there, "/usr/bin/b cd, 20 bytes");
	ck_assert_str_eq(f.v[0].here, "ab, 20 bytes");
	ck_assert_str_eq(f.v[1].there, "/usr/bin/c ef, 30 bytes");
	ck_assert_str_eq(f.v[1].here, "ef, 31 bytes");
	ck_assert_str_eq(f.v[2].there, "/usr/bin/d no build-id, 40 bytes");
	ck_assert_str_eq(f.v[2].here, "not there");
	wpar_ckpt_fit_done(&f);

	here[1].build_id = (char *)"cd";
	here[2].size = 30;
	here[3] = (struct wpar_mapped_here){ .known = true, .there = true, .size = 40 };
	wpar_ckpt_fit_mapped(&m, here, &f);
	ck_assert_uint_eq(f.n, 1);
	ck_assert(f.v[0].fits);
	ck_assert_str_eq(f.v[0].test, "mapped-files");
	ck_assert_str_eq(f.v[0].here, "5");
	wpar_ckpt_manifest_done(&m);
}
END_TEST

/* After an upgrade of it another build of our program is at its place; that is no difference. */
START_TEST(our_own_program_is_another_matter)
{
	struct wpar_ckpt_manifest m = { 0 };
	const struct wpar_mapped_here here[] = {
		{ .known = true, .there = true, .size = 1, .build_id = (char *)"bb" }
	};
	auto_ckpt_fit f = { 0 };

	ck_assert_int_eq(wpar_ckpt_add_mapped(&m, "/etc/init", 1, "a5"), 0);
	wpar_ckpt_fit_mapped(&m, here, &f);
	ck_assert_uint_eq(f.n, 1);
	ck_assert(f.v[0].fits);
	wpar_ckpt_manifest_done(&m);
}
END_TEST

START_TEST(a_clock_that_is_behind_is_a_warning)
{
	const struct wpar_ckpt_manifest m = { .taken_ms = 1764000000000 };
	auto_ckpt_fit f = { 0 };

	wpar_ckpt_fit_clock(&m, 1763999999999, &f);
	wpar_ckpt_fit_clock(&m, 1764000000000, &f);
	ck_assert(!f.v[0].fits && !f.v[0].required && f.v[1].fits);
	ck_assert_str_eq(f.v[0].there, "2025-11-24T16:00:00Z");
}
END_TEST

START_TEST(the_table_has_the_remedy)
{
	struct wpar_ability here = sound();
	auto_ckpt_fit f = { 0 };
	auto_buf table = { 0 }, json = { 0 };

	here.tools = false;
	wpar_ckpt_fit_lpar(&here, &f);
	wpar_ckpt_fit_print(&f, &table);
	ck_assert_ptr_nonnull(strstr(table.data, "tools            failed   required  -"));
	ck_assert_ptr_nonnull(strstr(table.data, "install iproute2 and tar"));
	ck_assert_int_eq(wpar_ckpt_fit_json(&f, &json), 0);
	ck_assert_ptr_nonnull(strstr(json.data, "\"verdict\":\"failed\""));
}
END_TEST

static Suite *ckpt_fit_suite(void)
{
	Suite *s = suite_create("ckpt_fit");
	TCase *t = tcase_create("ckpt_fit");

	tcase_add_test(t, a_sound_lpar_can);
	tcase_add_test(t, all_that_is_missing_is_said);
	tcase_add_loop_test(t, the_scan_of_guard_pages, 0, 4);
	tcase_add_loop_test(t, the_repair_of_criu_on_power, 0, 3);
	tcase_add_test(t, the_same_lpar_fits);
	tcase_add_test(t, a_processor_that_lacks_something_does_not);
	tcase_add_test(t, a_newer_processor_does);
	tcase_add_test(t, other_pages_and_an_older_criu_do_not);
	tcase_add_loop_test(t, the_definition_must_be_the_same, 0, 4);
	tcase_add_loop_test(t, what_of_a_specification_cannot_be, 0, 6);
	tcase_add_test(t, the_program_of_a_build);
	tcase_add_test(t, mapped_files_must_be_the_same);
	tcase_add_test(t, our_own_program_is_another_matter);
	tcase_add_test(t, a_clock_that_is_behind_is_a_warning);
	tcase_add_test(t, the_table_has_the_remedy);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(ckpt_fit_suite)
