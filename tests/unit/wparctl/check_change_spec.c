/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check_change_spec.c - what chwpar refuses and what it tells: controllers that are missing,
 * states, and what changes later.  The new specifications are in tests/golden/cli/chwpar.cmd.
 */
#include "harness.h"
#include "wparctl/operations/change_spec.h"
#include "wparctl/spec/keys.h"

#include <string.h>

static bool has_pids(const char *controller)
{
	return strcmp(controller, "pids") == 0;
}

static bool has_none(const char *controller)
{
	(void)controller;
	return false;
}

START_TEST(a_missing_controller_is_named)
{
	const struct wpar_spec none = { 0 };
	const struct wpar_spec pids = { .resources = { .total_processes = 5 } };
	const struct wpar_spec cpu = { .resources = { .total_processes = 5, .shares_cpu = 7 } };
	const struct wpar_spec soft = { .resources = { .memory_soft_x100 = 500 } };
	const struct wpar_spec kept = { .resources = { .inactive = true, .shares_cpu = 7 } };
	const struct wpar_spec ptys = { .resources = { .total_ptys = 7 } };

	ck_assert_str_eq(wpar_change_missing(&none, &pids, has_none), "pids");
	ck_assert_ptr_null(wpar_change_missing(&none, &pids, has_pids));
	ck_assert_str_eq(wpar_change_missing(&none, &cpu, has_pids), "cpu");
	ck_assert_str_eq(wpar_change_missing(&none, &soft, has_pids), "memory");
	/* What stays, what goes and what is not set needs none. */
	ck_assert_ptr_null(wpar_change_missing(&cpu, &cpu, has_none));
	ck_assert_ptr_null(wpar_change_missing(&cpu, &none, has_none));
	ck_assert_ptr_null(wpar_change_missing(&soft, &none, has_none));
	ck_assert_ptr_null(wpar_change_missing(&none, &kept, has_none));
	ck_assert_ptr_null(wpar_change_missing(&none, &ptys, has_none));
}
END_TEST

START_TEST(names_and_directories_change_while_it_is_stopped)
{
	struct wpar_spec old = { .name = (char *)"a", .directory = (char *)"/wpars/a" };
	struct wpar_spec renamed = old, moved = old;
	auto_error err = NULL;

	renamed.name = (char *)"b";
	moved.directory = (char *)"/srv/a";
	ck_assert_int_eq(wpar_change_allowed_in(WPAR_STATE_DEFINED, &old, &renamed, NULL), 0);
	ck_assert_int_eq(wpar_change_allowed_in(WPAR_STATE_DEFINED, &old, &moved, NULL), 0);
	ck_assert_int_eq(wpar_change_allowed_in(WPAR_STATE_ACTIVE, &old, &old, NULL), 0);
	ck_assert_int_lt(wpar_change_allowed_in(WPAR_STATE_ACTIVE, &old, &moved, NULL), 0);
	ck_assert_int_lt(wpar_change_allowed_in(WPAR_STATE_FROZEN, &old, &renamed, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_WRONG_STATE);
}
END_TEST

START_TEST(what_changes_later_is_told)
{
	auto_spec old = { .name = strdup("a") }, new = { .name = strdup("a") };
	char pair[] = "address=10.1.2.3", *pairs[] = { pair };
	auto_strv lines = { 0 };

	ck_assert_int_eq(wpar_change_later(&old, &new, &lines), 0);
	ck_assert_uint_eq(lines.n, 0);
	ck_assert_int_eq(wpar_spec_set_privs(&new, '-', "PV_NET_PORT", NULL), 0);
	ck_assert_int_eq(wpar_change_later(&old, &new, &lines), 0);
	ck_assert_uint_eq(lines.n, 1);
	ck_assert_ptr_nonnull(strstr(lines.v[0], "-S"));
	ck_assert_ptr_nonnull(
		wpar_record_add_pairs(&new, WPAR_STANZA_NETWORK, pairs, 1, "-N", NULL));
	ck_assert_int_eq(wpar_change_later(&old, &new, &lines), 0);
	/* The privileges again, and nothing of the address, which is there at once. */
	ck_assert_uint_eq(lines.n, 2);
	ck_assert_str_eq(lines.v[1], lines.v[0]);
}
END_TEST

START_TEST(records_are_told_apart_by_what_names_them)
{
	auto_spec s = { 0 }, given = { 0 };
	char first[] = "devname=/dev/a", second[] = "devname=/dev/b", no[] = "export=no";
	char *a[] = { first }, *b[] = { second }, *changed[] = { second, no }, *nothing[] = { no };
	const void *g;

	ck_assert_ptr_nonnull(wpar_record_add_pairs(&s, WPAR_STANZA_DEVICE, a, 1, "-D", NULL));
	ck_assert_ptr_nonnull(wpar_record_add_pairs(&s, WPAR_STANZA_DEVICE, b, 1, "-D", NULL));
	g = wpar_record_add_pairs(&given, WPAR_STANZA_DEVICE, changed, 2, "-D", NULL);
	ck_assert_int_eq(wpar_record_find(&s, WPAR_STANZA_DEVICE, g, false), 1);
	ck_assert_int_eq(wpar_record_find(&s, WPAR_STANZA_DEVICE, g, true), -1);
	g = wpar_record_add_pairs(&given, WPAR_STANZA_DEVICE, nothing, 1, "-D", NULL);
	ck_assert_int_eq(wpar_record_find(&s, WPAR_STANZA_DEVICE, g, false), -EINVAL);
	wpar_record_remove(&s, WPAR_STANZA_DEVICE, 0);
	ck_assert_uint_eq(s.n_devices, 1);
	ck_assert_str_eq(s.devices[0].name, "/dev/b");
}
END_TEST

static Suite *change_suite(void)
{
	Suite *s = suite_create("change");
	TCase *c = tcase_create("change");

	tcase_add_test(c, a_missing_controller_is_named);
	tcase_add_test(c, names_and_directories_change_while_it_is_stopped);
	tcase_add_test(c, what_changes_later_is_told);
	tcase_add_test(c, records_are_told_apart_by_what_names_them);
	suite_add_tcase(s, c);
	return s;
}

PAR_TEST_MAIN(change_suite)
