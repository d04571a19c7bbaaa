/* SPDX-License-Identifier: Apache-2.0 */
/* check_file_systems.c - crfs and chfs: AIX's sizes and attributes, and the lines in /etc/fstab */
#include "harness.h"
#include "wparctl/filesystem/fstab.h"
#include "wparctl/operations/file_systems.h"

#include <string.h>

START_TEST(sizes)
{
	static const struct {
		const char *text;
		uint64_t now, is; /* is 0: refused */
	} rows[] = {
		{ "1", 0, 1 },
		{ "2048", 0, 1 },
		{ "2049", 0, 2 },
		{ "65536", 0, 32 },
		{ "16M", 0, 16 },
		{ "2G", 0, 2048 },
		{ "+1G", 16, 1040 },
		{ "+2048", 16, 17 },
		{ "-1M", 16, 15 },
		{ "1073741824M", 0, 1073741824 },
		{ "-16M", 16, 0 },
		{ "", 0, 0 },
		{ "0", 0, 0 },
		{ "+", 5, 0 },
		{ "+-1", 5, 0 },
		{ "--1", 5, 0 },
		{ " 1", 0, 0 },
		{ "1 ", 0, 0 },
		{ "1K", 0, 0 },
		{ "1GB", 0, 0 },
		{ "0x10", 0, 0 },
		{ "1.5G", 0, 0 },
		{ "18446744073709551615", 0, 0 },
		{ "18446744073709551616", 0, 0 },
		{ "18446744073709551615G", 0, 0 },
		{ "4398046511104G", 0, 0 },
		{ "+1099511627776M", 1, 0 },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		auto_error err = NULL;
		uint64_t mib = 0;
		int r = wpar_fs_parse_size(rows[i].text, rows[i].now, &mib, &err);

		ck_assert_msg((r == 0) == (rows[i].is != 0), "'%s'", rows[i].text);
		if (r == 0)
			ck_assert_uint_eq(mib, rows[i].is);
	}
}
END_TEST

START_TEST(attributes)
{
	static const struct {
		const char *attribute, *permissions, *automatic, *accounting;
		const char *options, *says;
	} rows[] = {
		{ "size=16M", NULL, NULL, NULL, NULL, NULL },
		{ "options=ro", NULL, "no", "no", "ro", NULL },
		{ "agblksize=4096", "rw", NULL, NULL, "rw", NULL },
		{ "agblksize=512", NULL, NULL, NULL, NULL, "-a agblksize=512: nothing" },
		{ "sizes=1", NULL, NULL, NULL, NULL, "-a sizes=1: nothing" },
		{ "size=1", "wo", NULL, NULL, NULL, "-p wo: it must be" },
		{ "size=1", NULL, "yes", NULL, NULL, "-A yes: the start" },
		{ "size=1", NULL, NULL, "yes", NULL, "-t yes: there is no" },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		char *v[] = { (char *)rows[i].attribute, NULL };
		const struct par_args list = { .v = v, .n = 1 };
		struct wpar_fs_settings set = { 0 };
		auto_error err = NULL;
		int r = wpar_fs_settings_read(&list, rows[i].permissions, rows[i].automatic,
					      rows[i].accounting, &set, &err);

		ck_assert_msg((r < 0) == (rows[i].says != NULL), "%zu", i);
		if (rows[i].says)
			ck_assert_msg(strstr(err->msg, rows[i].says) != NULL, "%s", err->msg);
		else if (rows[i].options)
			ck_assert_str_eq(set.options, rows[i].options);
	}
}
END_TEST

#define OTHERS                                                               \
	"# kept: x-wpar=dev\n\nLABEL=a\t/\text4\trw,x-wpar=dev\t0\t1\nodd\n" \
	"/i /wpars/dev2/x wpar noauto,rw,x-wpar=dev2 0 0\n"

START_TEST(lines_of_fstab)
{
	struct wpar_mount mounts[] = {
		{ .directory = (char *)"/data", .vfs = (char *)"directory" },
		{ .directory = (char *)"/o ra\\", .vfs = (char *)"jfs2", .options = (char *)"ro" },
	};
	const struct wpar_spec s = { .name = (char *)"dev",
				     .directory = (char *)"/wpars/dev",
				     .mounts = mounts,
				     .n_mounts = PAR_ARRAY_SIZE(mounts) };
	auto_buf with = { 0 }, again = { 0 }, without = { 0 }, open_end = { 0 }, alone = { 0 };

	ck_assert_int_eq(wpar_fstab_text(OTHERS, "dev", &s, &with), 0);
	ck_assert_str_eq(with.data,
			 OTHERS "/wpars/.volumes/dev/o\\040ra\\134.jfs2\t/wpars/dev/o\\040ra\\134\t"
				"wpar\tnoauto,ro,x-wpar=dev\t0\t0\n");
	ck_assert_int_eq(wpar_fstab_text(with.data, "dev", &s, &again), 0);
	ck_assert_str_eq(again.data, with.data);
	ck_assert_int_eq(wpar_fstab_text(with.data, "dev", NULL, &without), 0);
	ck_assert_str_eq(without.data, OTHERS);
	/* A last line without its end gets one, when there is something behind it. */
	ck_assert_int_eq(wpar_fstab_text("last", "dev", NULL, &alone), 0);
	ck_assert_str_eq(alone.data, "last");
	ck_assert_int_eq(wpar_fstab_text("last", "dev", &s, &open_end), 0);
	ck_assert(par_starts_with(open_end.data, "last\n/wpars"));
}
END_TEST

static Suite *file_systems_suite(void)
{
	Suite *s = suite_create("file_systems");
	TCase *c = tcase_create("file_systems");

	tcase_add_test(c, sizes);
	tcase_add_test(c, attributes);
	tcase_add_test(c, lines_of_fstab);
	suite_add_tcase(s, c);
	return s;
}

PAR_TEST_MAIN(file_systems_suite)
