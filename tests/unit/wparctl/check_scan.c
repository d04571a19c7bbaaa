/* SPDX-License-Identifier: Apache-2.0 */
/* check_scan.c - the helper's lines about an archive; it may have been taken over by it */
#include "harness.h"
#include "wparctl/archive/scan.h"

START_TEST(reads_its_lines)
{
	auto_scan s = { 0 };

	wpar_scan_line(&s, "data 61620a63");
	wpar_scan_line(&s, "elf ppc64le 64 12 65536 62696e2f7368");
	wpar_scan_line(&s, "elf i686 32 1 4096 62");
	wpar_scan_line(&s, "kernel 3.10.1 6c6962");
	wpar_scan_line(&s, "libc glibc 2.31");
	wpar_scan_line(&s, "init systemd");
	wpar_scan_line(&s, "ids 1999 65534");
	wpar_scan_line(&s, "count 10 5 3 1 0 2 123456");
	wpar_scan_line(&s, "refused a member has an absolute name");
	ck_assert_str_eq(s.data.data, "ab\nc");
	ck_assert_uint_eq(s.n_programs, 2);
	ck_assert_str_eq(s.programs[0].machine, "ppc64le");
	ck_assert_uint_eq(s.programs[0].align, 65536);
	ck_assert_str_eq(s.programs[0].least, "bin/sh");
	ck_assert_uint_eq(s.programs[1].bits, 32);
	ck_assert_uint_eq(s.kernel, 3 << 16 | 10 << 8 | 1);
	ck_assert_str_eq(s.libc, "glibc");
	ck_assert_str_eq(s.libc_level, "2.31");
	ck_assert_str_eq(s.init, "systemd");
	ck_assert_uint_eq(s.gid, 65534);
	ck_assert_uint_eq(s.setuid, 2);
	ck_assert_uint_eq(s.bytes, 123456);
	ck_assert_str_eq(s.refused, "a member has an absolute name");
}
END_TEST

START_TEST(passes_over_what_is_none)
{
	static const char *const lines[] = {
		"",	 "data 6",	 "data 6x",	      "data 00",       "elf",
		"elf x", "elf x 64 1 1", "kernel 300.0.0 61", "libc a\033b 1", "init \xff",
		"count", "surprise 1",
	};
	auto_scan s = { 0 };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(lines); i++)
		wpar_scan_line(&s, lines[i]);
	ck_assert_uint_eq(s.data.len, 0);
	ck_assert_uint_eq(s.n_programs, 0);
	ck_assert_uint_eq(s.kernel, 0);
	ck_assert_str_eq(s.libc, "");
	ck_assert_str_eq(s.init, "");
	for (int i = 0; i < 100; i++)
		wpar_scan_line(&s, "elf x86_64 64 1 4096 61");
	ck_assert_uint_eq(s.n_programs, PAR_ARRAY_SIZE(s.programs));
	wpar_scan_line(&s, "refused \033[2J");
	ck_assert_str_eq(s.refused, "a member has a bad name");
}
END_TEST

static Suite *scan_suite(void)
{
	Suite *suite = suite_create("wparctl scan");
	TCase *tc = tcase_create("scan");

	tcase_add_test(tc, reads_its_lines);
	tcase_add_test(tc, passes_over_what_is_none);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(scan_suite)
