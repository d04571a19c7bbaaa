/* SPDX-License-Identifier: Apache-2.0 */
/* check_device_list.c - AIX's list of devices that may be exported: its grammar, and what is in it
 */
#include "harness.h"
#include "wparctl/spec/device_list.h"

#include <string.h>

static const char list[] = "# devices\n"
			   "name:\n\tvalue = \"/dev/null\"\n"
			   "name:\n\tvalue = /dev/ttyS[01]\n\tauto = no\n"
			   "name:\n\tauto = \"yes\"\n\tvalue = \"/dev/xti/*\"\n";

static const struct {
	const char *path, *entry; /* NULL: not in it */
} lookups[] = {
	{ "/dev/null", "/dev/null" },
	{ "/dev/ttyS1", "/dev/ttyS[01]" },
	{ "/dev/ttyS2", NULL },
	{ "/dev/xti/tcp", "/dev/xti/*" },
	{ "/dev/xti/a/b", NULL },
	{ "/dev/xti/.hidden", NULL },
	{ "/dev/xti", NULL },
	{ "/dev/nullx", NULL },
	{ "/dev/ttyS[01]", "/dev/ttyS[01]" },
};

START_TEST(what_is_in_the_list)
{
	auto_device_list l = { 0 };
	const struct wpar_device_entry *e;

	ck_assert_int_eq(wpar_device_list_parse(list, strlen(list), &l, NULL), 0);
	ck_assert_uint_eq(l.n, 3);
	ck_assert(!l.v[0].no_auto && l.v[1].no_auto && !l.v[2].no_auto);
	e = wpar_device_list_find(&l, lookups[_i].path);
	ck_assert_pstr_eq(e ? e->value : NULL, lookups[_i].entry);
}
END_TEST

static const struct {
	const char *text, *says;
} wrong[] = {
	{ "device:\n\tvalue = /dev/x\n", "line 1: an entry begins with \"name:\"" },
	{ "name:\n\tauto = no\n", "the entry before has no \"value\"" },
	{ "name:\nname:\n\tvalue = /dev/x\n", "line 2: the entry before has no \"value\"" },
	{ "name:\n\tvalue = /etc/passwd\n", "line 2: \"value\" is a path below /dev" },
	{ "name:\n\tvalue = /dev/\n", "\"value\" is a path below /dev" },
	{ "name:\n\tvalue = /dev/../etc/x\n", "\"value\" is a path below /dev" },
	{ "name:\n\tvalue = /dev//x\n", "\"value\" is a path below /dev" },
	{ "name:\n\tvalue = /dev/x\n\tvalue = /dev/y\n", "line 3: an entry has one \"value\"" },
	{ "name:\n\tvalue = /dev/x\n\tauto = maybe\n", "\"auto\" is yes or no" },
	{ "name:\n\tvalue = /dev/x\n\tmode = 1\n", "the attributes of an entry are" },
	{ "\tvalue = /dev/x\n", "line 1" },
};

START_TEST(what_cannot_be_a_list)
{
	auto_device_list l = { 0 };
	auto_error err = NULL;

	ck_assert_int_lt(wpar_device_list_parse(wrong[_i].text, strlen(wrong[_i].text), &l, &err),
			 0);
	ck_assert_int_eq((int)err->id, PAR_E_CORRUPT);
	ck_assert_msg(strstr(err->msg, wrong[_i].says) != NULL, "%s", err->msg);
}
END_TEST

static Suite *device_list_suite(void)
{
	Suite *suite = suite_create("wparctl device list");
	TCase *tc = tcase_create("device list");

	tcase_add_loop_test(tc, what_is_in_the_list, 0, PAR_ARRAY_SIZE(lookups));
	tcase_add_loop_test(tc, what_cannot_be_a_list, 0, PAR_ARRAY_SIZE(wrong));
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(device_list_suite)
