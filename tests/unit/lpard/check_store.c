/* SPDX-License-Identifier: Apache-2.0 */
/* The stored form: what is written reads back the same; damaged data is refused. */
#include "model.h"

static struct lpar_partition *one(void)
{
	struct lpar_system sys = test_system();
	struct lpar_usage nobody = { 0 };
	struct lpar_partition *p = test_create(
		"name=a,profile_name=p," TEST_SHARED
		",\"virtual_eth_adapters=\"\"2/1/1/3,4/0/1\"\",3/0/1//0/0\",lpar_proc_compat_mode=POWER9,"
		"boot_image=trixie,\"description=x, \"\"y\"\"\"",
		NULL, NULL);

	ck_assert_ptr_nonnull(p);
	ck_assert_int_eq(lpar_profile_apply(p, NULL, &sys, &nobody, NULL), 0);
	p->error_refcode = strdup("B2001230 LP=00001");
	return p;
}

/* Stores @p and reads it back. */
static struct lpar_partition *again(const struct lpar_partition *p)
{
	auto_attrs own = { 0 }, profile = { 0 }, current = { 0 };
	struct lpar_partition *q = NULL;

	ck_assert_int_eq(lpar_partition_to_attrs(p, &own), 0);
	ck_assert_int_eq(lpar_profile_to_attrs(&p->profiles[0], &profile), 0);
	ck_assert_int_eq(lpar_current_to_attrs(p->current, &current), 0);
	ck_assert_int_eq(lpar_partition_from_attrs(LPAR_STORED_VERSION, &own, &q, NULL), 0);
	ck_assert_int_eq(lpar_partition_load_profile(q, LPAR_STORED_VERSION, &profile, NULL), 0);
	ck_assert_int_eq(lpar_partition_load_current(q, LPAR_STORED_VERSION, &current, NULL), 0);
	return q;
}

static void same_lines(const struct lpar_partition *p, const struct lpar_partition *q)
{
	static const enum lpar_listing all[] = { LPAR_LIST_LPAR, LPAR_LIST_PROF, LPAR_LIST_MEM_LPAR,
						 LPAR_LIST_PROC_LPAR };
	struct lpar_system sys = test_system();
	struct lpar_live live = { .state = LPAR_STATE_RUNNING };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(all); i++) {
		struct lpar_record a = {
			.system = &sys, .partition = p, .live = &live, .profile = &p->profiles[0]
		};
		struct lpar_record b = a;
		autofree char *x = test_line(all[i], &a);
		autofree char *y = NULL;

		b.partition = q;
		b.profile = &q->profiles[0];
		y = test_line(all[i], &b);
		ck_assert_str_eq(x, y);
	}
	ck_assert_str_eq(p->error_refcode, q->error_refcode);
	ck_assert_str_eq(p->boot_image, q->boot_image);
	ck_assert_str_eq(p->uuid, q->uuid);
}

START_TEST(round_trip)
{
	auto_partition p = one();
	auto_partition q = again(p);

	same_lines(p, q);
}
END_TEST

START_TEST(copy)
{
	auto_partition p = one();
	auto_partition q = lpar_partition_dup(p);

	same_lines(p, q);
	ck_assert_ptr_ne(p->name, q->name);
	ck_assert_ptr_ne(p->current->profile.name, q->current->profile.name);
}
END_TEST

START_TEST(unknown_names_are_skipped)
{
	auto_partition p = one();
	auto_partition q = NULL;
	auto_attrs own = { 0 };

	ck_assert_int_eq(lpar_partition_to_attrs(p, &own), 0);
	par_attrs_add(&own, "from_the_future", PAR_ATTR_SET, "1");
	ck_assert_int_eq(lpar_partition_from_attrs(1, &own, &q, NULL), 0);
}
END_TEST

/* virsh takes names that mksyscfg refuses. */
START_TEST(name_of_others)
{
	auto_partition p = one();
	auto_partition q = NULL;
	auto_partition second = NULL;
	auto_attrs own = { 0 }, stored = { 0 };

	ck_assert_int_eq(lpar_partition_to_attrs(p, &own), 0);
	par_attrs_add(&own, "name", PAR_ATTR_SET, "x,y and more than 31 characters of it");
	ck_assert_int_eq(lpar_partition_from_attrs(1, &own, &q, NULL), 0);
	ck_assert_str_eq(q->name, "x,y and more than 31 characters of it");
	ck_assert_int_eq(lpar_partition_to_attrs(q, &stored), 0);
	ck_assert_int_eq(lpar_partition_from_attrs(1, &stored, &second, NULL), 0);
}
END_TEST

START_TEST(versions)
{
	auto_partition p = one();
	auto_partition q = NULL;
	auto_attrs own = { 0 };
	auto_error err = NULL;

	ck_assert_int_eq(lpar_partition_to_attrs(p, &own), 0);
	ck_assert_int_lt(lpar_partition_from_attrs(LPAR_STORED_VERSION + 1, &own, &q, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_CORRUPT);
	ck_assert_int_lt(lpar_partition_from_attrs(0, &own, &q, &err), 0);
}
END_TEST

static const struct {
	const char *name;
	const char *value;
} damage[] = {
	{ "lpar_id", "0" }, { "lpar_id", "x" },	   { "uuid", "abc" },
	{ "uuid", "" },	    { "lpar_env", "vax" }, { "sync_curr_profile", "9" },
};

START_TEST(damaged)
{
	auto_partition p = one();
	auto_partition q = NULL;
	auto_attrs own = { 0 };
	auto_error err = NULL;

	ck_assert_int_eq(lpar_partition_to_attrs(p, &own), 0);
	par_attrs_add(&own, damage[_i].name, PAR_ATTR_SET, damage[_i].value);
	ck_assert_int_lt(lpar_partition_from_attrs(1, &own, &q, &err), 0);
	ck_assert_ptr_nonnull(err);
	ck_assert_int_eq(err->id, PAR_E_CORRUPT);
}
END_TEST

START_TEST(damaged_profile)
{
	auto_partition p = one();
	auto_attrs a = { 0 };
	auto_error err = NULL;

	ck_assert_int_eq(lpar_profile_to_attrs(&p->profiles[0], &a), 0);
	ck_assert_int_lt(lpar_partition_load_profile(p, 1, &a, &err), 0); /* it is there */
	ck_assert_int_eq(err->id, PAR_E_CORRUPT);
	par_attrs_add(&a, "name", PAR_ATTR_SET, "other");
	par_attrs_add(&a, "min_mem", PAR_ATTR_SET, "999999");
	ck_assert_int_lt(lpar_partition_load_profile(p, 1, &a, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_CORRUPT);
	ck_assert_uint_eq(p->n_profiles, 1);
}
END_TEST

static Suite *store_suite(void)
{
	Suite *s = suite_create("store");
	TCase *t = tcase_create("store");

	tcase_add_test(t, round_trip);
	tcase_add_test(t, copy);
	tcase_add_test(t, unknown_names_are_skipped);
	tcase_add_test(t, name_of_others);
	tcase_add_test(t, versions);
	tcase_add_loop_test(t, damaged, 0, PAR_ARRAY_SIZE(damage));
	tcase_add_test(t, damaged_profile);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(store_suite)
