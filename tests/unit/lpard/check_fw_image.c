/* SPDX-License-Identifier: Apache-2.0 */
/* image.c: manifests of boot images. */
#include "harness.h"
#include "firmware/image.h"

#include <string.h>

#define SHA    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define KERNEL "\"kernel\":{\"file\":\"vmlinux\",\"size\":12,\"sha256\":\"" SHA "\"}"
#define MANIFEST(files, more)                                                                     \
	"{\"format\":1,\"name\":\"trixie\",\"architecture\":\"ppc64el\",\"page_size\":4096," more \
	"\"files\":{" files "}}"

static enum par_error_id parse(const char *text, struct fw_image *image)
{
	auto_error err = NULL;

	if (fw_image_parse(text, strlen(text), "/images/trixie", image, &err) == 0)
		return PAR_E_COUNT;
	ck_assert_ptr_nonnull(strstr(err->msg, "/images/trixie"));
	return err->id;
}

START_TEST(good)
{
	auto_fw_image image = { 0 };

	ck_assert_int_eq(parse(MANIFEST(KERNEL, "\"command_line\":\"quiet\","), &image),
			 PAR_E_COUNT);
	ck_assert_str_eq(image.name, "trixie");
	ck_assert_str_eq(image.folder, "/images/trixie");
	ck_assert_str_eq(image.command_line, "quiet");
	ck_assert_uint_eq(image.page_size, 4096);
	ck_assert_uint_eq(image.files[FW_IMAGE_KERNEL].size, 12);
	ck_assert_str_eq(image.files[FW_IMAGE_KERNEL].sha256, SHA);
	ck_assert_ptr_null(image.files[FW_IMAGE_ROOT].name);
}
END_TEST

START_TEST(refused)
{
	static const char *const bad[] = {
		"",
		"[]",
		"{}",
		"null",
		"{\"name\":1}",
		MANIFEST("", ""),
		MANIFEST("\"kernel\":[]", ""),
		"{\"format\":2,\"name\":\"trixie\",\"architecture\":\"ppc64el\",\"files\":{" KERNEL
		"}}",
		MANIFEST("\"kernel\":{\"file\":\"../vmlinux\",\"size\":1,\"sha256\":\"" SHA "\"}",
			 ""),
		MANIFEST("\"kernel\":{\"file\":\"..\",\"size\":1,\"sha256\":\"" SHA "\"}", ""),
		MANIFEST("\"kernel\":{\"file\":\"k\",\"size\":-1,\"sha256\":\"" SHA "\"}", ""),
		MANIFEST("\"kernel\":{\"file\":\"k\",\"size\":1,\"sha256\":\"" SHA "0\"}", ""),
		MANIFEST("\"kernel\":{\"file\":\"k\",\"size\":1,\"sha256\":\"xyz\"}", ""),
		MANIFEST("\"kernel\":{\"size\":1,\"sha256\":\"" SHA "\"}", ""),
		MANIFEST(KERNEL, "\"command_line\":\"a\\nb\","),
		MANIFEST(KERNEL, "\"command_line\":7,"),
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(bad); i++) {
		auto_fw_image image = { 0 };

		ck_assert_msg(parse(bad[i], &image) == PAR_E_CORRUPT, "accepted: %s", bad[i]);
		ck_assert_ptr_null(image.name);
	}
}
END_TEST

START_TEST(load)
{
	char folder[] = "/tmp/check_fw_image.XXXXXX", path[64];
	auto_fw_image image = { 0 };
	auto_error err = NULL;
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(folder));
	ck_assert_int_lt(fw_image_load(folder, &image, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_NOT_FOUND);
	snprintf(path, sizeof(path), "%s/image.json", folder);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	fputs(MANIFEST(KERNEL, ""), f);
	fclose(f);
	ck_assert_int_eq(fw_image_load(folder, &image, NULL), 0);
	ck_assert_str_eq(image.folder, folder);
	ck_assert_int_eq(fw_image_set_media(&image, path, NULL), 0);
	ck_assert_str_eq(image.files[FW_IMAGE_MEDIA].name, path);
	ck_assert_uint_eq(image.files[FW_IMAGE_MEDIA].size, strlen(MANIFEST(KERNEL, "")));
	ck_assert_int_lt(fw_image_set_media(&image, folder, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_CORRUPT);
	unlink(path);
	rmdir(folder);
}
END_TEST

static Suite *image_suite(void)
{
	Suite *suite = suite_create("fw_image");
	TCase *tc = tcase_create("manifest");

	tcase_add_test(tc, good);
	tcase_add_test(tc, refused);
	tcase_add_test(tc, load);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(image_suite)
