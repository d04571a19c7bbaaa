/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles: making, changing, removing, saving and applying them. */
#include "model.h"

static struct lpar_partition *one(void)
{
	return test_create("name=a,profile_name=p," TEST_SHARED, NULL, NULL);
}

static int with_attrs(int (*fn)(struct lpar_partition *, const struct lpar_system *,
				const struct par_attrs *, struct par_error **),
		      struct lpar_partition *p, const char *data, struct par_error **err)
{
	struct lpar_system sys = test_system();
	auto_attrs a = { 0 };

	ck_assert_int_eq(par_attrs_parse(data, &a, NULL), 0);
	return fn(p, &sys, &a, err);
}

START_TEST(create_and_remove)
{
	auto_partition p = one();
	auto_error err = NULL;

	ck_assert_int_eq(
		with_attrs(lpar_profile_create, p, "name=big,lpar_name=a," TEST_SHARED, &err) < 0,
		true); /* lpar_env is not a profile's */
	ck_assert_ptr_nonnull(strstr(err->msg, "lpar_env"));
	ck_assert_int_eq(with_attrs(lpar_profile_create, p,
				    "name=big,lpar_id=1,min_mem=256,desired_mem=256,max_mem=256,"
				    "proc_mode=ded,min_procs=1,desired_procs=1,max_procs=1,"
				    "sharing_mode=keep_idle_procs",
				    NULL),
			 0);
	ck_assert_uint_eq(p->n_profiles, 2);
	ck_assert_int_lt(with_attrs(lpar_profile_create, p, "name=big,all_resources=1", &err), 0);
	ck_assert_int_eq(err->id, PAR_E_EXISTS);
	ck_assert_int_lt(lpar_profile_remove(p, "p", &err), 0);
	ck_assert_int_eq(err->id, PAR_E_WRONG_STATE);
	ck_assert_int_eq(lpar_profile_remove(p, "big", NULL), 0);
	ck_assert_int_lt(lpar_profile_remove(p, "big", &err), 0);
	ck_assert_ptr_nonnull(strstr(err->msg, "HSCL800F"));
}
END_TEST

START_TEST(change)
{
	auto_partition p = one();
	auto_error err = NULL;

	ck_assert_int_eq(
		with_attrs(lpar_profile_change, p,
			   "name=p,lpar_name=a,desired_mem=2048,virtual_eth_adapters=2/0/1//0/0",
			   NULL),
		0);
	ck_assert_uint_eq(p->profiles[0].desired_mem_mib, 2048);
	ck_assert_int_eq(
		with_attrs(lpar_profile_change, p, "name=p,virtual_eth_adapters+=3/0/1//0/0", NULL),
		0);
	ck_assert_str_eq(p->profiles[0].virtual_eth_adapters, "2/0/1//0/0,3/0/1//0/0");
	ck_assert_int_eq(with_attrs(lpar_profile_change, p, "name=p,virtual_eth_adapters-=2", NULL),
			 0);
	ck_assert_str_eq(p->profiles[0].virtual_eth_adapters, "3/0/1//0/0");
	ck_assert_int_eq(
		with_attrs(lpar_profile_change, p, "name=p,virtual_eth_adapters-=3/0/1//0/0", NULL),
		0);
	ck_assert_str_eq(p->profiles[0].virtual_eth_adapters, "none");
	/* All or nothing. */
	ck_assert_int_lt(
		with_attrs(lpar_profile_change, p, "name=p,desired_mem=4096,min_mem=8192", &err),
		0);
	ck_assert_uint_eq(p->profiles[0].desired_mem_mib, 2048);
	/* The default profile keeps being the default one when it is renamed. */
	ck_assert_int_eq(with_attrs(lpar_profile_change, p, "name=p,new_name=q", NULL), 0);
	ck_assert_str_eq(p->default_profile, "q");
	ck_assert_int_lt(with_attrs(lpar_profile_change, p, "name=p,desired_mem=4096", &err), 0);
	ck_assert_ptr_nonnull(strstr(err->msg, "HSCL800F"));
}
END_TEST

START_TEST(change_of_mode)
{
	auto_partition p = one();
	auto_error err = NULL;

	ck_assert_int_eq(with_attrs(lpar_profile_change, p, "name=p,proc_mode=ded", NULL), 0);
	ck_assert_int_eq(p->profiles[0].sharing_mode, LPAR_SHARING_KEEP_IDLE);
	ck_assert_uint_eq(p->profiles[0].desired_proc_units_x100, 0);
	ck_assert_int_lt(with_attrs(lpar_profile_change, p, "name=p,desired_proc_units=0.5", &err),
			 0);
	ck_assert_int_lt(with_attrs(lpar_profile_change, p, "name=p,proc_mode=shared", &err), 0);
	ck_assert_int_eq(
		with_attrs(lpar_profile_change, p,
			   "name=p,proc_mode=shared,min_proc_units=0.1,desired_proc_units=0.2,"
			   "max_proc_units=0.4",
			   NULL),
		0);
	ck_assert_int_eq(p->profiles[0].sharing_mode, LPAR_SHARING_UNCAP);
}
END_TEST

START_TEST(apply_desired)
{
	struct lpar_system sys = test_system();
	struct lpar_usage nobody = { 0 };
	auto_partition p = one();

	ck_assert_int_eq(lpar_profile_apply(p, NULL, &sys, &nobody, NULL), 0);
	ck_assert_uint_eq(p->current->mem_mib, 1024);
	ck_assert_uint_eq(p->current->procs, 1);
	ck_assert_uint_eq(p->current->proc_units_x100, 50);
	ck_assert_str_eq(p->current->profile.name, "p");
}
END_TEST

START_TEST(apply_what_is_left)
{
	struct lpar_system sys = test_system();
	/* 16 GiB less 1 for the host and 14.25 for others: 768 MiB; 0.2 units of 4. */
	struct lpar_usage others = { .mem_mib = 14592, .proc_units_x100 = 380 };
	auto_partition p = one();

	ck_assert_int_eq(lpar_profile_apply(p, "p", &sys, &others, NULL), 0);
	ck_assert_uint_eq(p->current->mem_mib, 768);
	ck_assert_uint_eq(p->current->proc_units_x100, 20);
	ck_assert_uint_eq(p->current->procs, 1);
}
END_TEST

START_TEST(apply_too_much)
{
	struct lpar_system sys = test_system();
	struct lpar_usage others = { .mem_mib = 15000 }, nobody = { 0 };
	struct lpar_live off = { 0 };
	auto_partition p = one();
	struct lpar_record r = { .system = &sys, .partition = p, .live = &off };
	auto_error err = NULL;

	p->id = 2;
	ck_assert_int_lt(lpar_profile_apply(p, "p", &sys, &others, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_NO_RESOURCES);
	ck_assert_ptr_nonnull(strstr(err->msg, "HSCL3205"));
	ck_assert_str_eq(p->error_refcode, "B2001230 LP=00002");
	ck_assert_ptr_null(p->current);
	ck_assert_str_eq(test_value(LPAR_LIST_LPAR, "state", &r), "Error");
	/* What goes away when it fits. */
	ck_assert_int_eq(lpar_profile_apply(p, "p", &sys, &nobody, NULL), 0);
	ck_assert_ptr_null(p->error_refcode);
	ck_assert_str_eq(test_value(LPAR_LIST_LPAR, "state", &r), "Not Activated");
}
END_TEST

START_TEST(apply_8_tib)
{
	struct lpar_system sys = test_system();
	struct lpar_usage nobody = { 0 };
	auto_error err = NULL;
	auto_partition p = test_create("name=a,profile_name=p," TEST_SHARED
				       ",min_mem=8388608,desired_mem=8388608,max_mem=8388608",
				       NULL, &err);

	ck_assert_msg(p != NULL, "%s", err ? err->msg : "");
	ck_assert_int_lt(lpar_profile_apply(p, NULL, &sys, &nobody, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_NO_RESOURCES);
}
END_TEST

START_TEST(apply_too_few_processors)
{
	struct lpar_system sys = test_system();
	struct lpar_usage others = { .proc_units_x100 = 395 };
	auto_partition p = one();
	auto_error err = NULL;

	ck_assert_int_lt(lpar_profile_apply(p, "p", &sys, &others, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_NO_RESOURCES);
}
END_TEST

START_TEST(apply_all_resources)
{
	struct lpar_system sys = test_system();
	struct lpar_usage others = { .mem_mib = 1024, .proc_units_x100 = 50 };
	auto_partition p =
		test_create("name=a,profile_name=p,lpar_env=aixlinux,all_resources=1", NULL, NULL);

	ck_assert_int_eq(lpar_profile_apply(p, NULL, &sys, &others, NULL), 0);
	ck_assert_uint_eq(p->current->mem_mib, 16384 - 1024 - 1024);
	ck_assert_uint_eq(p->current->procs, 3);
	ck_assert_uint_eq(p->current->proc_units_x100, 300);
}
END_TEST

START_TEST(last_valid)
{
	struct lpar_system sys = test_system();
	struct lpar_usage nobody = { 0 };
	struct lpar_profile last;
	auto_partition p = one();
	auto_error err = NULL;

	ck_assert(!lpar_last_valid_profile(p, &last));
	ck_assert_int_lt(lpar_profile_apply(p, LPAR_LAST_VALID, &sys, &nobody, &err), 0);
	ck_assert_int_eq(lpar_profile_apply(p, "p", &sys, &nobody, NULL), 0);
	ck_assert(lpar_last_valid_profile(p, &last));
	ck_assert_str_eq(last.name, "last*valid*configuration");
	/* An edit of the current configuration lives on in it, and dies by -f. */
	p->current->mem_mib = 2048;
	ck_assert_int_eq(lpar_profile_apply(p, LPAR_LAST_VALID, &sys, &nobody, NULL), 0);
	ck_assert_uint_eq(p->current->mem_mib, 2048);
	ck_assert_int_eq(lpar_profile_apply(p, "p", &sys, &nobody, NULL), 0);
	ck_assert_uint_eq(p->current->mem_mib, 1024);
}
END_TEST

START_TEST(save)
{
	struct lpar_system sys = test_system();
	struct lpar_usage nobody = { 0 };
	auto_partition p = one();
	auto_error err = NULL;

	ck_assert_int_lt(lpar_profile_save(p, "s", false, &err), 0);
	ck_assert_int_eq(lpar_profile_apply(p, "p", &sys, &nobody, NULL), 0);
	p->current->mem_mib = 2048;
	ck_assert_int_eq(lpar_profile_save(p, "s", false, NULL), 0);
	ck_assert_uint_eq(lpar_profile_find(p, "s")->desired_mem_mib, 2048);
	ck_assert_int_lt(lpar_profile_save(p, "s", false, &err), 0);
	ck_assert_int_eq(lpar_profile_save(p, "s", true, NULL), 0);
	ck_assert_uint_eq(p->n_profiles, 2);
}
END_TEST

static Suite *profile_suite(void)
{
	Suite *s = suite_create("profile");
	TCase *t = tcase_create("profile");

	tcase_add_test(t, create_and_remove);
	tcase_add_test(t, change);
	tcase_add_test(t, change_of_mode);
	tcase_add_test(t, apply_desired);
	tcase_add_test(t, apply_what_is_left);
	tcase_add_test(t, apply_too_much);
	tcase_add_test(t, apply_8_tib);
	tcase_add_test(t, apply_too_few_processors);
	tcase_add_test(t, apply_all_resources);
	tcase_add_test(t, last_valid);
	tcase_add_test(t, save);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(profile_suite)
