/* SPDX-License-Identifier: Apache-2.0 */
/* check_proc_text.c - /proc/meminfo and /proc/cpuinfo of a WPAR with limits */
#include "harness.h"
#include "wparctl/resources/proc_text.h"

#include <string.h>

#define GLOBAL                          \
	"MemTotal:        2097152 kB\n" \
	"MemFree:         1048576 kB\n" \
	"MemAvailable:    1500000 kB\n" \
	"Buffers:            9999 kB\n" \
	"Cached:           700000 kB\n" \
	"Active(anon):      99999 kB\n" \
	"SwapTotal:       1000000 kB\n" \
	"SwapFree:        1000000 kB\n" \
	"Hugepagesize:      16384 kB\n"

#define CPUS                                   \
	"processor\t: 0\ncpu\t\t: POWER9\n\n"  \
	"processor\t: 1\ncpu\t\t: POWER9\n\n"  \
	"processor\t: 2\ncpu\t\t: POWER9\n\n"  \
	"processor\t: 12\ncpu\t\t: POWER9\n\n" \
	"timebase\t: 512000000\nplatform\t: pSeries\n"

static struct wpar_group_limits without(void)
{
	return (struct wpar_group_limits){ .memory_max = UINT64_MAX,
					   .swap_max = UINT64_MAX,
					   .quota_us = UINT64_MAX,
					   .period_us = 100000 };
}

START_TEST(memory_is_that_of_the_limit)
{
	struct wpar_group_limits l = without();
	auto_buf text = { 0 };

	l.memory_max = UINT64_C(512) << 20;
	l.memory_current = UINT64_C(128) << 20;
	l.swap_max = 0;
	l.memory_stat = "anon 1024\nfile 67108864\nactive_anon 1048576\nactive_file 1048576\n"
			"inactive_file 2097152\nslab_reclaimable 1024\n";
	ck_assert_int_eq(wpar_proc_meminfo(GLOBAL, &l, &text), 0);
	ck_assert_str_eq(text.data, "MemTotal:         524288 kB\n"
				    "MemFree:          393216 kB\n"
				    "MemAvailable:     396289 kB\n"
				    "Buffers:               0 kB\n"
				    "Cached:            65536 kB\n"
				    "Active(anon):       1024 kB\n"
				    "SwapTotal:             0 kB\n"
				    "SwapFree:              0 kB\n"
				    "Hugepagesize:      16384 kB\n");
}
END_TEST

START_TEST(it_is_never_more_than_there_is)
{
	struct wpar_group_limits l = without();
	auto_buf all = { 0 }, much = { 0 }, full = { 0 };

	ck_assert_int_eq(wpar_proc_meminfo(GLOBAL, &l, &all), 0);
	ck_assert_str_eq(all.data, GLOBAL);
	l.memory_max = UINT64_C(1) << 40;
	l.memory_current = 4096;
	ck_assert_int_eq(wpar_proc_meminfo(GLOBAL, &l, &much), 0);
	ck_assert_ptr_nonnull(strstr(much.data, "MemTotal:        2097152 kB\n"));
	ck_assert_ptr_nonnull(strstr(much.data, "MemFree:         1048576 kB\n"));
	ck_assert_ptr_nonnull(strstr(much.data, "SwapFree:        1000000 kB\n"));
	/* Charged beyond the limit, as the kernel allows for a moment */
	l.memory_max = 1 << 20;
	l.memory_current = 2 << 20;
	l.swap_max = 1 << 20;
	l.swap_current = 1 << 19;
	ck_assert_int_eq(wpar_proc_meminfo(GLOBAL, &l, &full), 0);
	ck_assert_ptr_nonnull(strstr(full.data, "MemFree:               0 kB\n"));
	ck_assert_ptr_nonnull(strstr(full.data, "SwapTotal:          1024 kB\n"));
	ck_assert_ptr_nonnull(strstr(full.data, "SwapFree:            512 kB\n"));
}
END_TEST

static size_t processors(const char *text)
{
	size_t n = 0;

	while ((text = strstr(text, "processor\t:"))) {
		text++;
		n++;
	}
	return n;
}

START_TEST(processors_are_those_of_the_set_as_far_as_their_time_goes)
{
	static const struct {
		const char *set;
		uint64_t quota;
		size_t n;
	} rows[] = {
		{ NULL, UINT64_MAX, 4 },
		{ "0-2\n", UINT64_MAX, 3 },
		{ "0-1,12\n", UINT64_MAX, 3 },
		{ "12\n", UINT64_MAX, 1 },
		{ "0-2\n", 100000, 1 },
		{ "0-2\n", 100001, 2 },
		{ NULL, 25000, 1 },
		{ NULL, 1000000, 4 },
	};
	struct wpar_group_limits l = without();

	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		auto_buf text = { 0 };

		l.processors = rows[i].set;
		l.quota_us = rows[i].quota;
		ck_assert_int_eq(wpar_proc_cpuinfo(CPUS, &l, &text), 0);
		ck_assert_msg(processors(text.data) == rows[i].n, "row %zu: %s", i, text.data);
		ck_assert_ptr_nonnull(strstr(text.data, "platform\t: pSeries\n"));
	}
	l = without();
	l.processors = "1-1,12";
	{
		auto_buf text = { 0 };

		ck_assert_int_eq(wpar_proc_cpuinfo(CPUS, &l, &text), 0);
		ck_assert_ptr_null(strstr(text.data, "processor\t: 0"));
		ck_assert_ptr_nonnull(strstr(text.data, "processor\t: 12"));
	}
}
END_TEST

static Suite *proc_text_suite(void)
{
	Suite *s = suite_create("proc_text");
	TCase *c = tcase_create("proc_text");

	tcase_add_test(c, memory_is_that_of_the_limit);
	tcase_add_test(c, it_is_never_more_than_there_is);
	tcase_add_test(c, processors_are_those_of_the_set_as_far_as_their_time_goes);
	suite_add_tcase(s, c);
	return s;
}

PAR_TEST_MAIN(proc_text_suite)
