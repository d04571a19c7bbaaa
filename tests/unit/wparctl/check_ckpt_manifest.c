/* SPDX-License-Identifier: Apache-2.0 */
/* check_ckpt_manifest.c - manifest.json: what is written is read back, and nothing else is taken */
#include "harness.h"
#include "wparctl/checkpoint/ckpt_manifest.h"

#include <string.h>

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void make(struct wpar_ckpt_manifest *m)
{
	m->product = strdup("0.1.0");
	m->name = strdup("dev01");
	m->specification = strdup("general:\n\tname = \"dev01\"\n");
	m->images = strdup("images.3");
	m->generation = 3;
	m->taken_ms = 1795788777253;
	m->boottime_ms = 1433799;
	m->rounds = 2;
	m->frozen_us = 480000;
	m->ended = true;
	m->there = (struct wpar_ability){ .host = strdup("lpar01"),
					  .machine = strdup("ppc64le"),
					  .kernel = strdup("6.12.113"),
					  .page_size = 4096,
					  .hwcap = 0xdc0065c2,
					  .hwcap2 = 0x8ef0000000000000,
					  .criu = 40101,
					  .time_namespaces = true };
	ck_assert_int_eq(wpar_ckpt_add_file(m, "core-1.img", 1865, DIGEST), 0);
	ck_assert_int_eq(wpar_ckpt_add_file(m, "pre.2/pages-1.img", 4096, DIGEST), 0);
	ck_assert_int_eq(wpar_ckpt_add_mapped(m, "/etc/init", 3548200, "0b00237e"), 0);
	ck_assert_int_eq(wpar_ckpt_add_mapped(m, "/opt/no id", 12, NULL), 0);
	ck_assert_int_eq(wpar_ckpt_add_link(m, "net0", "wpar1"), 0);
}

static char *text_of(void)
{
	auto_ckpt_manifest m = { 0 };
	struct par_buf b = { 0 };

	make(&m);
	ck_assert_int_eq(wpar_ckpt_manifest_print(&m, &b), 0);
	return par_buf_steal(&b);
}

START_TEST(what_is_written_is_read_back)
{
	autofree char *text = text_of();
	auto_ckpt_manifest m = { 0 };
	auto_buf again = { 0 };

	ck_assert_int_eq(wpar_ckpt_manifest_parse(text, strlen(text), &m, NULL), 0);
	ck_assert_str_eq(m.name, "dev01");
	ck_assert_str_eq(m.images, "images.3");
	ck_assert(m.ended && m.there.time_namespaces);
	ck_assert_uint_eq(m.there.hwcap2, 0x8ef0000000000000);
	ck_assert_uint_eq(m.n_files, 2);
	ck_assert_uint_eq(m.rounds, 2);
	ck_assert_str_eq(m.files[1].name, "pre.2/pages-1.img");
	ck_assert_str_eq(m.files[0].sha256, DIGEST);
	ck_assert_uint_eq(m.n_mapped, 2);
	ck_assert_ptr_null(m.mapped[1].build_id);
	ck_assert_str_eq(m.links[0].outer, "wpar1");
	ck_assert_int_eq(wpar_ckpt_manifest_print(&m, &again), 0);
	ck_assert_str_eq(again.data, text);
}
END_TEST

/* One text in the place of another: what the parser says of it. */
static const struct {
	const char *before, *after, *error;
} wrong[] = {
	{ "\"format\":1", "\"format\":2", "it has format 2, and this wparctl knows 1" },
	{ "\"format\":1", "\"format\":\"1\"", NULL },
	{ "\"images.3\"", "\"../images\"", "'images' is not the plain name of a file" },
	{ "\"images.3\"", "\"\"", "'images' is not a word" },
	{ "\"core-1.img\"", "\"/etc/shadow\"", "'name' is not the plain name of a file" },
	{ "\"core-1.img\"", "\".\"", "'name' is not the plain name of a file" },
	{ "pre.2/", "pre.3/", "'name' is not the plain name of a file" },
	{ "pre.2/", "pre.0/", "'name' is not the plain name of a file" },
	{ "pre.2/", "pre.02/", "'name' is not the plain name of a file" },
	{ "pre.2/", "pre./", "'name' is not the plain name of a file" },
	{ "pre.2/", "pre.2/../", "'name' is not the plain name of a file" },
	{ "pre.2/", "post.2/", "'name' is not the plain name of a file" },
	{ "pre.2/pages-1.img", "pre.2/", "'name' is not the plain name of a file" },
	{ "\"rounds\":2", "\"rounds\":7", NULL },
	{ DIGEST, "0123", "'sha256' is not in hexadecimal" },
	{ "0b00237e", "0b00237", "'build_id' is not in hexadecimal" },
	{ "0b00237e", "0B00237E", "'build_id' is not in hexadecimal" },
	{ "\"/etc/init\"", "\"etc/init\"", "'path' is not absolute" },
	{ "00000000dc0065c2", "dc0065c2", "'hwcap' is not in hexadecimal" },
	{ "\"dev01\"", "\"-dev01\"", NULL },
	{ "\"wpar1\"", "\"an interface name that is too long\"", NULL },
	{ "\"size\":1865", "\"size\":-1", NULL },
	{ "\"generation\":3", "\"more\":1,\"generation\":3", NULL },
	{ "\"ended\":true", "\"ended\":1", NULL },
	{ "\"ended\":true,", "", NULL },
};

START_TEST(nothing_else_is_taken)
{
	autofree char *text = text_of(), *changed = NULL;
	auto_ckpt_manifest m = { 0 };
	auto_error err = NULL;
	const char *at = strstr(text, wrong[_i].before);

	ck_assert_ptr_nonnull(at);
	changed = par_strdup_printf("%.*s%s%s", (int)(at - text), text, wrong[_i].after,
				    at + strlen(wrong[_i].before));
	ck_assert_int_lt(wpar_ckpt_manifest_parse(changed, strlen(changed), &m, &err), 0);
	ck_assert_ptr_nonnull(err);
	if (wrong[_i].error)
		ck_assert_str_eq(err->msg, wrong[_i].error);
	ck_assert(err->id == PAR_E_CORRUPT || err->id == PAR_E_NOT_SUPPORTED);
	ck_assert_ptr_null(m.name);
}
END_TEST

START_TEST(what_is_no_object_is_none)
{
	static const char *const texts[] = { "", "[]", "null", "{", "{}", "7" };
	auto_ckpt_manifest m = { 0 };
	auto_error err = NULL;

	ck_assert_int_lt(wpar_ckpt_manifest_parse(texts[_i], strlen(texts[_i]), &m, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_CORRUPT);
}
END_TEST

static Suite *ckpt_manifest_suite(void)
{
	Suite *s = suite_create("ckpt_manifest");
	TCase *t = tcase_create("ckpt_manifest");

	tcase_add_test(t, what_is_written_is_read_back);
	tcase_add_loop_test(t, nothing_else_is_taken, 0, PAR_ARRAY_SIZE(wrong));
	tcase_add_loop_test(t, what_is_no_object_is_none, 0, 6);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(ckpt_manifest_suite)
