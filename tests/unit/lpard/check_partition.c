/* SPDX-License-Identifier: Apache-2.0 */
/* Creating and changing partitions, and what their state allows. */
#include "model.h"

#include <regex.h>

START_TEST(create)
{
	auto_error err = NULL;
	auto_partition p = test_create("name=lpar01,profile_name=default," TEST_SHARED
				       ",boot_mode=norm,description=a b",
				       NULL, &err);
	const struct lpar_profile *prof;

	ck_assert_msg(p != NULL, "%s", err ? err->msg : "");
	ck_assert_str_eq(p->name, "lpar01");
	ck_assert_uint_eq(p->id, 1);
	ck_assert_str_eq(p->uuid, "0B3C7A5E-1111-4222-8333-ABCDEF012345");
	ck_assert_str_eq(p->default_profile, "default");
	ck_assert_ptr_null(p->current);
	ck_assert_uint_eq(p->n_profiles, 1);
	prof = &p->profiles[0];
	ck_assert_uint_eq(prof->desired_mem_mib, 1024);
	ck_assert_uint_eq(prof->min_proc_units_x100, 10);
	ck_assert_uint_eq(prof->desired_proc_units_x100, 50);
	ck_assert_str_eq(prof->virtual_serial_adapters,
			 "0/server/1/any//any/1,1/server/1/any//any/1");
}
END_TEST

START_TEST(lowest_free_id)
{
	auto_partition a = test_create("name=a,lpar_id=1,profile_name=p," TEST_SHARED, NULL, NULL);
	auto_partition b = test_create("name=b,lpar_id=3,profile_name=p," TEST_SHARED, NULL, NULL);
	struct lpar_partition *v[] = { a, b };
	struct lpar_set set = { .v = v, .n = 2 };
	auto_error err = NULL;
	auto_partition c = test_create("name=c,profile_name=p," TEST_SHARED, &set, NULL);

	ck_assert_uint_eq(c->id, 2);
	ck_assert_ptr_null(test_create("name=d,lpar_id=3,profile_name=p," TEST_SHARED, &set, &err));
	ck_assert_int_eq(err->id, PAR_E_EXISTS);
	ck_assert_ptr_null(test_create("name=a,profile_name=p," TEST_SHARED, &set, &err));
	ck_assert_ptr_nonnull(strstr(err->msg, "HSCL05DE"));
}
END_TEST

START_TEST(missing_are_named)
{
	auto_error err = NULL;

	ck_assert_ptr_null(
		test_create("name=a,profile_name=p,lpar_env=aixlinux,min_mem=512", NULL, &err));
	ck_assert_ptr_nonnull(strstr(err->msg,
				     "The missing attributes are desired_mem,max_mem,proc_mode,"
				     "min_procs,desired_procs,max_procs."));
	ck_assert_ptr_null(test_create("name=a,profile_name=p,lpar_env=aixlinux,min_mem=512,"
				       "desired_mem=512,max_mem=512,proc_mode=shared,min_procs=1,"
				       "desired_procs=1,max_procs=1",
				       NULL, &err));
	ck_assert_ptr_nonnull(strstr(err->msg,
				     "are min_proc_units,desired_proc_units,max_proc_units,"
				     "sharing_mode."));
}
END_TEST

START_TEST(all_resources)
{
	auto_partition p =
		test_create("name=a,profile_name=p,lpar_env=aixlinux,all_resources=1", NULL, NULL);

	ck_assert_ptr_nonnull(p);
}
END_TEST

START_TEST(dedicated)
{
	auto_error err = NULL;
	auto_partition p = test_create("name=a,profile_name=p,lpar_env=aixlinux,min_mem=512,"
				       "desired_mem=512,max_mem=512,proc_mode=ded,min_procs=1,"
				       "desired_procs=2,max_procs=4,sharing_mode=share_idle_procs",
				       NULL, &err);

	ck_assert_msg(p != NULL, "%s", err ? err->msg : "");
	ck_assert_int_eq(p->profiles[0].sharing_mode, LPAR_SHARING_IDLE);
}
END_TEST

/* Each is one wrong thing, and what the message must name. */
static const struct {
	const char *data;
	const char *word;
} refused[] = {
	{ "name=a,profile_name=p,lpar_env=aix," TEST_SHARED, NULL },
	{ "name=a,profile_name=p," TEST_SHARED ",bogus=1", "The invalid attribute is bogus." },
	{ "name=a,profile_name=p," TEST_SHARED ",state=Running",
	  "The invalid attribute is state." },
	{ "name=a,profile_name=p," TEST_SHARED ",min_mem=2048", "min_mem" },
	{ "name=a,profile_name=p," TEST_SHARED ",max_mem=512", "max_mem" },
	{ "name=a,profile_name=p," TEST_SHARED ",desired_mem=1000", "multiple" },
	{ "name=a,profile_name=p," TEST_SHARED ",min_mem=0", "min_mem" },
	{ "name=a,profile_name=p," TEST_SHARED ",min_mem=-256", "min_mem" },
	{ "name=a,profile_name=p," TEST_SHARED ",min_mem=99999999999999999999", "min_mem" },
	{ "name=a,profile_name=p," TEST_SHARED ",desired_procs=5", "desired_procs" },
	{ "name=a,profile_name=p," TEST_SHARED ",min_procs=0", "min_procs" },
	{ "name=a,profile_name=p," TEST_SHARED ",desired_proc_units=1.5", "desired_proc_units" },
	{ "name=a,profile_name=p," TEST_SHARED ",min_proc_units=0.04", "min_proc_units" },
	{ "name=a,profile_name=p," TEST_SHARED ",min_proc_units=0.125", "min_proc_units" },
	{ "name=a,profile_name=p," TEST_SHARED ",min_proc_units=x", "min_proc_units" },
	{ "name=a,profile_name=p," TEST_SHARED ",sharing_mode=keep_idle_procs", "sharing_mode" },
	{ "name=a,profile_name=p," TEST_SHARED ",uncap_weight=256", "uncap_weight" },
	{ "name=a,profile_name=p," TEST_SHARED ",boot_mode=fast", "boot_mode" },
	{ "name=a,profile_name=p," TEST_SHARED ",lpar_proc_compat_mode=POWER5", "POWER5" },
	{ "name=a,profile_name=p," TEST_SHARED ",lpar_proc_compat_mode=POWER10",
	  "default,POWER8,POWER9,POWER9_base." },
	{ "name=a,profile_name=p," TEST_SHARED ",lpar_env=vioserver",
	  "The value entered is \"vioserver\".  The managed system cannot have a Virtual I/O Server: "
	  "its virtual_io_server_capable is 0.  Please" },
	{ "name=a,profile_name=p," TEST_SHARED ",lpar_env=os400",
	  "its os400_capable is 0.  Please" },
	{ "name=a,profile_name=p," TEST_SHARED ",msp=1",
	  "HSCL0617 The value of attribute msp is not valid." },
	{ "name=a,profile_name=p," TEST_SHARED ",mem_mode=shared", "mem_mode" },
	{ "name=a,profile_name=p," TEST_SHARED ",virtual_eth_adapters=2/0",
	  "virtual_eth_adapters" },
	{ "name=a,profile_name=p," TEST_SHARED ",virtual_eth_adapters=12/0/1//0/0",
	  "max_virtual_slots" },
	{ "name=a,profile_name=p," TEST_SHARED
	  ",virtual_eth_adapters=2/0/1//0/0,virtual_scsi_adapters=2/server/any//any/0",
	  "another adapter" },
	{ "name=a,profile_name=p," TEST_SHARED ",auto_start=2", "auto_start" },
	{ "name=a,profile_name=p," TEST_SHARED ",lpar_id=0", "lpar_id" },
	{ "name=a,profile_name=p," TEST_SHARED ",min_mem+=256", "format" },
	{ "name=a,profile_name=p," TEST_SHARED ",description=a\tb", "description" },
	{ "name=a,profile_name=p," TEST_SHARED ",boot_image=../x\x01", "boot_image" },
	{ "name=a/b,profile_name=p," TEST_SHARED, "name" },
	{ "name=..,profile_name=p," TEST_SHARED, "name" },
	{ "name=-a,profile_name=p," TEST_SHARED, "name" },
	{ "name=,profile_name=p," TEST_SHARED, "name" },
	{ "name=12345678901234567890123456789012,profile_name=p," TEST_SHARED, "31" },
	{ "name=a\x07,profile_name=p," TEST_SHARED, "name" },
	{ "name=a$b,profile_name=p," TEST_SHARED, "name" },
	{ "name=a,profile_name=-p," TEST_SHARED, "name" },
};

START_TEST(refuse)
{
	auto_error err = NULL;

	ck_assert_ptr_null(test_create(refused[_i].data, NULL, &err));
	ck_assert_ptr_nonnull(err);
	ck_assert_msg(!refused[_i].word || strstr(err->msg, refused[_i].word), "%s", err->msg);
}
END_TEST

START_TEST(longest_name)
{
	auto_partition p = test_create(
		"name=1234567890123456789012345678901,profile_name=a b," TEST_SHARED, NULL, NULL);

	ck_assert_ptr_nonnull(p);
}
END_TEST

static int change(struct lpar_partition *p, const struct lpar_set *set, enum lpar_state state,
		  const char *data, struct par_error **err)
{
	struct lpar_system sys = test_system();
	auto_attrs a = { 0 };

	ck_assert_int_eq(par_attrs_parse(data, &a, NULL), 0);
	return lpar_partition_change(p, &sys, set, state, &a, err);
}

START_TEST(changes)
{
	auto_partition p = test_create("name=a,profile_name=p," TEST_SHARED, NULL, NULL);
	auto_partition other =
		test_create("name=b,lpar_id=2,profile_name=p," TEST_SHARED, NULL, NULL);
	struct lpar_partition *v[] = { p, other };
	struct lpar_set set = { .v = v, .n = 2 };
	auto_error err = NULL;

	ck_assert_int_eq(change(p, &set, LPAR_STATE_RUNNING,
				"name=a,lpar_avail_priority=5,\"power_ctrl_lpar_ids+=2,3\",msp=0",
				NULL),
			 0);
	ck_assert_uint_eq(p->avail_priority, 5);
	ck_assert_str_eq(p->power_ctrl_lpar_ids, "2,3");
	ck_assert_int_eq(change(p, &set, LPAR_STATE_RUNNING, "name=a,power_ctrl_lpar_ids-=2", NULL),
			 0);
	ck_assert_str_eq(p->power_ctrl_lpar_ids, "3");
	ck_assert_int_lt(change(p, &set, LPAR_STATE_RUNNING, "name=a,msp=1", &err), 0);
	ck_assert_ptr_nonnull(strstr(err->msg, "attribute msp is not valid"));
	/* All or nothing. */
	ck_assert_int_lt(change(p, &set, LPAR_STATE_RUNNING,
				"name=a,lpar_avail_priority=6,auto_start=x", &err),
			 0);
	ck_assert_uint_eq(p->avail_priority, 5);
	ck_assert_int_lt(
		change(p, &set, LPAR_STATE_NOT_ACTIVATED, "name=a,default_profile=q", &err), 0);
	ck_assert_ptr_nonnull(strstr(err->msg, "HSCL800F"));
	ck_assert_int_lt(change(p, &set, LPAR_STATE_NOT_ACTIVATED,
				"name=a,lpar_proc_compat_mode=POWER9", &err),
			 0);
	ck_assert_ptr_nonnull(strstr(err->msg, "The invalid attribute is lpar_proc_compat_mode."));
	ck_assert_int_lt(change(p, &set, LPAR_STATE_NOT_ACTIVATED, "name=a,new_name=b", &err), 0);
	ck_assert_int_eq(err->id, PAR_E_EXISTS);
	ck_assert_int_lt(change(p, &set, LPAR_STATE_RUNNING, "name=a,new_name=c", &err), 0);
	ck_assert_int_eq(err->id, PAR_E_WRONG_STATE);
	ck_assert_int_eq(change(p, &set, LPAR_STATE_NOT_ACTIVATED, "name=a,new_name=c", NULL), 0);
	ck_assert_str_eq(p->name, "c");
}
END_TEST

static const struct {
	enum lpar_operation op;
	enum lpar_state state;
	enum lpar_rmc_state rmc;
	unsigned int with;
	const char *code; /* NULL: allowed */
	bool holds;	  /* a domain is there */
	bool damaged;
} operations[] = {
	{ LPAR_OP_ON, LPAR_STATE_NOT_ACTIVATED, LPAR_RMC_INACTIVE, LPAR_WITH_PROFILE, NULL },
	{ LPAR_OP_ON, LPAR_STATE_NOT_ACTIVATED, LPAR_RMC_INACTIVE, 0, "-f" },
	{ LPAR_OP_ON, LPAR_STATE_RUNNING, LPAR_RMC_ACTIVE, LPAR_WITH_PROFILE, "HSCL3681" },
	{ LPAR_OP_SHUTDOWN, LPAR_STATE_RUNNING, LPAR_RMC_INACTIVE, 0, NULL },
	{ LPAR_OP_SHUTDOWN, LPAR_STATE_NOT_ACTIVATED, LPAR_RMC_INACTIVE, 0, "HSCL1558" },
	{ LPAR_OP_SHUTDOWN_IMMED, LPAR_STATE_NOT_ACTIVATED, LPAR_RMC_INACTIVE, 0, "HSCL1558" },
	{ LPAR_OP_SHUTDOWN_IMMED, LPAR_STATE_OPEN_FIRMWARE, LPAR_RMC_INACTIVE, 0, NULL },
	{ LPAR_OP_SHUTDOWN_IMMED, LPAR_STATE_ERROR, LPAR_RMC_INACTIVE, 0, NULL },
	{ LPAR_OP_RESTART_IMMED, LPAR_STATE_NOT_ACTIVATED, LPAR_RMC_INACTIVE, 0, "HSCL1558" },
	{ LPAR_OP_OSSHUTDOWN, LPAR_STATE_RUNNING, LPAR_RMC_ACTIVE, 0, NULL },
	{ LPAR_OP_OSSHUTDOWN, LPAR_STATE_RUNNING, LPAR_RMC_INACTIVE, 0, "HSCL0DB4" },
	{ LPAR_OP_REMOVE, LPAR_STATE_NOT_ACTIVATED, LPAR_RMC_INACTIVE, 0, NULL },
	{ LPAR_OP_REMOVE, LPAR_STATE_RUNNING, LPAR_RMC_ACTIVE, 0, "HSCL05EA" },
	/* Its memory is saved. */
	{ LPAR_OP_ON, LPAR_STATE_SUSPENDED, LPAR_RMC_INACTIVE, LPAR_WITH_PROFILE,
	  "HSCL05DF .*--force" },
	{ LPAR_OP_ON, LPAR_STATE_SUSPENDED, LPAR_RMC_INACTIVE, LPAR_WITH_BOOT_MODE,
	  "HSCL05DF .*--force" },
	{ LPAR_OP_ON, LPAR_STATE_SUSPENDED, LPAR_RMC_INACTIVE, LPAR_WITH_PROFILE | LPAR_WITH_FORCE,
	  NULL },
	{ LPAR_OP_REMOVE, LPAR_STATE_SUSPENDED, LPAR_RMC_INACTIVE, 0, "HSCL05EA .*--force" },
	{ LPAR_OP_REMOVE, LPAR_STATE_SUSPENDED, LPAR_RMC_INACTIVE, LPAR_WITH_FORCE, NULL },
	{ LPAR_OP_APPLY, LPAR_STATE_SUSPENDED, LPAR_RMC_INACTIVE, LPAR_WITH_PROFILE, "HSCL05EA" },
	{ LPAR_OP_SHUTDOWN_IMMED, LPAR_STATE_SUSPENDED, LPAR_RMC_INACTIVE, 0, NULL },
	{ LPAR_OP_SHUTDOWN, LPAR_STATE_SUSPENDED, LPAR_RMC_INACTIVE, 0, "HSCL1558" },
	/* The guest is paused. */
	{ LPAR_OP_ON, LPAR_STATE_SUSPENDED, LPAR_RMC_INACTIVE, LPAR_WITH_PROFILE,
	  "HSCL3681 .*Suspended", true },
	{ LPAR_OP_REMOVE, LPAR_STATE_SUSPENDED, LPAR_RMC_INACTIVE, LPAR_WITH_FORCE,
	  "HSCL05EA .*Suspended", true },
	{ LPAR_OP_SHUTDOWN, LPAR_STATE_SUSPENDED, LPAR_RMC_ACTIVE, 0, "HSCL05DF .*--immed", true },
	{ LPAR_OP_OSSHUTDOWN, LPAR_STATE_SUSPENDED, LPAR_RMC_ACTIVE, 0, "HSCL05DF", true },
	{ LPAR_OP_SHUTDOWN_IMMED, LPAR_STATE_SUSPENDED, LPAR_RMC_INACTIVE, 0, NULL, true },
	/* The guest crashed and is still there. */
	{ LPAR_OP_ON, LPAR_STATE_ERROR, LPAR_RMC_INACTIVE, LPAR_WITH_PROFILE, "HSCL3681", true },
	{ LPAR_OP_SHUTDOWN_IMMED, LPAR_STATE_ERROR, LPAR_RMC_INACTIVE, 0, NULL, true },
	/* What is stored of it is damaged. */
	{ LPAR_OP_ON, LPAR_STATE_ERROR, LPAR_RMC_INACTIVE, LPAR_WITH_PROFILE, "HSCL05DF .*because",
	  false, true },
	{ LPAR_OP_APPLY, LPAR_STATE_ERROR, LPAR_RMC_INACTIVE, LPAR_WITH_PROFILE, "HSCL05DF", false,
	  true },
	{ LPAR_OP_SHUTDOWN_IMMED, LPAR_STATE_ERROR, LPAR_RMC_INACTIVE, 0, "HSCL1558", false, true },
	{ LPAR_OP_REMOVE, LPAR_STATE_ERROR, LPAR_RMC_INACTIVE, 0, NULL, false, true },
	{ LPAR_OP_SHUTDOWN_IMMED, LPAR_STATE_NOT_AVAILABLE, LPAR_RMC_INACTIVE, 0, NULL, true,
	  true },
	{ LPAR_OP_SHUTDOWN, LPAR_STATE_NOT_AVAILABLE, LPAR_RMC_INACTIVE, 0, NULL, true, true },
	{ LPAR_OP_REMOVE, LPAR_STATE_NOT_AVAILABLE, LPAR_RMC_INACTIVE, 0, "HSCL05EA", true, true },
};

START_TEST(operation)
{
	auto_partition p = test_create("name=a,profile_name=p," TEST_SHARED, NULL, NULL);
	struct lpar_live live = { .state = operations[_i].state,
				  .holds = operations[_i].holds,
				  .rmc_state = operations[_i].rmc };
	auto_error err = NULL;
	regex_t code;
	int r;

	if (operations[_i].damaged)
		p->damaged = strdup("because");
	/* A saved one was activated before. */
	if (live.state == LPAR_STATE_SUSPENDED)
		p->current = calloc(1, sizeof(*p->current));
	r = lpar_operation_check(p, &live, operations[_i].op, operations[_i].with, &err);
	ck_assert_int_eq(r == 0, !operations[_i].code);
	if (r == 0)
		return;
	ck_assert_int_eq(regcomp(&code, operations[_i].code, REG_NOSUB), 0);
	ck_assert_msg(regexec(&code, err->msg, 0, NULL, 0) == 0, "%s", err->msg);
	regfree(&code);
}
END_TEST

START_TEST(system_names)
{
	struct lpar_system sys = test_system();

	ck_assert(lpar_system_matches(&sys, "sys1"));
	ck_assert(lpar_system_matches(&sys, "9009-42A*10ABCDE"));
	ck_assert(!lpar_system_matches(&sys, "9009-42A*10ABCD"));
	ck_assert(!lpar_system_matches(&sys, "9009-42A"));
}
END_TEST

/* virsh can copy a domain, id and all. */
START_TEST(id_of_two)
{
	auto_partition a = test_create("name=a,lpar_id=2,profile_name=p," TEST_SHARED, NULL, NULL);
	auto_partition b = test_create("name=b,lpar_id=2,profile_name=p," TEST_SHARED, NULL, NULL);
	struct lpar_partition *v[] = { a, b }, *got = NULL;
	struct lpar_set set = { .v = v, .n = 2 };
	auto_error err = NULL;

	ck_assert_int_lt(lpar_set_get(&set, NULL, 2, &got, &err), 0);
	ck_assert_ptr_nonnull(strstr(err->msg, "more than one"));
	ck_assert_int_eq(lpar_set_get(&set, "b", 0, &got, NULL), 0);
	ck_assert_ptr_eq(got, b);
	set.n = 1;
	ck_assert_int_eq(lpar_set_get(&set, NULL, 2, &got, NULL), 0);
}
END_TEST

static Suite *partition_suite(void)
{
	Suite *s = suite_create("partition");
	TCase *t = tcase_create("partition");

	tcase_add_test(t, create);
	tcase_add_test(t, lowest_free_id);
	tcase_add_test(t, missing_are_named);
	tcase_add_test(t, all_resources);
	tcase_add_test(t, dedicated);
	tcase_add_loop_test(t, refuse, 0, PAR_ARRAY_SIZE(refused));
	tcase_add_test(t, longest_name);
	tcase_add_test(t, changes);
	tcase_add_loop_test(t, operation, 0, PAR_ARRAY_SIZE(operations));
	tcase_add_test(t, system_names);
	tcase_add_test(t, id_of_two);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(partition_suite)
