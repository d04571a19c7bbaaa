/* SPDX-License-Identifier: Apache-2.0 */
/* check_monitor_anew.c - which calls of the program are those of a monitor that begins anew */
#include "harness.h"
#include "lpard/common/fs.h"
#include "wparctl/runtime/life/monitor_anew.h"

#include <fcntl.h>

static bool takes(const char *called, const char *args, struct wpar_monitor_args *ret)
{
	char *argv[] = { (char *)called, (char *)args, NULL };

	return wpar_monitor_anew_args(args ? 2 : 1, argv, ret);
}

START_TEST(what_is_handed_on_is_taken)
{
	autofd int one = open("/dev/null", O_RDONLY), two = open("/dev/null", O_RDONLY);
	struct wpar_monitor_args a;
	char args[64];

	snprintf(args, sizeof(args), "65536 4711 %d -1 %d -1 -1 -1 1", one, two);
	ck_assert(takes("cor_dev01", args, &a));
	ck_assert_str_eq(a.name, "dev01");
	ck_assert_uint_eq(a.idbase, 65536);
	ck_assert_int_eq(a.init, 4711);
	ck_assert_int_eq(a.pidfd, one);
	ck_assert_int_eq(a.listener, -1);
	ck_assert_int_eq(a.only, two);
	ck_assert_int_eq(a.bare, -1);
	ck_assert_int_eq(a.console, -1);
	ck_assert_int_eq(a.end, -1);
	ck_assert(a.adopted);
	/* No program that the monitor runs has them. */
	ck_assert_int_eq(fcntl(one, F_GETFD), FD_CLOEXEC);
	ck_assert_int_eq(fcntl(two, F_GETFD), FD_CLOEXEC);
}
END_TEST

START_TEST(nothing_else_is)
{
	autofd int fd = open("/dev/null", O_RDONLY);
	struct wpar_monitor_args a;
	char args[64];

	snprintf(args, sizeof(args), "65536 4711 %d -1 -1 -1 -1 -1 0", fd);
	ck_assert(takes("cor_dev01", args, &a));
	ck_assert(!takes("cor_dev01", NULL, &a));
	ck_assert(!takes("startwpar", args, &a));
	ck_assert(!takes("cor_", args, &a));
	ck_assert(!takes("cor_../../etc", args, &a));
	snprintf(args, sizeof(args), "65536 4711 %d -1 -1 -1 -1 -1 0 more", fd);
	ck_assert(!takes("cor_dev01", args, &a));
	snprintf(args, sizeof(args), "65536 4711 %d -1 -1 -1 -1 -1", fd);
	ck_assert(!takes("cor_dev01", args, &a));
	snprintf(args, sizeof(args), "65536 0 %d -1 -1 -1 -1 -1 0", fd);
	ck_assert(!takes("cor_dev01", args, &a));
	/* A watch over nothing, descriptors that are not open, and one that everybody has */
	ck_assert(!takes("cor_dev01", "65536 4711 -1 -1 -1 -1 -1 -1 0", &a));
	ck_assert(!takes("cor_dev01", "65536 4711 987 -1 -1 -1 -1 -1 0", &a));
	ck_assert(!takes("cor_dev01", "65536 4711 1 -1 -1 -1 -1 -1 0", &a));
	snprintf(args, sizeof(args), "65536 4711 %d 987 -1 -1 -1 -1 0", fd);
	ck_assert(!takes("cor_dev01", args, &a));
}
END_TEST

static Suite *monitor_anew_suite(void)
{
	Suite *suite = suite_create("wparctl monitor anew");
	TCase *tc = tcase_create("monitor_anew");

	tcase_add_test(tc, what_is_handed_on_is_taken);
	tcase_add_test(tc, nothing_else_is);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(monitor_anew_suite)
