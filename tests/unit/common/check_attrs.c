/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration data: pairs, quoting, lists. */
#include "lpard/common/attrs.h"

#include "harness.h"

#include <string.h>

START_TEST(plain_pairs)
{
	auto_attrs a = { 0 };

	ck_assert_int_eq(par_attrs_parse("name=lp, secure_boot=2,description=", &a, NULL), 0);
	ck_assert_uint_eq(a.n, 3);
	ck_assert_str_eq(a.v[1].name, "secure_boot");
	ck_assert_str_eq(par_attrs_get(&a, "secure_boot"), "2");
	ck_assert_str_eq(par_attrs_get(&a, "description"), "");
	ck_assert_ptr_null(par_attrs_get(&a, "nam"));
}
END_TEST

START_TEST(quoted_pairs)
{
	auto_attrs a = { 0 };
	auto_strv l = { 0 };
	auto_buf b = { 0 };
	const char *text = "name=x,\"virtual_eth_adapters=\"\"2/1/1/3,4,5/0/1\"\",3/0/1//0/1\"";

	ck_assert_int_eq(par_attrs_parse(text, &a, NULL), 0);
	ck_assert_uint_eq(a.n, 2);
	ck_assert_str_eq(a.v[1].value, "\"2/1/1/3,4,5/0/1\",3/0/1//0/1");
	ck_assert_int_eq(par_attrs_split_list(a.v[1].value, &l, NULL), 0);
	ck_assert_uint_eq(l.n, 2);
	ck_assert_str_eq(l.v[0], "2/1/1/3,4,5/0/1");
	ck_assert_str_eq(l.v[1], "3/0/1//0/1");
	/* And back, as the HMC prints it. */
	par_attrs_put_pair(&b, a.v[1].name, a.v[1].value);
	ck_assert_str_eq(b.data, text + strlen("name=x,"));
}
END_TEST

START_TEST(operations)
{
	auto_attrs a = { 0 };

	ck_assert_int_eq(par_attrs_parse("a+=1,b-=2,\"c+=3,4\",d=e=f", &a, NULL), 0);
	ck_assert_int_eq(a.v[0].op, PAR_ATTR_ADD);
	ck_assert_str_eq(a.v[0].name, "a");
	ck_assert_int_eq(a.v[1].op, PAR_ATTR_REMOVE);
	ck_assert_int_eq(a.v[2].op, PAR_ATTR_ADD);
	ck_assert_str_eq(a.v[2].value, "3,4");
	ck_assert_int_eq(a.v[3].op, PAR_ATTR_SET);
	ck_assert_str_eq(a.v[3].value, "e=f");
}
END_TEST

static const char *const bad[] = {
	"",
	"name",
	",",
	",name=a",
	"name=a,,b=c",
	"=a",
	"+=a",
	"na me=a",
	"\"name=a",
	"\"name=a\"b",
	"name=\"a,b",
	"name=a\"b",
	"name=a,b",
	"na-me=1",
	"\"\"",
	"\xc3\xa4=1",
	"name=\"a\"b,c=d",
	"name=a,,",
	"name=b=\"a\"",
};

START_TEST(malformed)
{
	auto_attrs a = { 0 };
	auto_error err = NULL;

	ck_assert_int_lt(par_attrs_parse(bad[_i], &a, &err), 0);
	ck_assert_str_eq(err->msg, "The format of the configuration data is invalid.");
	ck_assert_int_eq(err->id, PAR_E_INVALID_ARGUMENT);
	ck_assert_uint_eq(a.n, 0);
}
END_TEST

START_TEST(lists)
{
	auto_strv none = { 0 }, two = { 0 }, broken = { 0 };

	ck_assert_int_eq(par_attrs_split_list("", &none, NULL), 0);
	ck_assert_uint_eq(none.n, 0);
	ck_assert_int_eq(par_attrs_split_list("a,,b", &two, NULL), 0);
	ck_assert_uint_eq(two.n, 3);
	ck_assert_str_eq(two.v[1], "");
	ck_assert_int_lt(par_attrs_split_list("\"a", &broken, NULL), 0);
}
END_TEST

/* What clients of the HMC send beside the plain form, and what it means. */
static const struct {
	const char *text, *name, *value;
} sent[] = {
	/* rbvppc: words of the command line, and a blank at the end of the datum */
	{ "name=a, desired_mem=1024 ", "desired_mem", "1024" },
	{ "  name = a b  ,\tlpar_env\t=\taixlinux", "name", "a b" },
	{ "name=a,", "name", "a" },
	{ "\"name= a \" , b=c", "name", "a" },
	{ "list += 2/0/1//0/0 ,b=c", "list", "2/0/1//0/0" },
	/* quotes around the value alone */
	{ "io_slots=\"21010003/none/1,21010004/none/1\",b=c", "io_slots",
	  "21010003/none/1,21010004/none/1" },
	{ "lpar_names=\"x\"", "lpar_names", "x" },
	{ "v=\"\"\"2/1/1/3,4/0/1\"\",3/0/1//0/1\"", "v", "\"2/1/1/3,4/0/1\",3/0/1//0/1" },
	{ "name=\"\",b=c", "name", "" },
	/* an empty pair within an element */
	{ "v=6/1/1/\"\"/0/1,b=c", "v", "6/1/1//0/1" },
	{ "v=6/1/1/\"\",b=c", "v", "6/1/1/" },
};

START_TEST(as_clients_send_it)
{
	auto_attrs a = { 0 };
	auto_error err = NULL;

	ck_assert_msg(par_attrs_parse(sent[_i].text, &a, &err) == 0, "%s", sent[_i].text);
	ck_assert_str_eq(par_attrs_get(&a, sent[_i].name), sent[_i].value);
}
END_TEST

/* Lists: as text between | */
static const struct {
	const char *value, *elements;
} list_forms[] = {
	{ "a,", "a" },
	{ "a , b ,", "a|b" },
	{ " ", "" },
	{ "6/1/1/\"\"/0/1,7/0/1//0/1", "6/1/1//0/1|7/0/1//0/1" },
	{ "6/1/1/\"/0/1", "6/1/1//0/1" }, /* what is left of a doubled pair */
	{ "\"6/1/1/3,4/\"\"/1\",7/0/1//0/1", "6/1/1/3,4//1|7/0/1//0/1" },
	{ "\"\"\"a\"\",b\"", "\"a\",b" },
};

START_TEST(forms_of_lists)
{
	auto_strv l = { 0 };
	auto_buf b = { 0 };

	ck_assert_int_eq(par_attrs_split_list(list_forms[_i].value, &l, NULL), 0);
	par_buf_puts(&b, "");
	for (size_t i = 0; i < l.n; i++)
		par_buf_printf(&b, "%s%s", i ? "|" : "", l.v[i]);
	ck_assert_str_eq(b.data, list_forms[_i].elements);
}
END_TEST

/* IBM's pages show --filter ""lpar_ids=1,2,3"", of which the shell leaves no quotes. */
START_TEST(filters)
{
	auto_attrs a = { 0 }, none = { 0 };

	ck_assert_int_eq(par_attrs_parse_filter("lpar_ids=1,2, 3,profile_names=p", &a, NULL), 0);
	ck_assert_uint_eq(a.n, 2);
	ck_assert_str_eq(a.v[0].value, "1,2,3");
	ck_assert_str_eq(a.v[1].value, "p");
	ck_assert_int_lt(par_attrs_parse_filter("lpar_ids", &none, NULL), 0);
	ck_assert_int_lt(par_attrs_parse_filter("lpar_ids=1,,2", &none, NULL), 0);
}
END_TEST

START_TEST(many_pairs)
{
	auto_attrs a = { 0 };
	auto_buf b = { 0 };

	for (int i = 0; i < 5000; i++)
		par_buf_printf(&b, "%sa=%d", i ? "," : "", i);
	ck_assert_int_lt(par_attrs_parse(b.data, &a, NULL), 0);
}
END_TEST

static Suite *attrs_suite(void)
{
	Suite *s = suite_create("attrs");
	TCase *t = tcase_create("attrs");

	tcase_add_test(t, plain_pairs);
	tcase_add_test(t, quoted_pairs);
	tcase_add_test(t, operations);
	tcase_add_loop_test(t, malformed, 0, PAR_ARRAY_SIZE(bad));
	tcase_add_loop_test(t, as_clients_send_it, 0, PAR_ARRAY_SIZE(sent));
	tcase_add_loop_test(t, forms_of_lists, 0, PAR_ARRAY_SIZE(list_forms));
	tcase_add_test(t, filters);
	tcase_add_test(t, lists);
	tcase_add_test(t, many_pairs);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(attrs_suite)
