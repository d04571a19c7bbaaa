/* SPDX-License-Identifier: Apache-2.0 */
/* xml_read.c and xml_write.c: what is stored comes back, and hostile metadata is refused. */
#include "harness.h"
#include "lpard/hypervisor/libvirt/xml/xml.h"

#include <string.h>

static enum par_error_id read_text(const char *text, struct hv_stored *s)
{
	auto_error err = NULL;
	unsigned int version = 0;

	if (hv_xml_read_stored(text, strlen(text), &version, s, &err) == 0) {
		ck_assert_uint_eq(version, 1);
		return PAR_E_COUNT;
	}
	ck_assert_ptr_nonnull(err->msg);
	return err->id;
}

#define LPAR(inside) "<lpar version=\"1\">" inside "</lpar>"

START_TEST(comes_back)
{
	static const char *const values[] = { "",
					      " ",
					      "a&b<c>\"d'e",
					      "]]>",
					      "&#10;",
					      "\xc3\xa9",
					      "<![CDATA[x]]>",
					      "  two  ",
					      "line\nline\ttab" };
	struct hv_stored_part parts[2] = { { .element = "partition" }, { .element = "profile" } };
	struct hv_stored in = { .v = parts, .n = 2 };
	auto_stored out = { 0 };
	autofree char *xml = NULL;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(values); i++)
		ck_assert_int_eq(par_attrs_add(&parts[i % 2].attrs, values[i][0] ? "x<\">" : "e",
					       PAR_ATTR_SET, values[i]),
				 0);
	ck_assert_int_eq(hv_xml_stored(&in, &xml, NULL), 0);
	ck_assert_int_eq(read_text(xml, &out), PAR_E_COUNT);
	ck_assert_uint_eq(out.n, 2);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(values); i++) {
		ck_assert_str_eq(out.v[i % 2].attrs.v[i / 2].value, values[i]);
		ck_assert_str_eq(out.v[i % 2].attrs.v[i / 2].name, values[i][0] ? "x<\">" : "e");
	}
	par_attrs_done(&parts[0].attrs);
	par_attrs_done(&parts[1].attrs);
}
END_TEST

START_TEST(what_xml_cannot_hold)
{
	static const char *const bad[] = { "\x01", "a\x1bz", "\xff", "\xc3\x28" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(bad); i++) {
		struct hv_stored_part part = { .element = "partition" };
		struct hv_stored in = { .v = &part, .n = 1 };
		autofree char *xml = NULL;
		auto_error err = NULL;

		ck_assert_int_eq(par_attrs_add(&part.attrs, "x", PAR_ATTR_SET, bad[i]), 0);
		ck_assert_int_lt(hv_xml_stored(&in, &xml, &err), 0);
		ck_assert_int_eq(err->id, PAR_E_INVALID_ARGUMENT);
		par_attrs_done(&part.attrs);
	}
}
END_TEST

START_TEST(refused)
{
	static const char *const bad[] = {
		"",
		"x",
		"<lpar",
		"<domain/>",
		"<lpar/>",
		"<lpar version=\"\"/>",
		"<lpar version=\"2\"/>",
		"<lpar version=\"0\"/>",
		"<lpar version=\"-1\"/>",
		"<x:lpar xmlns:x=\"https://else.where/\" version=\"1\"/>",
		LPAR("<partition><attribute>1</attribute></partition>"),
		/* Entities: a file, and a thousand million laughs. */
		"<!DOCTYPE l [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
		"<lpar version=\"1\"><partition><attribute name=\"name\">&x;</attribute>"
		"</partition></lpar>",
		"<!DOCTYPE l [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;\">"
		"<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;\">]><lpar version=\"1\">&c;</lpar>",
		"<!DOCTYPE lpar SYSTEM \"http://127.0.0.1:1/x.dtd\"><lpar version=\"1\"/>",
		LPAR("<partition><attribute name=\"a\">&nothing;</attribute></partition>"),
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(bad); i++) {
		auto_stored s = { 0 };

		ck_assert_msg(read_text(bad[i], &s) == PAR_E_CORRUPT, "accepted: %s", bad[i]);
		ck_assert_uint_eq(s.n, 0);
	}
}
END_TEST

START_TEST(unknown_is_passed_over)
{
	auto_stored s = { 0 };

	ck_assert_int_eq(read_text(LPAR("<later a=\"b\"><attribute name=\"x\">1</attribute></later>"
					"<partition kind=\"z\"><attribute name=\"name\" q=\"r\">a"
					"</attribute><later/></partition>text"),
				   &s),
			 PAR_E_COUNT);
	ck_assert_uint_eq(s.n, 1);
	ck_assert_uint_eq(s.v[0].attrs.n, 1);
	ck_assert_str_eq(s.v[0].attrs.v[0].value, "a");
}
END_TEST

/* Depth and number are limited: reading costs memory in proportion, and no stack. */
START_TEST(limits)
{
	auto_buf deep = { 0 }, many = { 0 }, profiles = { 0 }, big = { 0 };
	auto_stored s = { 0 };

	par_buf_puts(&deep, "<lpar version=\"1\"><partition>");
	for (int i = 0; i < 10000; i++)
		par_buf_puts(&deep, "<a>");
	par_buf_puts(&deep, "</partition></lpar>");
	ck_assert_int_eq(read_text(deep.data, &s), PAR_E_CORRUPT);
	par_buf_puts(&many, "<lpar version=\"1\"><partition>");
	for (int i = 0; i < 300; i++)
		par_buf_puts(&many, "<attribute name=\"a\"/>");
	par_buf_puts(&many, "</partition></lpar>");
	ck_assert_int_eq(read_text(many.data, &s), PAR_E_CORRUPT);
	par_buf_puts(&profiles, "<lpar version=\"1\">");
	for (int i = 0; i < 1100; i++)
		par_buf_puts(&profiles, "<profile/>");
	par_buf_puts(&profiles, "</lpar>");
	ck_assert_int_eq(read_text(profiles.data, &s), PAR_E_CORRUPT);
	par_buf_puts(&big, "<lpar version=\"1\"><!--");
	for (int i = 0; i < HV_METADATA_MAX / 16; i++)
		par_buf_puts(&big, "xxxxxxxxxxxxxxxx");
	par_buf_puts(&big, "--></lpar>");
	ck_assert_int_eq(read_text(big.data, &s), PAR_E_CORRUPT);
}
END_TEST

START_TEST(stored_needs_a_partition)
{
	struct hv_stored_part parts[2] = { { .element = "profile" }, { .element = "partition" } };
	struct hv_stored s = { .v = parts, .n = 2 };
	auto_partition p = NULL;
	auto_error err = NULL;

	ck_assert_int_lt(hv_stored_load(1, &s, &p, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_CORRUPT);
	s.n = 0;
	ck_assert_int_lt(hv_stored_load(1, &s, &p, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_CORRUPT);
}
END_TEST

START_TEST(texts)
{
	static const char xml[] = "<a><b><c> x </c><c>y</c></b><d/></a>";
	autofree char *c = NULL, *d = NULL, *none = NULL;

	ck_assert_int_eq(hv_xml_text(xml, "b/c", &c, NULL), 0);
	ck_assert_str_eq(c, " x ");
	ck_assert_int_eq(hv_xml_text(xml, "d", &d, NULL), 0);
	ck_assert_str_eq(d, "");
	ck_assert_int_eq(hv_xml_text(xml, "b/e", &none, NULL), 0);
	ck_assert_ptr_null(none);
	ck_assert_int_lt(hv_xml_text("<a", "b", &none, NULL), 0);
}
END_TEST

START_TEST(open_port)
{
	static const char other[] = "<channel><target name='x' state='connected'/></channel>";
	static const struct {
		const char *channel;
		bool is_open;
	} cases[] = {
		{ "<channel><target type='virtio' name='p' state='connected'/></channel>", true },
		{ "<channel><target type='virtio' name='p' state='disconnected'/></channel>",
		  false },
		{ "<channel><target type='virtio' name='p'/></channel>", false },
		{ "<channel/>", false },
		{ "<x><channel><target name='p' state='connected'/></channel></x>", false },
		{ "", false },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(cases); i++) {
		autofree char *xml = par_strdup_printf(
			"<domain><devices><disk/>%s%s</devices></domain>", other, cases[i].channel);

		ck_assert_int_eq(hv_xml_port_is_open(xml, "p"), cases[i].is_open);
	}
	ck_assert(!hv_xml_port_is_open("<domain/>", "p"));
}
END_TEST

static Suite *xml_suite(void)
{
	Suite *suite = suite_create("hv_xml");
	TCase *tc = tcase_create("xml");

	tcase_add_test(tc, comes_back);
	tcase_add_test(tc, what_xml_cannot_hold);
	tcase_add_test(tc, refused);
	tcase_add_test(tc, unknown_is_passed_over);
	tcase_add_test(tc, limits);
	tcase_add_test(tc, stored_needs_a_partition);
	tcase_add_test(tc, texts);
	tcase_add_test(tc, open_port);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(xml_suite)
