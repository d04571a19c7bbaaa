/* SPDX-License-Identifier: Apache-2.0 */
/* check_df.c - df and mount inside a WPAR: what they are asked, and what they show */
#include "harness.h"
#include "wparctl/runtime/inside/inside.h"

#include <stdarg.h>
#include <string.h>

/* The arguments that the real df would get, joined by blanks. */
static const char *given(char *const *argv)
{
	static char *mounts[] = { (char *)"/", (char *)"/home", NULL };
	static char text[512];
	int argc = 0;
	char **v;

	while (argv[argc])
		argc++;
	v = wpar_df_arguments("df", argc, (char **)argv, mounts);
	text[0] = '\0';
	for (char **s = v; *s; s++) {
		size_t n = strlen(text);

		snprintf(text + n, sizeof(text) - n, "%s%s", *s, s[1] ? " " : "");
	}
	free(v);
	return text;
}

#define GIVEN(...) given((char *[]){ (char *)"df", __VA_ARGS__, NULL })

START_TEST(mounts_are_named_without_operands)
{
	char *plain[] = { (char *)"df", NULL };

	ck_assert_str_eq(given(plain), "df / /home");
	ck_assert_str_eq(GIVEN((char *)"-k"), "df -k / /home");
	ck_assert_str_eq(GIVEN((char *)"-B", (char *)"1M"), "df -B 1M / /home");
	ck_assert_str_eq(GIVEN((char *)"-hB", (char *)"1M"), "df -hB 1M / /home");
	ck_assert_str_eq(GIVEN((char *)"-BM", (char *)"-i"), "df -BM -i / /home");
	ck_assert_str_eq(GIVEN((char *)"--block-size", (char *)"K"), "df --block-size K / /home");
	ck_assert_str_eq(GIVEN((char *)"--output=source", (char *)"-t", (char *)"ext4"),
			 "df --output=source -t ext4 / /home");
}
END_TEST

START_TEST(operands_stay)
{
	ck_assert_str_eq(GIVEN((char *)"/tmp"), "df /tmp");
	ck_assert_str_eq(GIVEN((char *)"-k", (char *)"/tmp"), "df -k /tmp");
	ck_assert_str_eq(GIVEN((char *)"-B", (char *)"1M", (char *)"/tmp"), "df -B 1M /tmp");
	ck_assert_str_eq(GIVEN((char *)"--", (char *)"-x"), "df -- -x");
	ck_assert_str_eq(GIVEN((char *)"-ak"), "df -ak");
	ck_assert_str_eq(GIVEN((char *)"--help"), "df --help");
}
END_TEST

START_TEST(the_sealed_part_of_proc_is_proc)
{
	char end[] = "Global 0 0 0 - /proc/sys\n", middle[] = "- /proc/sys Global\n";
	char other[] = "Global 1 1 0 - /proc/system\n";

	wpar_df_line(end);
	ck_assert_str_eq(end, "Global 0 0 0 - /proc\n");
	wpar_df_line(middle);
	ck_assert_str_eq(middle, "- /proc     Global\n");
	wpar_df_line(other);
	ck_assert_str_eq(other, "Global 1 1 0 - /proc/system\n");
}
END_TEST

START_TEST(a_row_of_proc_is_found)
{
	char *v[] = { (char *)"/wpars/a/proc", (char *)"/wpars/b/proc" };
	struct par_strv points = { .v = v, .n = 2 };

	ck_assert_int_eq(wpar_df_point("proc 0 0 0 - /wpars/b/proc\n", &points), 13);
	ck_assert_int_eq(wpar_df_point("proc 0 0 0 - /wpars/b/proc", &points), 13);
	ck_assert_int_eq(wpar_df_point("/wpars/a/proc\n", &points), 0);
	ck_assert_int_eq(wpar_df_point("proc 0 0 0 - /wpars/b/process\n", &points), -1);
	ck_assert_int_eq(wpar_df_point("/wpars/b/proc 0 0 0 -\n", &points), -1);
	ck_assert_int_eq(wpar_df_point("\n", &points), -1);
}
END_TEST

START_TEST(no_server_is_named)
{
	char line[] = "lpar32p682e_pub:/scratch/app20var 8182272 187904 7956992 3% /var\n";
	char short_name[] = "h:/x            1 1 0 0% /x\n";
	char other[] = "a:b 1 1 0 0% /x\n";

	wpar_df_line(line);
	ck_assert_str_eq(line,
			 "Global                            8182272 187904 7956992 3% /var\n");
	wpar_df_line(short_name);
	ck_assert_str_eq(short_name, "Global          1 1 0 0% /x\n");
	wpar_df_line(other);
	ck_assert_str_eq(other, "a:b 1 1 0 0% /x\n");
}
END_TEST

START_TEST(what_has_no_source_is_global)
{
	char line[] = "none             65536 0 65536 0% /mnt\n";
	char heading[] = "Filesystem     1K-blocks\n";
	char narrow[] = "none 1\n";

	wpar_df_line(line);
	ck_assert_str_eq(line, "Global           65536 0 65536 0% /mnt\n");
	wpar_df_line(heading);
	ck_assert_str_eq(heading, "Filesystem     1K-blocks\n");
	wpar_df_line(narrow);
	ck_assert_str_eq(narrow, "none 1\n");
}
END_TEST

/* What mount shows of a mountinfo as a WPAR has it. */
static const char *listed(const char *types)
{
	char text[] =
		"230 188 254:0 /wpars/a / rw,nodev,relatime,idmapped - ext4 Global rw,discard\n"
		"233 230 254:0 /opt /opt ro,nodev,idmapped,relatime - ext4 /dev/vda rw\n"
		"234 230 0:99 /x /a\\040b rw - btrfs /dev/vdb rw,subvol=/x\n"
		"237 248 0:6 /null /dev/null rw,relatime - devtmpfs devtmpfs rw,size=12k\n"
		"243 230 254:0 /usr/sbin/wparctl /etc/init ro,nodev - ext4 /dev/vda rw\n"
		"244 251 254:0 /usr/bin/mount /run/wpars/mount ro - ext4 /dev/vda rw\n"
		"245 251 254:0 /usr/sbin/wparctl /usr/bin/mount ro - ext4 /dev/vda rw\n"
		"249 251 254:0 /usr/sbin/wparctl /usr/bin/systemctl ro - ext4 Global rw\n"
		"250 230 254:0 /srv /srv/bin/mounts rw - ext4 Global rw\n"
		"246 230 0:52 / /proc rw,nosuid - proc Global rw\n"
		"247 246 0:52 /sys /proc/sys ro,nosuid - proc Global rw\n"
		"248 230 0:53 / /dev rw,nosuid - tmpfs Global rw,size=16384k,uid=1073741824\n"
		"not a line\n";
	static struct par_buf out;

	par_buf_done(&out);
	ck_assert_int_eq(wpar_mount_list(text, types, &out), 0);
	return out.data ? out.data : "";
}

START_TEST(mount_shows_nothing_of_the_lpar)
{
	ck_assert_str_eq(listed(NULL), "Global on / type ext4 (rw,nodev,relatime)\n"
				       "Global on /opt type ext4 (ro,nodev,relatime)\n"
				       "Global on /a b type btrfs (rw)\n"
				       "Global on /srv/bin/mounts type ext4 (rw)\n"
				       "Global on /proc type proc (rw,nosuid)\n"
				       "Global on /dev type tmpfs (rw,nosuid)\n");
	ck_assert_str_eq(listed("proc,xfs"), "Global on /proc type proc (rw,nosuid)\n");
	ck_assert_str_eq(listed("noext4,tmpfs,btrfs"), "Global on /proc type proc (rw,nosuid)\n");
	ck_assert_str_eq(listed("xfs"), "");
}
END_TEST

static Suite *df_suite(void)
{
	Suite *suite = suite_create("df");
	TCase *tc = tcase_create("arguments");

	tcase_add_test(tc, mounts_are_named_without_operands);
	tcase_add_test(tc, operands_stay);
	tcase_add_test(tc, the_sealed_part_of_proc_is_proc);
	tcase_add_test(tc, a_row_of_proc_is_found);
	tcase_add_test(tc, no_server_is_named);
	tcase_add_test(tc, what_has_no_source_is_global);
	tcase_add_test(tc, mount_shows_nothing_of_the_lpar);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(df_suite)
