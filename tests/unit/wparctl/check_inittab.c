/* SPDX-License-Identifier: Apache-2.0 */
/* check_inittab.c - lines of inittab, and how often what dies is started again */
#include "harness.h"
#include "wparctl/runtime/inside/inittab.h"
#include "wparctl/srcmstr/respawn.h"

#include <string.h>

static struct wpar_inittab table;
static struct par_buf said;

static void set_up(void)
{
	said = (struct par_buf){ 0 };
}

static void tear_down(void)
{
	wpar_inittab_done(&table);
	par_buf_done(&said);
}

static void parse(const char *text)
{
	ck_assert_int_eq(wpar_inittab_parse(text, strlen(text), &table, &said), 0);
}

START_TEST(entries_in_their_order)
{
	parse("# a comment\n"
	      ": one of AIX's\n"
	      "init:3:initdefault:\n"
	      "rc:23:wait:/etc/rc : with : colons\n"
	      "  src::respawn:/usr/sbin/srcmstr  \n"
	      "x:2:off:never\n"
	      "s::sysinit:a\nb::boot:b\nbw::bootwait:c\no:9:once:d");
	ck_assert_ptr_null(said.data);
	ck_assert_int_eq(table.level, 3);
	ck_assert_uint_eq(table.n, 7);
	ck_assert_str_eq(table.v[0].id, "rc");
	ck_assert_int_eq(table.v[0].action, WPAR_INIT_WAIT);
	ck_assert_str_eq(table.v[0].command, "/etc/rc : with : colons");
	ck_assert(wpar_inittab_in_level(&table.v[0], 2) && wpar_inittab_in_level(&table.v[0], 3));
	ck_assert(!wpar_inittab_in_level(&table.v[0], 4));
	ck_assert_str_eq(table.v[1].command, "/usr/sbin/srcmstr");
	ck_assert(wpar_inittab_in_level(&table.v[1], 0) && wpar_inittab_in_level(&table.v[1], 9));
	ck_assert_int_eq(table.v[2].action, WPAR_INIT_OFF);
	ck_assert_int_eq(table.v[3].action, WPAR_INIT_SYSINIT);
	ck_assert_int_eq(table.v[4].action, WPAR_INIT_BOOT);
	ck_assert_int_eq(table.v[5].action, WPAR_INIT_BOOTWAIT);
	ck_assert_int_eq(table.v[6].action, WPAR_INIT_ONCE);
	ck_assert_ptr_eq(wpar_inittab_find(&table, "bw"), &table.v[5]);
	ck_assert_ptr_null(wpar_inittab_find(&table, "none"));
}
END_TEST

START_TEST(bad_lines_are_told_and_the_others_count)
{
	parse("one\n"
	      "a:2:wait\n"
	      "b:2x:wait:c\n"
	      "c:2:later:c\n"
	      "a-name-far-too-long:2:once:c\n"
	      "good:2:once:c\n"
	      "good:2:off:d\n"
	      "i:23:initdefault:\n");
	ck_assert_uint_eq(table.n, 1);
	ck_assert_int_eq(table.v[0].action, WPAR_INIT_ONCE);
	ck_assert_int_eq(table.level, -1);
	ck_assert_str_eq(
		said.data,
		"/etc/inittab: line 1 is not used: it is not ID:LEVELS:ACTION:COMMAND but 'one'\n"
		"/etc/inittab: line 2 is not used: it is not ID:LEVELS:ACTION:COMMAND but 'a'\n"
		"/etc/inittab: line 3 is not used: run levels are digits, not '2x'\n"
		"/etc/inittab: line 4 is not used: there is no action 'later'\n"
		"/etc/inittab: line 5 is not used: no identifier 'a-name-far-too-long'\n"
		"/etc/inittab: line 7 is not used: an earlier line has the identifier 'good'\n"
		"/etc/inittab: line 8 is not used: a default is one run level, not '23'\n");
}
END_TEST

START_TEST(a_backslash_joins_lines)
{
	parse("a:2:once:one \\\ntwo\nb:2:nothing:c\n");
	ck_assert_uint_eq(table.n, 1);
	ck_assert_str_eq(table.v[0].command, "one   two");
	ck_assert_str_eq(said.data,
			 "/etc/inittab: line 3 is not used: there is no action 'nothing'\n");
}
END_TEST

START_TEST(too_many_entries)
{
	auto_buf text = { 0 };

	for (int i = 0; i < WPAR_INITTAB_ENTRIES + 1; i++)
		par_buf_printf(&text, "e%d:2:off:\n", i);
	parse(text.data);
	ck_assert_uint_eq(table.n, WPAR_INITTAB_ENTRIES);
	ck_assert_str_eq(said.data,
			 "/etc/inittab: line 65 is not used: there are too many before 'e64'\n");
}
END_TEST

START_TEST(what_dies_at_once_is_held_back)
{
	struct wpar_respawn r = { 0 };
	bool begins;

	for (int i = 0; i < WPAR_RESPAWN_TIMES; i++)
		ck_assert(wpar_respawn_allow(&r, 1000 + i, NULL));
	ck_assert(!wpar_respawn_allow(&r, 1010, &begins));
	ck_assert(begins);
	ck_assert(!wpar_respawn_allow(&r, 1011, &begins));
	ck_assert(!begins);
	ck_assert_int_eq(wpar_respawn_wait(&r, 1011), WPAR_RESPAWN_HOLD - 1);
	ck_assert(!wpar_respawn_allow(&r, 1009 + WPAR_RESPAWN_HOLD, NULL));
	ck_assert(wpar_respawn_allow(&r, 1010 + WPAR_RESPAWN_HOLD, NULL));
	ck_assert_int_eq(wpar_respawn_wait(&r, 1010 + WPAR_RESPAWN_HOLD), 0);
}
END_TEST

START_TEST(what_lives_is_not_held_back)
{
	struct wpar_respawn r = { 0 };

	for (int i = 0; i < 100; i++)
		ck_assert(wpar_respawn_allow(&r, 5 + i * (WPAR_RESPAWN_WITHIN / 4), NULL));
}
END_TEST

static Suite *inittab_suite(void)
{
	Suite *suite = suite_create("inittab");
	TCase *lines = tcase_create("lines"), *respawn = tcase_create("respawn");

	tcase_add_checked_fixture(lines, set_up, tear_down);
	tcase_add_test(lines, entries_in_their_order);
	tcase_add_test(lines, bad_lines_are_told_and_the_others_count);
	tcase_add_test(lines, a_backslash_joins_lines);
	tcase_add_test(lines, too_many_entries);
	tcase_add_test(respawn, what_dies_at_once_is_held_back);
	tcase_add_test(respawn, what_lives_is_not_held_back);
	suite_add_tcase(suite, lines);
	suite_add_tcase(suite, respawn);
	return suite;
}

PAR_TEST_MAIN(inittab_suite)
