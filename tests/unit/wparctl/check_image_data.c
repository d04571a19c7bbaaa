/* SPDX-License-Identifier: Apache-2.0 */
/* check_image_data.c - what ./image.data may say, and what it may not */
#include "harness.h"
#include "wparctl/versioned/image_data.h"

#include <string.h>

#define NEEDED "OSNAME = \"Debian GNU/Linux\"\nOSID = debian\nOSLEVEL = 12.11\nARCH = ppc64le\n"

START_TEST(reads_what_is_there)
{
	static const char text[] = "* made by a tool\nother:\n\tARCH = wrong\n\nimage_data:\n"
				   "\tFORMAT = 1\n" NEEDED "KERNEL_RELEASE = 6.1.0-50\n"
				   "KERNEL_VERSION = \"#1 SMP Debian 6.1\"\nSIZE_KB = 82081\n"
				   "PAGE_SIZE = 65536\nFUTURE = x\n";
	auto_image_data d = { 0 };
	auto_error err = NULL;

	ck_assert_msg(wpar_image_data_parse(text, strlen(text), &d, &err) == 0, "%s",
		      err ? err->msg : "");
	ck_assert_str_eq(d.version.os_name, "Debian GNU/Linux");
	ck_assert_str_eq(d.version.os_level, "12.11");
	ck_assert_str_eq(d.version.architecture, "ppc64le");
	ck_assert_str_eq(d.version.kernel_version, "#1 SMP Debian 6.1");
	ck_assert_uint_eq(d.size_kib, 82081);
	ck_assert_uint_eq(d.page_size, 65536);
	ck_assert_ptr_null(d.version.image_digest);
}
END_TEST

START_TEST(reads_file_systems_and_packages)
{
	static const char text[] =
		"image_data:\n" NEEDED
		"BITS = 64\nPAGE_ALIGN = 65536\nHOST = \"old01\"\nUSER_IDS = 0-1999\nGROUP_IDS = 5-4294967294\n"
		"fs_data:\n\tFS_NAME = \"/\"\n\tFS_SIZE = 2048\n\tFS_MIN_SIZE = 1024\n\tFS_LV = \"/dev/sda1\"\n"
		"\tFS_TYPE = ext3\nlv_data:\n\tFS_NAME = no\nfs_data:\n\tFS_NAME = \"/home\"\n"
		"packages_data:\n\tMANAGER = dpkg\n\tPACKAGE = \"bash 5.1-2 ppc64el\"\n\tPACKAGE = \"a 1 all\"\n";
	auto_image_data d = { 0 };
	auto_error err = NULL;

	ck_assert_msg(wpar_image_data_parse(text, strlen(text), &d, &err) == 0, "%s",
		      err ? err->msg : "");
	ck_assert_uint_eq(d.page_align, 65536);
	ck_assert_uint_eq(d.bits, 64);
	ck_assert_str_eq(d.host, "old01");
	ck_assert_str_eq(d.user_ids, "0-1999");
	ck_assert_uint_eq(d.n_file_systems, 2);
	ck_assert_str_eq(d.file_systems[0].name, "/");
	ck_assert_str_eq(d.file_systems[0].type, "ext3");
	ck_assert_uint_eq(d.file_systems[0].used, 1024);
	ck_assert_str_eq(d.file_systems[1].name, "/home");
	ck_assert_str_eq(d.package_manager, "dpkg");
	ck_assert_uint_eq(d.packages.n, 2);
	ck_assert_str_eq(d.packages.v[0], "bash 5.1-2 ppc64el");
}
END_TEST

START_TEST(refuses)
{
	static const char *const bad[] = {
		"",
		NEEDED, /* no stanza */
		"image_data:\nOSID = debian\n",
		"image_data:\nFORMAT = 2\n" NEEDED,
		"image_data:\n" NEEDED "ARCH = ppc64le\n", /* twice */
		"image_data:\n" NEEDED "SIZE_KB = -1\n",
		"image_data:\n" NEEDED "SIZE_KB = 99999999999999999999\n",
		"image_data:\n" NEEDED "USER_IDS = 9-1\n",
		"image_data:\n" NEEDED "USER_IDS = 9\n",
		"image_data:\n" NEEDED "USER_IDS = -9\n",
		"image_data:\n" NEEDED "GROUP_IDS = 0-99999999999999999999\n",
		"image_data:\n" NEEDED "GROUP_IDS = 0-4294967296\n",
		"image_data:\n" NEEDED "GROUP_IDS = 0-1-2\n",
		"image_data:\n" NEEDED "no value\n",
		"image_data:\n" NEEDED "KERNEL_RELEASE = a\tb\n",
		"image_data:\n" NEEDED "KERNEL_RELEASE = a\\b\n",
		"image_data:\n" NEEDED "KERNEL_RELEASE = \n",
		"image_data:\nOSNAME = D\nOSID = a b\nOSLEVEL = 1\nARCH = x\n",
		"image_data:\nOSNAME = D\nOSID = d\nOSLEVEL = ../1\nARCH = x\n",
		"image_data:\nOSNAME = D\nOSID = d\nOSLEVEL = 1\nARCH = 12345678901234567\n",
		"image_data:\nOSNAME = D\nOSID = %s%n\nOSLEVEL = 1\nARCH = x\n",
		"image_data:\nOSNAME = D\nOSID = d\nOSLEVEL = $(id)\nARCH = x\n",
		"image_data:\nOSNAME = D\nOSID = d\nOSLEVEL = 1\nARCH = x;y\n",
		"image_data:\nOSNAME = D\nOSID = 12345678901234567890123456789012\nOSLEVEL = 1\n"
		"ARCH = x\n",
		"image_data:\n" NEEDED "fs_data:\nFS_SIZE = much\n",
		"image_data:\n" NEEDED "fs_data:\nFS_NAME = a\nFS_NAME = b\n",
		"image_data:\n" NEEDED "packages_data:\nPACKAGE = a\033b\n",
		"image_data:\nOSNAME = caf\xc3\xa9\nOSID = d\nOSLEVEL = 1\nARCH = x\n",
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(bad); i++) {
		auto_image_data d = { 0 };
		auto_error err = NULL;

		ck_assert_msg(wpar_image_data_parse(bad[i], strlen(bad[i]), &d, &err) < 0, "%s",
			      bad[i]);
		ck_assert_int_eq((int)err->id, PAR_E_CORRUPT);
		ck_assert(par_printable(err->msg));
		ck_assert_ptr_null(d.version.os_name);
	}
}
END_TEST

static Suite *image_data_suite(void)
{
	Suite *suite = suite_create("wparctl image_data");
	TCase *tc = tcase_create("image_data");

	tcase_add_test(tc, reads_what_is_there);
	tcase_add_test(tc, reads_file_systems_and_packages);
	tcase_add_test(tc, refuses);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(image_data_suite)
