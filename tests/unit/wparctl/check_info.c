/* SPDX-License-Identifier: Apache-2.0 */
/* check_info.c - image.data of a backup: what is written can be read, whatever a WPAR is called */
#include "harness.h"
#include "wparctl/backup/info.h"
#include "wparctl/versioned/image_data.h"

#include <string.h>

static const uint64_t used[] = { 1000, 5 << 20 };
static char *own_names[] = { (char *)"/", (char *)"/data" };
static const struct par_strv own = { .v = own_names, .n = 2 };

static struct wpar_backup_facts facts(const struct par_strv *packages)
{
	return (struct wpar_backup_facts){ .state = 'A',
					   .consistency = "frozen",
					   .bytes = 1025,
					   .most_members = 1000028,
					   .most_bytes = 17179877376,
					   .own = &own,
					   .used = used,
					   .packages = packages };
}

static void read_back(const struct par_buf *text, struct wpar_image_data *ret)
{
	auto_error err = NULL;

	ck_assert_msg(wpar_image_data_parse(text->data, text->len, ret, &err) == 0, "%s\n%s",
		      err ? err->msg : "", text->data);
}

static struct wpar_spec spec_of(const char *host)
{
	return (struct wpar_spec){ .name = (char *)"dev",
				   .directory = (char *)"/wpars/dev",
				   .hostname = (char *)host };
}

START_TEST(of_a_native_wpar)
{
	char *names[] = { (char *)"bash 5.2 amd64", (char *)"b\"a\\d\n 1 all" };
	const struct par_strv packages = { .v = names, .n = 2 };
	const struct wpar_spec s = spec_of(NULL);
	const struct wpar_backup_facts f = facts(&packages);
	auto_image_data d = { 0 };
	auto_error err = NULL;
	auto_buf text = { 0 };

	ck_assert_int_eq(wpar_info_make(&s, &f, &text, &err), 0);
	read_back(&text, &d);
	ck_assert_str_eq(d.host, "dev");
	ck_assert_uint_eq(d.size_kib, 2);
	ck_assert_ptr_nonnull(
		strstr(text.data, "\tMEMBERS_MAX = 1000028\n\tBYTES_MAX = 17179877376\n"));
	ck_assert_uint_eq(d.n_file_systems, 2);
	ck_assert_str_eq(d.file_systems[1].name, "/data");
	ck_assert_uint_eq(d.file_systems[1].used, (5 << 20) / 512);
	ck_assert_uint_eq(d.file_systems[0].used, 2); /* blocks that are begun */
	ck_assert_str_eq(d.package_manager, "dpkg");
	ck_assert_uint_eq(d.packages.n, 2);
	ck_assert_str_eq(d.packages.v[0], "bash 5.2 amd64");
	ck_assert_str_eq(d.packages.v[1], "b?a?d? 1 all");
	ck_assert_str_eq(d.wpar.name, "dev");
	ck_assert_str_eq(d.wpar.type, "S");
	ck_assert_str_eq(d.wpar.state, "A");
	ck_assert_str_eq(d.wpar.consistency, "frozen");
}
END_TEST

START_TEST(without_packages)
{
	const struct par_strv none = { 0 };
	const struct par_strv *const lists[] = { NULL, &none };
	const struct wpar_spec s = spec_of("h");

	for (size_t i = 0; i < PAR_ARRAY_SIZE(lists); i++) {
		const struct wpar_backup_facts f = facts(lists[i]);
		auto_image_data d = { 0 };
		auto_error err = NULL;
		auto_buf text = { 0 };

		ck_assert_int_eq(wpar_info_make(&s, &f, &text, &err), 0);
		read_back(&text, &d);
		ck_assert_ptr_null(d.package_manager);
		ck_assert_str_eq(d.host, "h");
	}
}
END_TEST

/* An image's own words are checked when it is taken; here they cannot break the text. */
START_TEST(of_a_versioned_wpar)
{
	const struct wpar_backup_facts f = facts(NULL);
	struct wpar_spec s = spec_of(NULL);
	auto_image_data d = { 0 };
	auto_error err = NULL;
	auto_buf text = { 0 };

	s.version = (struct wpar_version){
		.image_digest =
			(char *)"0000000000000000000000000000000000000000000000000000000000000000",
		.os_name = (char *)"Old \"System\"\nwpar_data:",
		.os_id = (char *)"o ld",
		.os_level = (char *)"4.3",
		.architecture = (char *)"ppc64"
	};
	ck_assert_int_eq(wpar_info_make(&s, &f, &text, &err), 0);
	read_back(&text, &d);
	ck_assert_str_eq(d.version.os_name, "Old ?System??wpar_data:");
	ck_assert_str_eq(d.version.os_id, "o_ld");
	ck_assert_str_eq(d.version.os_level, "4.3");
	ck_assert_str_eq(d.wpar.type, "L");
}
END_TEST

/* One that was edited: its lines stay, and what is said of a backup is of this one. */
START_TEST(of_another_day)
{
	const struct wpar_spec s = spec_of(NULL);
	struct wpar_backup_facts f = facts(NULL);
	auto_buf text = { 0 }, again = { 0 }, twice = { 0 };
	auto_image_data d = { 0 };
	auto_error err = NULL;
	char *host;

	ck_assert_int_eq(wpar_info_make(&s, &f, &text, &err), 0);
	host = strstr(text.data, "HOST = \"dev\"");
	ck_assert_ptr_nonnull(host);
	host[strlen("HOST = \"")] = 'v';
	f.bytes = 9 * 1024;
	f.most_members = 7;
	f.state = 'D';
	f.consistency = "stopped";
	ck_assert_int_eq(wpar_info_complete(&s, &f, text.data, &again, &err), 0);
	ck_assert_int_eq(wpar_info_complete(&s, &f, again.data, &twice, &err), 0);
	read_back(&twice, &d);
	ck_assert_str_eq(d.host, "vev");
	ck_assert_uint_eq(d.size_kib, 9);
	ck_assert_uint_eq(d.n_file_systems, 2);
	ck_assert_str_eq(d.wpar.state, "D");
	ck_assert_str_eq(d.wpar.consistency, "stopped");
	ck_assert_ptr_null(strstr(strstr(twice.data, "wpar_data:") + 1, "wpar_data:"));
	ck_assert_ptr_nonnull(strstr(twice.data, "\tMEMBERS_MAX = 7\n"));
	ck_assert_ptr_null(strstr(twice.data, "1000028"));
}
END_TEST

START_TEST(of_another_day_and_broken)
{
	const struct wpar_spec s = spec_of(NULL);
	const struct wpar_backup_facts f = facts(NULL);
	auto_error err = NULL;
	auto_buf out = { 0 };

	ck_assert_int_lt(wpar_info_complete(&s, &f, "image_data:\n\tFORMAT = 2\n", &out, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_CORRUPT);
	ck_assert_ptr_nonnull(strstr(err->msg, "/tmp/wpardata/dev/image.data"));
}
END_TEST

static Suite *info_suite(void)
{
	Suite *suite = suite_create("wparctl info");
	TCase *tc = tcase_create("info");

	tcase_add_test(tc, of_a_native_wpar);
	tcase_add_test(tc, without_packages);
	tcase_add_test(tc, of_a_versioned_wpar);
	tcase_add_test(tc, of_another_day);
	tcase_add_test(tc, of_another_day_and_broken);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(info_suite)
