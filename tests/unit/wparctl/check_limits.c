/* SPDX-License-Identifier: Apache-2.0 */
/* check_limits.c - a specification's resources as values of control group files */
#include "harness.h"
#include "wparctl/resources/huge_pages.h"
#include "wparctl/resources/inner_limits.h"
#include "wparctl/resources/limits.h"
#include "wparctl/resources/oom.h"
#include "wparctl/resources/soft_limit.h"

#include <regex.h>
#include <string.h>

static const struct wpar_machine machine = { .memory = 1000000000, .processors = 4 };

static const char *value(const struct wpar_spec *s, const char *file)
{
	static struct wpar_limit limits[WPAR_LIMITS_MAX];
	size_t n = wpar_limits_plan(s, &machine, limits);

	ck_assert_uint_le(n, WPAR_LIMITS_MAX);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(limits[i].file, file) == 0)
			return limits[i].value;
	}
	return NULL;
}

START_TEST(a_fork_bomb_is_always_bounded)
{
	struct wpar_spec s = { 0 };

	ck_assert_str_eq(value(&s, "pids.max"), "4096");
	ck_assert_ptr_null(value(&s, "memory.max"));
	ck_assert_ptr_null(value(&s, "cpu.max"));
	s.resources = (struct wpar_resources){ .inactive = true, .total_processes = 10 };
	ck_assert_str_eq(value(&s, "pids.max"), "4096"); /* active=no */
}
END_TEST

START_TEST(limits_become_values)
{
	struct wpar_spec s = { .resources = { .total_processes = 100,
					      .total_threads = 300,
					      .cpu_hard_x100 = 5000,
					      .shares_cpu = 65535,
					      .memory_hard_x100 = 2500,
					      .memory_soft_x100 = 1000,
					      .memory_min_x100 = 500 } };

	ck_assert_str_eq(value(&s, "pids.max"), "100"); /* the lower of both */
	ck_assert_ptr_null(value(&s, "memory.swap.max"));
	ck_assert_str_eq(value(&s, "cpu.max"), "200000 100000");
	ck_assert_str_eq(value(&s, "cpu.weight"), "10000");
	ck_assert_str_eq(value(&s, "memory.max"), "250000000");
	/* memory.high pushes always: the soft limit counts under contention only (soft_limit.h). */
	ck_assert_ptr_null(value(&s, "memory.high"));
	ck_assert_uint_eq(wpar_limits_soft_memory(&s, &machine), 100000000);
	ck_assert_str_eq(value(&s, "memory.min"), "50000000");
	s.resources.total_virt_mem = 1000;
	ck_assert_str_eq(value(&s, "memory.max"), "1000");
	ck_assert_str_eq(value(&s, "memory.swap.max"), "0");
	s.resources.total_threads = 50;
	ck_assert_str_eq(value(&s, "pids.max"), "50");
	s.resources.total_processes = 0;
	ck_assert_str_eq(value(&s, "pids.max"), "50");
	s.resources.cpu_hard_x100 = 10000;
	ck_assert_ptr_null(value(&s, "cpu.max"));
}
END_TEST

START_TEST(unlimited_is_no_default)
{
	struct wpar_spec s = { .resources = { .total_processes = WPAR_UNLIMITED } };

	ck_assert_str_eq(value(&s, "pids.max"), "max");
	s.resources.total_threads = 70;
	ck_assert_str_eq(value(&s, "pids.max"), "70");
}
END_TEST

START_TEST(limits_need_controllers)
{
	struct wpar_spec s = { 0 };
	auto_strv none = { 0 }, all = { 0 };

	ck_assert_int_eq(wpar_limits_need(&s, &none), 0);
	ck_assert_uint_eq(none.n, 0);
	s.resources = (struct wpar_resources){
		.memory_soft_x100 = 500, .shares_cpu = 9, .total_threads = 12, .inactive = true
	};
	ck_assert_int_eq(wpar_limits_need(&s, &none), 0);
	ck_assert_uint_eq(none.n, 0);
	s.resources.inactive = false;
	ck_assert_int_eq(wpar_limits_need(&s, &all), 0);
	ck_assert_uint_eq(all.n, 3);
	ck_assert_int_ge(par_strv_find(&all, "pids"), 0);
	ck_assert_int_ge(par_strv_find(&all, "cpu"), 0);
	ck_assert_int_ge(par_strv_find(&all, "memory"), 0);
}
END_TEST

START_TEST(huge_pages_need_their_controller)
{
	struct wpar_spec s = { .resources = { .total_large_pages = 5 } };
	auto_strv pages = { 0 }, off = { 0 };

	ck_assert_int_eq(wpar_limits_need(&s, &pages), 0);
	ck_assert_uint_eq(pages.n, 1);
	ck_assert_str_eq(pages.v[0], "hugetlb");
	s.resources.inactive = true;
	ck_assert_int_eq(wpar_limits_need(&s, &off), 0);
	ck_assert_uint_eq(off.n, 0);
}
END_TEST

START_TEST(files_of_huge_pages)
{
	char file[48];

	wpar_huge_pages_file(2048, false, file);
	ck_assert_str_eq(file, "hugetlb.2MB.max");
	wpar_huge_pages_file(16384, true, file);
	ck_assert_str_eq(file, "hugetlb.16MB.rsvd.max");
	wpar_huge_pages_file(1 << 20, false, file);
	ck_assert_str_eq(file, "hugetlb.1GB.max");
	wpar_huge_pages_file(64, false, file);
	ck_assert_str_eq(file, "hugetlb.64KB.max");
}
END_TEST

/* "file=value …" of the change */
static const char *change(const struct wpar_spec *from, const struct wpar_spec *to)
{
	static char text[512];
	struct wpar_limit limits[WPAR_LIMITS_MAX];
	size_t n = wpar_limits_change(from, to, &machine, limits), len = 0;

	text[0] = '\0';
	ck_assert_uint_le(n, WPAR_LIMITS_MAX);
	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s=%s;", limits[i].file,
					limits[i].value);
	return text;
}

START_TEST(a_set_of_processors_is_of_those_that_there_are)
{
	static const char *const good[] = { "0", "3", "0-3", "0,2", "0-1,3", "2-2" };
	static const char *const bad[] = { "",	 "4",  "0-4", "3-1",  "all", "0,",
					   "-1", "0-", "1 2", "0--1", "0x1" };
	auto_strv needed = { 0 };
	struct wpar_spec s = { 0 };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(good); i++) {
		s.resources.rset = (char *)good[i];
		ck_assert_msg(wpar_limits_check(&s, &machine, NULL) == 0, "%s", good[i]);
		ck_assert_str_eq(value(&s, "cpuset.cpus"), good[i]);
	}
	ck_assert_int_eq(wpar_limits_need(&s, &needed), 0);
	ck_assert_uint_eq(needed.n, 1);
	ck_assert_str_eq(needed.v[0], "cpuset");
	for (size_t i = 0; i < PAR_ARRAY_SIZE(bad); i++) {
		s.resources.rset = (char *)bad[i];
		ck_assert_msg(wpar_limits_check(&s, &machine, NULL) < 0, "%s", bad[i]);
	}
	s.resources.inactive = true;
	ck_assert_int_eq(wpar_limits_check(&s, &machine, NULL), 0);
	ck_assert_ptr_null(value(&s, "cpuset.cpus"));
}
END_TEST

START_TEST(the_machine_is_asked_where_a_limit_depends_on_it)
{
	struct wpar_spec s = { .resources = { .total_processes = 100 } };
	struct wpar_machine m, all;

	wpar_machine_get(&all);
	wpar_machine_get_for(&s, &m);
	ck_assert_uint_eq(m.memory, 0);
	s.resources.rset = (char *)"0";
	wpar_machine_get_for(&s, &m);
	ck_assert_uint_eq(m.processors, all.processors);
	ck_assert_uint_eq(m.memory, all.memory);
	s.resources.rset = NULL;
	s.resources.pct_pin_mem = 5;
	wpar_machine_get_for(&s, &m);
	ck_assert_uint_eq(m.memory, all.memory);
}
END_TEST

START_TEST(limits_of_processes_and_ipc_follow_the_specification)
{
	struct wpar_spec s = { .resources = { .proc_virt_mem = 1 << 26,
					      .pct_pin_mem = 10,
					      .pct_msg_ids = 1,
					      .pct_sem_ids = 2,
					      .pct_shm_ids = 3 } };
	struct wpar_inner_limits l, none;
	auto_error err = NULL;

	wpar_inner_limits_plan(&s, &machine, &l);
	ck_assert_uint_eq(l.address_space, 1 << 26);
	ck_assert_uint_eq(l.locked, 100000000);
	ck_assert_uint_eq(l.pct_msg_ids + 10 * l.pct_sem_ids + 100 * l.pct_shm_ids, 321);
	ck_assert_int_eq(wpar_inner_limits_check(&s, NULL), 0);
	ck_assert(wpar_inner_limits_equal(&l, &l));
	s.resources.proc_virt_mem = 1 << 20;
	ck_assert_int_lt(wpar_inner_limits_check(&s, &err), 0);
	ck_assert_ptr_nonnull(strstr(par_error_text(err), "1024 KiB"));
	s.resources.inactive = true;
	ck_assert_int_eq(wpar_inner_limits_check(&s, NULL), 0);
	wpar_inner_limits_plan(&s, &machine, &none);
	ck_assert(!wpar_inner_limits_equal(&l, &none));
	ck_assert_uint_eq(
		none.address_space + none.pct_msg_ids + none.pct_sem_ids + none.pct_shm_ids, 0);
	ck_assert_uint_eq(none.locked, 8 << 20);
}
END_TEST

START_TEST(a_change_writes_what_differs_and_the_defaults_of_what_goes)
{
	const struct wpar_spec none = { 0 };
	const struct wpar_spec all = { .resources = { .total_processes = 100,
						      .cpu_hard_x100 = 2500,
						      .shares_cpu = 300,
						      .memory_min_x100 = 500,
						      .memory_hard_x100 = 2500,
						      .total_virt_mem = 1000 } };
	struct wpar_spec other = all;

	ck_assert_str_eq(change(&none, &none), "");
	ck_assert_str_eq(change(&all, &all), "");
	ck_assert_str_eq(change(&none, &all),
			 "pids.max=100;memory.max=1000;memory.swap.max=0;memory.min=50000000;"
			 "cpu.max=100000 100000;cpu.weight=300;");
	ck_assert_str_eq(change(&all, &none),
			 "pids.max=4096;memory.max=max;memory.swap.max=max;memory.min=0;"
			 "cpu.max=max 100000;cpu.weight=100;");
	other.resources.rset = (char *)"0-1,3";
	ck_assert_str_eq(change(&all, &other), "cpuset.cpus=0-1,3;");
	ck_assert_str_eq(change(&other, &all), "cpuset.cpus=;");
	other.resources.rset = NULL;
	other.resources.total_processes = WPAR_UNLIMITED;
	ck_assert_str_eq(change(&all, &other), "pids.max=max;");
	other.resources = all.resources;
	other.resources.inactive = true;
	ck_assert_str_eq(change(&none, &other), "");
	ck_assert_ptr_nonnull(strstr(change(&all, &other), "cpu.max=max 100000;"));
}
END_TEST

/* A quota below 1 ms is refused by the kernel: then of a longer period. */
START_TEST(small_parts_of_processors)
{
	struct wpar_spec s = { .resources = { .cpu_hard_x100 = 25 } };

	ck_assert_str_eq(value(&s, "cpu.max"), "1000 100000");
	s.resources.cpu_hard_x100 = 24;
	ck_assert_str_eq(value(&s, "cpu.max"), "9600 1000000");
	s.resources.cpu_hard_x100 = 1;
	ck_assert_str_eq(value(&s, "cpu.max"), "1000 1000000");
}
END_TEST

START_TEST(limits_that_are_too_low)
{
	static const struct {
		enum wpar_type type;
		struct wpar_resources r;
		const char *says;
	} cases[] = {
		{ WPAR_SYSTEM, { 0 }, NULL },
		{ WPAR_SYSTEM, { .total_processes = 8, .total_virt_mem = 16 << 20 }, NULL },
		{ WPAR_SYSTEM, { .total_processes = 7 }, "totalProcesses=: .* fewer than 8" },
		{ WPAR_SYSTEM, { .total_processes = 50, .total_threads = 2 }, "totalThreads=" },
		{ WPAR_SYSTEM, { .total_processes = 2, .inactive = true }, NULL },
		{ WPAR_SYSTEM, { .total_virt_mem = (16 << 20) - 1 }, "totalVirtMem=" },
		{ WPAR_SYSTEM, { .memory_hard_x100 = 100 }, "memory=: .* than 16 MiB" },
		{ WPAR_SYSTEM, { .memory_hard_x100 = 200 }, NULL },
		{ WPAR_SYSTEM, { .cpu_hard_x100 = 2 }, "must be 0.03% at least" },
		{ WPAR_SYSTEM, { .cpu_hard_x100 = 3 }, NULL },
		{ WPAR_APPLICATION, { .total_processes = 1 }, "fewer than 2" },
		{ WPAR_APPLICATION, { .total_processes = 2, .total_virt_mem = 4 << 20 }, NULL },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(cases); i++) {
		struct wpar_spec s = { .type = cases[i].type, .resources = cases[i].r };
		auto_error err = NULL;
		int r = wpar_limits_check(&s, &machine, &err);
		regex_t pattern;

		ck_assert_msg((r < 0) == (cases[i].says != NULL), "%zu: %s", i,
			      err ? err->msg : "");
		if (!cases[i].says)
			continue;
		ck_assert_int_eq(regcomp(&pattern, cases[i].says, REG_EXTENDED | REG_NOSUB), 0);
		ck_assert_msg(regexec(&pattern, err->msg, 0, NULL, 0) == 0, "%zu: %s", i, err->msg);
		regfree(&pattern);
	}
}
END_TEST

START_TEST(kills_are_counted)
{
	ck_assert_uint_eq(wpar_oom_parse("low 0\nmax 7\noom 3\noom_kill 12\noom_group_kill 4\n"),
			  12);
	ck_assert_uint_eq(wpar_oom_parse("oom_group_kill 4\n"), 0);
	ck_assert_uint_eq(wpar_oom_parse(""), 0);
	ck_assert_uint_eq(wpar_oom_kills(-1), 0);
}
END_TEST

START_TEST(contention_begins_below_a_tenth_and_ends_above)
{
	ck_assert(!wpar_soft_limit_presses(false, 500, 1000));
	ck_assert(!wpar_soft_limit_presses(false, 100, 1000));
	ck_assert(wpar_soft_limit_presses(false, 99, 1000));
	ck_assert(wpar_soft_limit_presses(true, 149, 1000));
	ck_assert(!wpar_soft_limit_presses(true, 150, 1000));
}
END_TEST

/* Minimum and soft maximum: as a weight against one WPAR of the default weight, 100. */
START_TEST(parts_become_a_weight)
{
	static const struct {
		uint32_t shares, min, soft;
		const char *weight;
	} cases[] = {
		{ 0, 0, 0, NULL },
		{ 0, 0, 10000, NULL },
		{ 50, 0, 10000, "50" },
		{ 0, 0, 5000, NULL },
		{ 0, 0, 1000, "11" },
		{ 0, 6000, 10000, "150" },
		{ 0, 10000, 10000, "10000" },
		{ 500, 0, 5000, "100" },
		{ 5, 5000, 10000, "100" },
		{ 65535, 0, 0, "10000" },
		{ 0, 0, 1, "1" },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(cases); i++) {
		struct wpar_spec s = { .resources = { .shares_cpu = cases[i].shares,
						      .cpu_min_x100 = cases[i].min,
						      .cpu_soft_x100 = cases[i].soft } };
		const char *got = value(&s, "cpu.weight");

		if (cases[i].weight)
			ck_assert_str_eq(got, cases[i].weight);
		else
			ck_assert_ptr_null(got);
	}
}
END_TEST

static Suite *limits_suite(void)
{
	Suite *suite = suite_create("limits");
	TCase *tc = tcase_create("plan");

	tcase_add_test(tc, a_fork_bomb_is_always_bounded);
	tcase_add_test(tc, limits_become_values);
	tcase_add_test(tc, unlimited_is_no_default);
	tcase_add_test(tc, small_parts_of_processors);
	tcase_add_test(tc, limits_that_are_too_low);
	tcase_add_test(tc, kills_are_counted);
	tcase_add_test(tc, limits_need_controllers);
	tcase_add_test(tc, huge_pages_need_their_controller);
	tcase_add_test(tc, files_of_huge_pages);
	tcase_add_test(tc, contention_begins_below_a_tenth_and_ends_above);
	tcase_add_test(tc, a_set_of_processors_is_of_those_that_there_are);
	tcase_add_test(tc, the_machine_is_asked_where_a_limit_depends_on_it);
	tcase_add_test(tc, limits_of_processes_and_ipc_follow_the_specification);
	tcase_add_test(tc, a_change_writes_what_differs_and_the_defaults_of_what_goes);
	tcase_add_test(tc, parts_become_a_weight);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(limits_suite)
