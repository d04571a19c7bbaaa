/* SPDX-License-Identifier: Apache-2.0 */
/* check_derive.c - which system a root without image.data is of */
#include "harness.h"
#include "wparctl/versioned/derive.h"

#include <string.h>

/* What a root has, and what follows. */
struct system {
	const char *texts[3][2];
	const char *busybox;
	const char *name, *id, *level; /* @id NULL: it cannot be told */
};

static const struct system systems[] = {
	{ { { "etc/os-release", "NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nID=debian\n" },
	    { "etc/debian_version", "12.11\n" } },
	  NULL,
	  "Debian GNU/Linux",
	  "debian",
	  "12.11" },
	{ { { "usr/lib/os-release",
	      "PRETTY_NAME='x'\nNAME='Ubuntu'\nVERSION_ID='22.04'\nID=ubuntu\n" },
	    { "etc/debian_version", "bookworm/sid\n" } },
	  NULL,
	  "Ubuntu",
	  "ubuntu",
	  "22.04" },
	{ { { "etc/debian_version", "3.1\n" } }, NULL, "Debian GNU/Linux", "debian", "3.1" },
	{ { { "etc/debian_version", "lenny/sid\n" } },
	  NULL,
	  "Debian GNU/Linux",
	  "debian",
	  "lenny" },
	{ { { "etc/redhat-release", "CentOS release 5.11 (Final)\n" } },
	  NULL,
	  "CentOS",
	  "centos",
	  "5.11" },
	{ { { "etc/redhat-release", "Red Hat Enterprise Linux Server release 6.10 (Santiago)\n" } },
	  NULL,
	  "Red Hat Enterprise Linux Server",
	  "red",
	  "6.10" },
	{ { { "etc/SuSE-release", "SUSE Linux Enterprise Server 11 (ppc64)\nVERSION = 11\n" } },
	  NULL,
	  "SUSE Linux Enterprise Server",
	  "suse",
	  "11" },
	{ { { "etc/slackware-version", "Slackware 13.37.0\n" } },
	  NULL,
	  "Slackware",
	  "slackware",
	  "13.37.0" },
	{ { { "etc/alpine-release", "3.18.4\n" },
	    { "etc/os-release", "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.18.4\n" } },
	  "1.36.1",
	  "Alpine Linux",
	  "alpine",
	  "3.18.4" },
	{ { { "etc/alpine-release", "2.4.0" } }, "1.20.2", "Alpine Linux", "alpine", "2.4.0" },
	{ { { "etc/lsb-release", "DISTRIB_ID=Gentoo\nDISTRIB_RELEASE=2.0\n" } },
	  NULL,
	  "Gentoo",
	  "gentoo",
	  "2.0" },
	{ { { "etc/os-release", "NAME=\"Arch Linux\"\nID=arch\nBUILD_ID=rolling\n" } },
	  NULL,
	  "Arch Linux",
	  "arch",
	  "rolling" },
	{ { { "etc/os-release", "ID=void\n" } }, NULL, "void", "void", "rolling" },
	{ { { 0 } }, "1.35.0", "BusyBox", "busybox", "1.35.0" },
	{ { { "etc/os-release", "NAME=\"a\\\"b\tc\xff\"\nID=../../x y\nVERSION_ID=\"1 2\"" } },
	  NULL,
	  "abc",
	  "....xy",
	  "12" },
	{ { { 0 } }, NULL, NULL, NULL, NULL },
	{ { { "etc/os-release", "NAME=\"only a name\"\n" } }, NULL, NULL, NULL, NULL },
	{ { { "etc/os-release", "" }, { "etc/redhat-release", "\n" } }, NULL, NULL, NULL, NULL },
};

static void scan_of(const struct system *s, struct wpar_scan *ret)
{
	*ret = (struct wpar_scan){
		.programs = { { .machine = "unknown", .bits = 64, .count = 900, .align = 16 },
			      { .machine = "i686", .bits = 32, .count = 3, .align = 4096 },
			      { .machine = "ppc64le", .bits = 64, .count = 40, .align = 65536 } },
		.n_programs = 3,
		.manager = "dpkg",
		.uid = 1000,
		.gid = 65534,
		.bytes = (3 << 20) + 1,
	};
	for (size_t i = 0; i < 3 && s->texts[i][0]; i++) {
		snprintf(ret->texts[i].name, sizeof(ret->texts[i].name), "%s", s->texts[i][0]);
		ret->texts[i].text = strdup(s->texts[i][1]);
		ret->n_texts++;
	}
	if (s->busybox)
		snprintf(ret->busybox, sizeof(ret->busybox), "%s", s->busybox);
}

START_TEST(each_system)
{
	const struct system *s = &systems[_i];
	auto_image_data d = { 0 };
	auto_error err = NULL;
	auto_scan scan = { 0 };
	int r;

	scan_of(s, &scan);
	r = wpar_image_derive(&scan, &d, &err);
	if (!s->id) {
		ck_assert_int_lt(r, 0);
		ck_assert_ptr_nonnull(strstr(err->msg, "image_data=FILE"));
		return;
	}
	ck_assert_int_eq(r, 0);
	ck_assert_str_eq(d.version.os_name, s->name);
	ck_assert_str_eq(d.version.os_id, s->id);
	ck_assert_str_eq(d.version.os_level, s->level);
	ck_assert_str_eq(d.version.architecture, "ppc64le");
	ck_assert_uint_eq(d.bits, 64);
	ck_assert_uint_eq(d.page_align, 65536);
	ck_assert_uint_eq(d.size_kib, 3073);
	ck_assert_str_eq(d.group_ids, "0-65534");
	ck_assert_str_eq(d.package_manager, "dpkg");
}
END_TEST

START_TEST(says_what_to_do)
{
	static char top[] = "rootfs";
	struct wpar_scan none = { .busybox = "1.35.0" }, below = { .top = top },
			 box = { .top = top, .busybox = "1.35.0", .n_programs = 1 };
	auto_image_data d = { 0 };
	auto_error err = NULL;

	ck_assert_int_lt(wpar_image_derive(&none, &d, &err), 0);
	ck_assert_ptr_nonnull(strstr(err->msg, "architecture"));
	ck_assert_int_lt(wpar_image_derive(&below, &d, &err), 0);
	ck_assert_ptr_nonnull(strstr(err->msg, "in the folder 'rootfs'"));
	/* Whatever lies in it. */
	par_error_free(&err);
	strcpy(box.programs[0].machine, "x86_64");
	box.programs[0].count = 1;
	ck_assert_int_lt(wpar_image_derive(&box, &d, &err), 0);
	ck_assert_ptr_nonnull(strstr(err->msg, "in the folder 'rootfs'"));
	strcpy(top, "bin");
	ck_assert_int_eq(wpar_image_derive(&box, &d, &err), 0);
	strcpy(top, "rootfs");
}
END_TEST

/* What is written is what was read. */
START_TEST(is_written_and_read_again)
{
	static const char text[] =
		"image_data:\n\tFORMAT = 1\n\tOSNAME = \"A B\"\n\tOSID = ab\n\tOSLEVEL = 1.2\n"
		"\tKERNEL_RELEASE = \"5.1\"\n\tKERNEL_VERSION = \"#1 SMP\"\n\tARCH = ppc64le\n"
		"\tPAGE_ALIGN = 65536\n\tSIZE_KB = 12\n\nfs_data:\n\tFS_NAME = /srv\n\tFS_SIZE = 8\n"
		"\tFS_MIN_SIZE = 2\n\tFS_LV = /dev/sda1\n\tFS_TYPE = ext4\n\npackages_data:\n"
		"\tMANAGER = dpkg\n\tPACKAGE = \"a 1 all\"\n\tPACKAGE = \"b 2 all\"\n";
	auto_image_data d = { 0 }, again = { 0 };
	auto_error err = NULL;
	auto_buf one = { 0 }, two = { 0 };

	ck_assert_int_eq(wpar_image_data_parse(text, strlen(text), &d, &err), 0);
	ck_assert_int_eq(wpar_image_data_write(&d, &one), 0);
	ck_assert_int_eq(wpar_image_data_parse(one.data, one.len, &again, &err), 0);
	ck_assert_int_eq(wpar_image_data_write(&again, &two), 0);
	ck_assert_str_eq(one.data, two.data);
	ck_assert_str_eq(again.version.kernel_version, "#1 SMP");
	ck_assert_uint_eq(again.page_align, 65536);
	ck_assert_uint_eq(again.n_file_systems, 1);
	ck_assert_str_eq(again.file_systems[0].device, "/dev/sda1");
	ck_assert_uint_eq(again.packages.n, 2);
}
END_TEST

static Suite *derive_suite(void)
{
	Suite *s = suite_create("derive");
	TCase *tc = tcase_create("derive");

	tcase_add_loop_test(tc, each_system, 0, PAR_ARRAY_SIZE(systems));
	tcase_add_test(tc, says_what_to_do);
	tcase_add_test(tc, is_written_and_read_again);
	suite_add_tcase(s, tc);
	return s;
}

PAR_TEST_MAIN(derive_suite)
