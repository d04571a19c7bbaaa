/* SPDX-License-Identifier: Apache-2.0 */
/* check_compat.c - what an image's compatibility report says */
#include "harness.h"
#include "wparctl/versioned/compat.h"

#include <string.h>

static const struct wpar_run_facts nothing = { .machine = "ppc64le" };

static struct wpar_here here(void)
{
	return (struct wpar_here){
		.machine = "ppc64le",
		.kernel = "6.1.0-54-powerpc64le",
		.page_size = 65536,
		.free_kib = 4 << 20,
		.vsyscall = false,
		.runs = &nothing,
	};
}

/* An image that fits everywhere. */
static struct wpar_scan scan(void)
{
	struct wpar_scan s = {
		.programs = { { .machine = "ppc64le", .bits = 64, .count = 100, .align = 65536 } },
		.n_programs = 1,
		.kernel = 3 << 16 | 10 << 8,
		.libc = "glibc",
		.libc_level = "2.31",
		.init = "systemd",
		.uid = 1999,
		.gid = 50,
		.members = 1000,
		.bytes = 100 << 20,
	};

	return s;
}

static char os_name[] = "Debian GNU/Linux", os_level[] = "11.11", architecture[] = "ppc64el",
	    release[] = "5.10.0-32-powerpc64le", amd64[] = "amd64";

static const struct wpar_image_data data = {
	.version = { .os_name = os_name,
		     .os_level = os_level,
		     .architecture = architecture,
		     .kernel_release = release },
};

static const struct wpar_fit_row *row(const struct wpar_fit_rows *rows, const char *aspect)
{
	for (size_t i = 0; i < rows->n; i++) {
		if (strcmp(rows->v[i].aspect, aspect) == 0)
			return &rows->v[i];
	}
	return NULL;
}

static void plan(const struct wpar_scan *s, const struct wpar_image_data *d,
		 const struct wpar_here *h, struct wpar_fit_rows *ret)
{
	auto_error err = NULL;

	ck_assert_int_eq(wpar_fit_plan(s, d, "Its first member is not ./image.data", h, ret, &err),
			 0);
}

START_TEST(one_that_fits)
{
	const struct wpar_scan s = scan();
	const struct wpar_here h = here();
	auto_fit rows = { 0 };

	plan(&s, &data, &h, &rows);
	ck_assert_int_eq(wpar_fit_worst(&rows), WPAR_FIT_OK);
	ck_assert_str_eq(row(&rows, "System")->image, "Debian GNU/Linux 11.11");
	ck_assert_str_eq(row(&rows, "Architecture")->here, "ppc64le");
	ck_assert_str_eq(row(&rows, "Kernel")->image, "3.10.0 or later");
	ck_assert_str_eq(row(&rows, "C library")->image, "glibc 2.31");
}
END_TEST

/* What is changed in the image or here, and the aspect that says so. */
START_TEST(each_that_does_not)
{
	static const char *const aspects[] = { "Architecture",	 "Page size",	     "Kernel",
					       "Size",		 "Users and groups", "Entries",
					       "Devices",	 "Set-user-id",	     "C library",
					       "Kernel features" };
	static char refused[] = "a member has an absolute name";

	for (size_t i = 0; i < PAR_ARRAY_SIZE(aspects); i++) {
		struct wpar_scan s = scan();
		struct wpar_here h = here();
		struct wpar_image_data d = data;
		auto_fit rows = { 0 };
		const struct wpar_fit_row *r;

		switch (i) {
		case 0:
			strcpy(s.programs[0].machine, "ppc64");
			break;
		case 1:
			s.programs[0].align = 4096;
			break;
		case 2:
			s.kernel = 6 << 16 | 2 << 8;
			break;
		case 3:
			h.free_kib = 1000;
			break;
		case 4:
			s.gid = 65536;
			break;
		case 5:
			s.refused = refused;
			break;
		case 6:
			s.devices = 3;
			break;
		case 7:
			s.setuid = 9;
			break;
		case 8:
			s.libc[0] = '\0';
			break;
		default:
			h.machine = "x86_64";
			strcpy(s.programs[0].machine, "x86_64");
			strcpy(s.libc_level, "2.11");
			d.version.architecture = amd64;
		}
		plan(&s, &d, &h, &rows);
		r = row(&rows, aspects[i]);
		ck_assert_msg(r != NULL, "%s", aspects[i]);
		ck_assert_msg(r->fit != WPAR_FIT_OK && r->text, "%s", aspects[i]);
		ck_assert_int_eq(wpar_fit_worst(&rows), r->fit);
		ck_assert_int_eq(r->fit,
				 i == 4 || (i >= 6 && i <= 8) ? WPAR_FIT_NOTE : WPAR_FIT_NO);
	}
}
END_TEST

START_TEST(one_without_description)
{
	const struct wpar_scan s = scan();
	const struct wpar_here h = here();
	auto_fit rows = { 0 };

	plan(&s, NULL, &h, &rows);
	ck_assert_int_eq(row(&rows, "System")->fit, WPAR_FIT_NO);
	ck_assert_int_eq(row(&rows, "Architecture")->fit, WPAR_FIT_OK);
}
END_TEST

START_TEST(two_kinds_of_programs)
{
	struct wpar_scan s = scan();
	const struct wpar_here h = here();
	auto_fit rows = { 0 };

	s.programs[1] = (struct wpar_scan_programs){
		.machine = "ppc64", .bits = 64, .count = 3, .align = 4096
	};
	s.n_programs = 2;
	plan(&s, &data, &h, &rows);
	ck_assert_int_eq(row(&rows, "Page size")->fit, WPAR_FIT_OK);
	ck_assert_int_eq(row(&rows, "Other programs")->fit, WPAR_FIT_NOTE);
}
END_TEST

START_TEST(aix_is_refused_in_plain_words)
{
	struct wpar_scan s = scan();
	const struct wpar_here h = here();
	auto_fit rows = { 0 };

	strcpy(s.format, "aix-name");
	plan(&s, NULL, &h, &rows);
	ck_assert_int_eq(wpar_fit_worst(&rows), WPAR_FIT_NO);
	ck_assert_ptr_nonnull(strstr(row(&rows, "System")->text, "AIX cannot run on Linux"));
	ck_assert_ptr_null(row(&rows, "Architecture"));
}
END_TEST

/* What an image says of itself is its files' alone; a backup of one that ran has some three times.
 */
START_TEST(larger_than_it_says)
{
	struct wpar_image_data said = data;
	struct wpar_scan s = scan();
	auto_fit rows = { 0 };
	const struct wpar_here h = here();
	auto_fit fitting = { 0 };

	said.size_kib = 4;
	plan(&s, &said, &h, &rows);
	ck_assert_int_eq(row(&rows, "Size")->fit, WPAR_FIT_NO);
	ck_assert_str_eq(row(&rows, "Size")->image, "100 MiB");
	ck_assert_str_eq(
		row(&rows, "Size")->text,
		"It is larger than it says of itself: its image.data has SIZE_KB = 4; say in a file how "
		"large it is, and give that by image_data=FILE.");
	said.size_kib = 9 << 10;
	plan(&s, &said, &h, &fitting);
	ck_assert_int_eq(row(&fitting, "Size")->fit, WPAR_FIT_OK);
}
END_TEST

static Suite *compat_suite(void)
{
	Suite *suite = suite_create("wparctl compat");
	TCase *tc = tcase_create("compat");

	tcase_add_test(tc, one_that_fits);
	tcase_add_test(tc, each_that_does_not);
	tcase_add_test(tc, one_without_description);
	tcase_add_test(tc, two_kinds_of_programs);
	tcase_add_test(tc, aix_is_refused_in_plain_words);
	tcase_add_test(tc, larger_than_it_says);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(compat_suite)
