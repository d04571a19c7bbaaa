/* SPDX-License-Identifier: Apache-2.0 */
/* check_move_facts.c - facts for a move are read as they were written, and no more than fits */
#include "harness.h"
#include "lpard/wire/move_facts.h"

#include <string.h>

START_TEST(written_and_read_again)
{
	static const char text[] =
		"{\"format\":1,\"hwcap\":\"00000000dc0065c2\",\"criu\":40201,\"tools\":true,"
		"\"claims\":[{\"name\":\"a\",\"addresses\":[\"10.0.0.1\"]}],"
		"\"wpars\":[{\"name\":\"w\",\"files\":[{\"path\":\"/x\",\"size\":1}],"
		"\"obstacles\":[{\"test\":\"t\",\"value\":\"v\",\"remedy\":\"r\"}]}]}";
	auto_move_facts f = { 0 }, again = { 0 };
	auto_buf b = { 0 };

	ck_assert_int_eq(par_move_facts_read(text, strlen(text), &f, NULL), 0);
	ck_assert_int_eq(par_move_facts_write(&f, &b), 0);
	ck_assert_int_eq(par_move_facts_read(b.data, b.len, &again, NULL), 0);
	ck_assert_uint_eq(again.hwcap, 0xdc0065c2);
	ck_assert_str_eq(again.claims.v[0].addresses.v[0], "10.0.0.1");
	ck_assert_str_eq(again.wpars.v[0].files.v[0].path, "/x");
	ck_assert_str_eq(again.wpars.v[0].obstacles.v[0].remedy, "r");
}
END_TEST

START_TEST(two_wpars_are_refused)
{
	static const char text[] = "{\"format\":1,\"wpars\":[{},{}]}";
	auto_move_facts f = { 0 };

	ck_assert_int_lt(par_move_facts_read(text, strlen(text), &f, NULL), 0);
}
END_TEST

START_TEST(too_much_is_refused)
{
	autofree char *text = malloc(PAR_MOVE_FACTS_MOST + 1);
	auto_move_facts f = { 0 };
	auto_error err = NULL;

	memset(text, ' ', PAR_MOVE_FACTS_MOST + 1);
	ck_assert_int_lt(par_move_facts_read(text, PAR_MOVE_FACTS_MOST + 1, &f, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_TOO_LARGE);
}
END_TEST

static Suite *move_facts_suite(void)
{
	Suite *s = suite_create("move_facts");
	TCase *t = tcase_create("move_facts");

	tcase_add_test(t, written_and_read_again);
	tcase_add_test(t, two_wpars_are_refused);
	tcase_add_test(t, too_much_is_refused);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(move_facts_suite)
