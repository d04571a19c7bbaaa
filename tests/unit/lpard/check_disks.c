/* SPDX-License-Identifier: Apache-2.0 */
/* activate.c and images.c over the fake hypervisor: a disk is made once, of one image. */
#include "daemon_over_fake.h"
#include "lpard/daemon/systems/images.h"
#include "lpard/hypervisor/fake/fake.h"

static struct over_fake o;

/* A boot image whose files have digests of this digit. */
static void put_image(const char *name, char digit)
{
	autofree char *folder = par_strdup_printf("%s/images/%s", o.folder, name);
	autofree char *file = par_strdup_printf("%s/image.json", folder);
	autofree char *make = par_strdup_printf("mkdir -p %s", folder);
	char digest[65] = "";
	FILE *f;

	memset(digest, digit, 64);
	ck_assert_int_eq(system(make), 0);
	f = fopen(file, "we");
	ck_assert_ptr_nonnull(f);
	fprintf(f,
		"{\"format\":1,\"name\":\"%s\",\"suite\":\"none\",\"architecture\":\"ppc64el\","
		"\"os_name\":\"none\",\"os_version\":\"0\",\"kernel_release\":\"0\",\"page_size\":4096,"
		"\"boot\":\"vof\",\"command_line\":\"quiet\",\"agent_version\":\"0\",\"files\":{"
		"\"kernel\":{\"file\":\"vmlinux\",\"size\":1,\"sha256\":\"%s\"},"
		"\"root\":{\"file\":\"root.img\",\"size\":1,\"sha256\":\"%s\"}}}",
		name, digest, digest);
	ck_assert_int_eq(fclose(f), 0);
}

static void change(const char *operation, const char *more, const char *answer)
{
	int fd = over_fake_dial(&o);
	const char *heard;

	over_fake_say_state(fd, "lp1", operation, more);
	heard = over_fake_hear(&o, fd);
	ck_assert_msg(heard && strstr(heard, answer), "%s%s: %s instead of %s", operation, more,
		      heard ? heard : "nothing", answer);
	close(fd);
}

#define OK	 "{\"parameters\":{}}"
#define FIRST	 ",\"profile\":\"default\""
#define NEW_DISK ",\"new_disk\":true"

static void off(void)
{
	change("shutdown", ",\"immediate\":true", OK);
}

static void set_image(const char *image, const char *answer)
{
	autofree char *parameters =
		par_strdup_printf("{\"resource\":\"lpar\",\"system\":\"SYS\",\"attributes\":["
				  "{\"name\":\"name\",\"op\":\"set\",\"value\":\"lp1\"},"
				  "{\"name\":\"boot_image\",\"op\":\"set\",\"value\":\"%s\"}]}",
				  image);
	const char *heard = over_fake_call(&o, "Change", parameters);

	ck_assert_msg(strstr(heard, answer) != NULL, "%s: %s instead of %s", image, heard, answer);
}

static const struct lpar_partition *lp1(void)
{
	return over_fake_lpar(&o, "lp1")->part;
}

static void setup(void)
{
	over_fake_start(&o, "[system SYS]\nuri = fake:///\n");
	put_image("one", '1');
	put_image("two", '2');
	over_fake_make(&o, "lp1");
	set_image("one", OK);
}

static void teardown(void)
{
	over_fake_end(&o);
}

START_TEST(made_at_the_first_activation)
{
	ck_assert_ptr_null(lp1()->disk_image);
	change("on", FIRST, OK);
	ck_assert_pstr_eq(lp1()->disk_image, "one 111111111111 - 111111111111");
	ck_assert_ptr_null(lp1()->disk_begun);
	off();
	change("on", "", OK);
}
END_TEST

/* An empty disk in place of one that is missing would look like an LPAR newly installed. */
START_TEST(missing_later)
{
	change("on", FIRST, OK);
	off();
	hv_fake_lose_disks(over_fake_system(&o, "SYS")->hv);
	change("on", "", "B2001322 LP=00001.  The disk");
	change("on", FIRST, "--new-disk");
	ck_assert_pstr_eq(lp1()->error_refcode, "B2001322 LP=00001");
	ck_assert_ptr_nonnull(lp1()->disk_image);
	change("on", NEW_DISK, OK);
	ck_assert_ptr_null(lp1()->error_refcode);
}
END_TEST

START_TEST(new_one_by_order_only)
{
	change("on", FIRST, OK);
	off();
	change("on", NEW_DISK, "is there");
	ck_assert_ptr_null(lp1()->error_refcode);
	change("shutdown", NEW_DISK, "org.lpard.InvalidArgument");
	change("on", "", OK);
	off();
	put_image("one", '3');
	hv_fake_lose_disks(over_fake_system(&o, "SYS")->hv);
	change("on", NEW_DISK, OK);
	ck_assert_pstr_eq(lp1()->disk_image, "one 333333333333 - 333333333333");
}
END_TEST

/* The new kernel would not fit the old disk. */
START_TEST(image_replaced)
{
	change("on", FIRST, OK);
	off();
	put_image("one", '3');
	change("on", "", OK);
	ck_assert_pstr_eq(lp1()->disk_image, "one 111111111111 - 111111111111");
	off();
	change("on", FIRST, OK);
	ck_assert_pstr_eq(lp1()->disk_image, "one 111111111111 - 111111111111");
}
END_TEST

/* What is said of an image is said before there is a disk. */
START_TEST(image_of_a_disk)
{
	set_image("two", OK);
	set_image("one", OK);
	change("on", FIRST, OK);
	set_image("two", "another image");
	set_image("none", "another image");
	set_image("default", OK); /* one is the first by name */
	ck_assert_ptr_null(lp1()->boot_image);
	set_image("one", OK);
	off();
	set_image("two", "another image");
	ck_assert_pstr_eq(lp1()->boot_image, "one");
	change("on", "", OK);
}
END_TEST

static const char *listed_image(void)
{
	return over_fake_call(
		&o, "List",
		"{\"resource\":\"lpar\",\"system\":\"SYS\",\"fields\":[\"boot_image\"]}");
}

START_TEST(no_image_is_not_the_default_one)
{
	set_image("default", OK);
	ck_assert_ptr_nonnull(strstr(listed_image(), "[[\"default\"]]"));
	set_image("none", OK);
	ck_assert_ptr_nonnull(strstr(listed_image(), "[[\"none\"]]"));
	put_image("default", '4');
	set_image("default", OK);
	ck_assert_pstr_eq(lp1()->boot_image, "default");
}
END_TEST

/* virsh undefine leaves the disk: it is listed, and goes by order only. */
START_TEST(unused)
{
	struct hv *hv = over_fake_system(&o, "SYS")->hv;
	char uuid[PAR_UUID_LEN];

	change("on", FIRST, OK);
	off();
	memcpy(uuid, lp1()->uuid, sizeof(uuid));
	ck_assert_ptr_nonnull(
		strstr(over_fake_call(&o, "ListUnused", "{\"system\":\"SYS\"}"), "\"volumes\":[]"));
	ck_assert_int_eq(hv->ops->undefine(hv, uuid, NULL), 0);
	over_fake_until(&o, !over_fake_lpar(&o, "lp1"));
	for (int i = 0; i < 2; i++)
		ck_assert_ptr_nonnull(
			strcasestr(over_fake_call(&o, "ListUnused", "{\"system\":\"SYS\"}"), uuid));
	ck_assert_ptr_nonnull(
		strcasestr(over_fake_call(&o, "RemoveUnused", "{\"system\":\"SYS\"}"), uuid));
	ck_assert_ptr_nonnull(
		strstr(over_fake_call(&o, "ListUnused", "{\"system\":\"SYS\"}"), "\"volumes\":[]"));
}
END_TEST

START_TEST(remembered)
{
	static const char text[] = "a name 111111111111 - 222222222222";
	static const char *const bad[] = { "", "a", "a b c d", "a 11 - 22",
					   "a 11111111111x - 222222222222" };
	auto_fw_image image = { 0 };
	autofree char *again = NULL;

	ck_assert_int_eq(lpar_images_recall(text, NULL, &image, NULL), 0);
	ck_assert_str_eq(image.name, "a name");
	ck_assert_ptr_null(image.files[FW_IMAGE_INITRD].name);
	ck_assert_ptr_null(image.folder);
	ck_assert(lpar_images_is(&image, text));
	ck_assert(!lpar_images_is(&image, "a name 111111111111 - 222222222223"));
	again = lpar_images_remember(&image);
	ck_assert_pstr_eq(again, text);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(bad); i++) {
		auto_fw_image none = { 0 };
		auto_error err = NULL;

		ck_assert_int_lt(lpar_images_recall(bad[i], NULL, &none, &err), 0);
		ck_assert_int_eq(err->id, PAR_E_CORRUPT);
	}
}
END_TEST

static Suite *disks_suite(void)
{
	Suite *suite = suite_create("disks");
	TCase *tc = tcase_create("over fake");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, made_at_the_first_activation);
	tcase_add_test(tc, missing_later);
	tcase_add_test(tc, new_one_by_order_only);
	tcase_add_test(tc, image_replaced);
	tcase_add_test(tc, image_of_a_disk);
	tcase_add_test(tc, no_image_is_not_the_default_one);
	tcase_add_test(tc, unused);
	tcase_add_test(tc, remembered);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(disks_suite)
