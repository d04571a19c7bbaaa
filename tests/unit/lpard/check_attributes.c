/* SPDX-License-Identifier: Apache-2.0 */
/* Listings: names, order and values, and filters. */
#include "model.h"

static const struct lpar_usage usage = { .mem_mib = 2048, .proc_units_x100 = 150 };

static struct lpar_partition *one(void)
{
	return test_create("name=lpar01,profile_name=default," TEST_SHARED, NULL, NULL);
}

static void expect(enum lpar_listing l, const struct lpar_record *r, const char *line)
{
	autofree char *got = test_line(l, r);

	ck_assert_str_eq(got, line);
}

START_TEST(lpar_line)
{
	struct lpar_system sys = test_system();
	auto_partition p = one();
	struct lpar_record r = { .system = &sys, .partition = p };

	expect(LPAR_LIST_LPAR, &r,
	       "name=lpar01 lpar_id=1 lpar_env=aixlinux state=Not Activated resource_config=0 "
	       "os_version=Unknown logical_serial_num=10ABCDE1 default_profile=default curr_profile= "
	       "work_group_id=none shared_proc_pool_util_auth=0 allow_perf_collection=0 "
	       "power_ctrl_lpar_ids=none boot_mode=norm lpar_keylock=norm auto_start=0 "
	       "redundant_err_path_reporting=0 rmc_state=inactive rmc_ipaddr= time_ref=0 "
	       "lpar_avail_priority=127 desired_lpar_proc_compat_mode=default "
	       "curr_lpar_proc_compat_mode=default suspend_capable=0 remote_restart_capable=0 "
	       "simplified_remote_restart_capable=0 sync_curr_profile=0 affinity_group_id=none "
	       "vtpm_enabled=0 migr_storage_vios_data_status=unavailable "
	       "migr_storage_vios_data_timestamp=unavailable powervm_mgmt_capable=0 pend_secure_boot=0 "
	       "curr_secure_boot=0 keystore_kbytes=0 virtual_serial_num=none description= os=aixlinux "
	       "uuid=0B3C7A5E-1111-4222-8333-ABCDEF012345");
}
END_TEST

START_TEST(prof_line)
{
	struct lpar_system sys = test_system();
	auto_partition p = one();
	struct lpar_record r = { .system = &sys, .partition = p, .profile = &p->profiles[0] };

	expect(LPAR_LIST_PROF, &r,
	       "name=default lpar_name=lpar01 lpar_id=1 lpar_env=aixlinux all_resources=0 min_mem=512 "
	       "desired_mem=1024 max_mem=4096 min_num_huge_pages=0 desired_num_huge_pages=0 "
	       "max_num_huge_pages=0 mem_mode=ded mem_expansion=0.0 hpt_ratio=1:128 ppt_ratio=1:4096 "
	       "proc_mode=shared min_proc_units=0.1 desired_proc_units=0.5 max_proc_units=4.0 min_procs=1 "
	       "desired_procs=1 max_procs=4 sharing_mode=uncap uncap_weight=128 shared_proc_pool_id=0 "
	       "shared_proc_pool_name=DefaultPool affinity_group_id=none io_slots=none "
	       "lpar_io_pool_ids=none max_virtual_slots=10 "
	       "virtual_serial_adapters=0/server/1/any//any/1,1/server/1/any//any/1 "
	       "virtual_scsi_adapters=none virtual_eth_adapters=none virtual_eth_vsi_profiles=none "
	       "virtual_fc_adapters=none vnic_adapters=none vtpm_adapters=none boot_mode=norm "
	       "conn_monitoring=0 auto_start=0 power_ctrl_lpar_ids=none work_group_id=none "
	       "redundant_err_path_reporting=0 lpar_proc_compat_mode=default electronic_err_reporting=null "
	       "sriov_eth_logical_ports=none sriov_roce_logical_ports=none");
}
END_TEST

/* Zeros until a profile is applied; run_ values only while it runs. */
START_TEST(mem_and_proc)
{
	struct lpar_system sys = test_system();
	struct lpar_usage nobody = { 0 };
	struct lpar_live live = { .state = LPAR_STATE_RUNNING, .mem_mib = 768 };
	auto_partition p = one();
	struct lpar_record r = { .system = &sys, .partition = p };

	ck_assert_str_eq(test_value(LPAR_LIST_MEM_LPAR, "curr_mem", &r), "0");
	ck_assert_str_eq(test_value(LPAR_LIST_PROC_LPAR, "curr_proc_units", &r), "0.0");
	ck_assert_str_eq(test_value(LPAR_LIST_PROC_LPAR, "curr_uncap_weight", &r), "0");
	ck_assert_int_eq(lpar_profile_apply(p, NULL, &sys, &nobody, NULL), 0);
	ck_assert_str_eq(test_value(LPAR_LIST_MEM_LPAR, "run_mem", &r), "0");
	r.live = &live;
	expect(LPAR_LIST_MEM_LPAR, &r,
	       "lpar_name=lpar01 lpar_id=1 curr_min_mem=512 curr_mem=1024 curr_max_mem=4096 "
	       "pend_min_mem=512 pend_mem=1024 pend_max_mem=4096 run_min_mem=512 run_mem=768 "
	       "curr_min_num_huge_pages=0 curr_num_huge_pages=0 curr_max_num_huge_pages=0 "
	       "pend_min_num_huge_pages=0 pend_num_huge_pages=0 pend_max_num_huge_pages=0 "
	       "run_num_huge_pages=0 mem_mode=ded curr_mem_expansion=0.0 pend_mem_expansion=0.0 "
	       "desired_hardware_mem_expansion=0 curr_hardware_mem_expansion=0 "
	       "desired_hardware_mem_encryption=0 curr_hardware_mem_encryption=0 "
	       "curr_hpt_ratio=1:128 curr_ppt_ratio=1:4096");
	expect(LPAR_LIST_PROC_LPAR, &r,
	       "lpar_name=lpar01 lpar_id=1 curr_shared_proc_pool_id=0 "
	       "curr_shared_proc_pool_name=DefaultPool curr_proc_mode=shared "
	       "curr_min_proc_units=0.1 curr_proc_units=0.5 curr_max_proc_units=4.0 curr_min_procs=1 "
	       "curr_procs=1 curr_max_procs=4 curr_sharing_mode=uncap curr_uncap_weight=128 "
	       "pend_shared_proc_pool_id=0 pend_shared_proc_pool_name=DefaultPool pend_proc_mode=shared pend_min_proc_units=0.1 "
	       "pend_proc_units=0.5 pend_max_proc_units=4.0 pend_min_procs=1 pend_procs=1 "
	       "pend_max_procs=4 pend_sharing_mode=uncap pend_uncap_weight=128 run_proc_units=0.5 "
	       "run_procs=1 run_uncap_weight=128");
}
END_TEST

START_TEST(dedicated_proc)
{
	struct lpar_system sys = test_system();
	struct lpar_usage nobody = { 0 };
	auto_partition p = test_create("name=a,profile_name=p,lpar_env=aixlinux,min_mem=512,"
				       "desired_mem=512,max_mem=512,proc_mode=ded,min_procs=1,"
				       "desired_procs=2,max_procs=4,sharing_mode=keep_idle_procs",
				       NULL, NULL);
	struct lpar_record r = { .system = &sys, .partition = p };

	ck_assert_int_eq(lpar_profile_apply(p, NULL, &sys, &nobody, NULL), 0);
	expect(LPAR_LIST_PROC_LPAR, &r,
	       "lpar_name=a lpar_id=1 curr_proc_mode=ded curr_min_procs=1 curr_procs=2 curr_max_procs=4 "
	       "curr_sharing_mode=keep_idle_procs pend_proc_mode=ded pend_min_procs=1 pend_procs=2 "
	       "pend_max_procs=4 pend_sharing_mode=keep_idle_procs run_procs=0");
}
END_TEST

START_TEST(system_values)
{
	struct lpar_system sys = test_system();
	struct lpar_record r = { .system = &sys, .usage = &usage, .now = 0 };

	ck_assert_str_eq(test_value(LPAR_LIST_MEM_SYS, "configurable_sys_mem", &r), "16384");
	ck_assert_str_eq(test_value(LPAR_LIST_MEM_SYS, "curr_avail_sys_mem", &r), "13312");
	ck_assert_str_eq(test_value(LPAR_LIST_MEM_SYS, "mem_region_size", &r), "256");
	ck_assert_str_eq(test_value(LPAR_LIST_PROC_SYS, "configurable_sys_proc_units", &r), "4.0");
	ck_assert_str_eq(test_value(LPAR_LIST_PROC_SYS, "curr_avail_sys_proc_units", &r), "2.5");
	ck_assert_str_eq(test_value(LPAR_LIST_SYS, "state", &r), "Operating");
	ck_assert_str_eq(test_value(LPAR_LIST_SYS, "accelerator", &r), "unavailable");
}
END_TEST

START_TEST(unknown_names)
{
	const char *names[] = { "name", "UUID" };
	struct lpar_fields f = { 0 };
	auto_error err = NULL;

	ck_assert_int_lt(lpar_fields_select(LPAR_LIST_LPAR, names, 2, &f, &err), 0);
	ck_assert_str_eq(err->msg,
			 "An invalid attribute was entered.  The invalid attribute is UUID.  "
			 "Please correct your entry and retry the command.");
	names[1] = "error_refcode"; /* stored, not shown */
	ck_assert_int_lt(lpar_fields_select(LPAR_LIST_LPAR, names, 2, &f, &err), 0);
	names[1] = "configurable_sys_mem";
	ck_assert_int_lt(lpar_fields_select(LPAR_LIST_SYS, names, 2, &f, &err), 0);
}
END_TEST

START_TEST(filters)
{
	auto_partition p = one();
	struct lpar_partition *v[] = { p };
	struct lpar_set set = { .v = v, .n = 1 };
	par_cleanup(lpar_filter_done) struct lpar_filter f = { 0 };
	auto_error err = NULL;

	ck_assert(lpar_filter_match(&f, p, NULL));
	ck_assert_int_lt(lpar_filter_add(&f, LPAR_LIST_LPAR, "profile_names",
					 (const char *[]){ "p" }, 1, &err),
			 0);
	ck_assert_int_eq(lpar_filter_add(&f, LPAR_LIST_PROF, "profile_names",
					 (const char *[]){ "x" }, 1, NULL),
			 0);
	ck_assert(!lpar_filter_match(&f, p, &p->profiles[0]));
	lpar_filter_done(&f);
	ck_assert_int_eq(lpar_filter_add(&f, LPAR_LIST_LPAR, "lpar_ids",
					 (const char *[]){ "7", "1" }, 2, NULL),
			 0);
	ck_assert(lpar_filter_match(&f, p, NULL));
	ck_assert_int_lt(lpar_filter_check(&f, &set, &err), 0);
	ck_assert_str_eq(err->msg,
			 "HSCL8011 The partition ID \"7\" was not found.  Please check your entry "
			 "and retry the command.");
	lpar_filter_done(&f);
	ck_assert_int_eq(lpar_filter_add(&f, LPAR_LIST_LPAR, "lpar_names",
					 (const char *[]){ "nope" }, 1, NULL),
			 0);
	ck_assert_int_lt(lpar_filter_check(&f, &set, &err), 0);
	ck_assert_str_eq(err->msg,
			 "HSCL8012 The partition named nope was not found.  Please check your "
			 "entry and retry the command.");
}
END_TEST

START_TEST(profile_filters)
{
	struct lpar_system sys = test_system();
	struct lpar_usage nobody = { 0 };
	auto_partition p = one();
	struct lpar_partition *v[] = { p };
	struct lpar_set set = { .v = v, .n = 1 };
	par_cleanup(lpar_filter_done) struct lpar_filter f = { 0 };
	const char *const last[] = { LPAR_LAST_VALID };
	auto_error err = NULL;

	ck_assert_int_eq(lpar_filter_add(&f, LPAR_LIST_PROF, "profile_names", last, 1, NULL), 0);
	ck_assert_int_lt(lpar_filter_check(&f, &set, &err), 0);
	ck_assert_ptr_nonnull(strstr(err->msg, "HSCL800F"));
	ck_assert_int_eq(lpar_profile_apply(p, NULL, &sys, &nobody, NULL), 0);
	ck_assert_int_eq(lpar_filter_check(&f, &set, NULL), 0);
}
END_TEST

START_TEST(states)
{
	for (unsigned int s = 0; s < LPAR_STATE_COUNT; s++) {
		enum lpar_state back = LPAR_STATE_COUNT;

		ck_assert(lpar_state_parse(lpar_state_text((enum lpar_state)s), &back));
		ck_assert_uint_eq(back, s);
	}
}
END_TEST

/*
 * A copy of a partition or a profile is a copy of the struct whose strings are then copied by the
 * rows: a pointer without a row would belong to both.  Each pointer takes a slot of its own, and
 * padding is never that large.
 */
static void every_pointer_has_a_row(enum lpar_listing l, enum lpar_object object, size_t size,
				    const size_t *others, size_t n_others)
{
	autofree unsigned char *covered = calloc(1, size);
	size_t n;
	const struct lpar_attribute *rows = lpar_attributes(l, &n);

	for (size_t i = 0; i < n; i++) {
		if (lpar_attribute_stored(&rows[i], object))
			memset(covered + rows[i].field.offset, 1, par_field_size(&rows[i].field));
	}
	for (size_t i = 0; i < n_others; i++)
		memset(covered + others[i], 1, sizeof(void *));
	for (size_t at = 0; at < size; at += sizeof(void *))
		ck_assert_msg(memchr(covered + at, 1, sizeof(void *)) != NULL,
			      "the member at offset %zu has no row in attributes.def", at);
}

START_TEST(no_pointer_belongs_to_two)
{
	/* What lpar_partition_dup() copies by itself. */
	static const size_t others[] = { offsetof(struct lpar_partition, profiles),
					 offsetof(struct lpar_partition, n_profiles),
					 offsetof(struct lpar_partition, current),
					 offsetof(struct lpar_partition, damaged) };

	every_pointer_has_a_row(LPAR_LIST_LPAR, LPAR_OF_PARTITION, sizeof(struct lpar_partition),
				others, PAR_ARRAY_SIZE(others));
	every_pointer_has_a_row(LPAR_LIST_PROF, LPAR_OF_PROFILE, sizeof(struct lpar_profile), NULL,
				0);
}
END_TEST

START_TEST(copies_are_whole)
{
	struct lpar_partition *p = one();
	auto_partition copy = NULL;
	size_t n;
	const struct lpar_attribute *rows = lpar_attributes(LPAR_LIST_LPAR, &n);

	p->description = strdup("of the original");
	p->error_refcode = strdup("B2001230");
	p->damaged = strdup("on purpose");
	copy = lpar_partition_dup(p);
	ck_assert_ptr_nonnull(copy);
	for (size_t i = 0; i < n; i++) {
		const struct par_field *f = &rows[i].field;

		if (!lpar_attribute_stored(&rows[i], LPAR_OF_PARTITION))
			continue;
		ck_assert_msg(par_field_equal(f, p, copy), "%s", f->name);
		if (f->type == PAR_FIELD_STR && par_field_is_set(f, p))
			ck_assert_msg(*(char **)(void *)((char *)p + f->offset) !=
					      *(char **)(void *)((char *)copy + f->offset),
				      "%s", f->name);
	}
	lpar_partition_free(&p);
	ck_assert_str_eq(copy->description, "of the original");
	ck_assert_str_eq(copy->profiles[0].name, "default");
}
END_TEST

/* OF_PROFILE stands in the rows of partitions that a profile sets, too, and in no other. */
START_TEST(what_belongs_to_the_profile_says_so)
{
	size_t n;
	const struct lpar_attribute *rows = lpar_attributes(LPAR_LIST_LPAR, &n);

	for (size_t i = 0; i < n; i++) {
		const struct lpar_attribute *other =
			lpar_attribute_find(LPAR_LIST_PROF, rows[i].field.name);

		ck_assert_msg(rows[i].of_profile == (other && other->when == LPAR_WHEN_ALWAYS),
			      "%s", rows[i].field.name);
		if (rows[i].of_profile)
			ck_assert_int_eq((int)rows[i].field.type, (int)other->field.type);
	}
}
END_TEST

/* What such a row promises: after the profile was applied the partition has its value. */
START_TEST(what_belongs_to_the_profile_is_given_to_the_partition)
{
	static const struct lpar_usage nothing;
	struct lpar_system sys = test_system();
	auto_partition p =
		test_create("name=lpar01,profile_name=default,boot_mode=sms,auto_start=1,"
			    "work_group_id=3,power_ctrl_lpar_ids=2,"
			    "redundant_err_path_reporting=1," TEST_SHARED,
			    NULL, NULL);
	size_t n, seen = 0;
	const struct lpar_attribute *rows = lpar_attributes(LPAR_LIST_LPAR, &n);

	ck_assert_ptr_nonnull(p);
	ck_assert_int_eq(lpar_profile_apply(p, NULL, &sys, &nothing, NULL), 0);
	for (size_t i = 0; i < n; i++) {
		auto_buf given = { 0 }, wish = { 0 };
		const struct par_field *f = &rows[i].field;

		if (!rows[i].of_profile || f->type == PAR_FIELD_NONE)
			continue;
		seen++;
		par_field_print(f, p, &given);
		par_field_print(&lpar_attribute_find(LPAR_LIST_PROF, f->name)->field,
				&p->profiles[0], &wish);
		ck_assert(par_field_is_set(f, p));
		ck_assert_str_eq(given.data, wish.data);
	}
	ck_assert_uint_eq(seen, 5);
}
END_TEST

static bool is_number(enum lpar_listing l, const char *name)
{
	return lpar_attribute_is_number(lpar_attribute_find(l, name));
}

/* What only looks like a number is none: serial numbers, codes, names. */
START_TEST(numbers)
{
	ck_assert(is_number(LPAR_LIST_LPAR, "lpar_id"));
	ck_assert(is_number(LPAR_LIST_LPAR, "auto_start"));
	ck_assert(is_number(LPAR_LIST_LPAR, "suspend_capable"));
	ck_assert(is_number(LPAR_LIST_PROF, "desired_proc_units"));
	ck_assert(is_number(LPAR_LIST_PROF, "uncap_weight"));
	ck_assert(is_number(LPAR_LIST_PROF, "mem_expansion"));
	ck_assert(is_number(LPAR_LIST_MEM_SYS, "curr_avail_sys_mem"));
	ck_assert(!is_number(LPAR_LIST_LPAR, "name"));
	ck_assert(!is_number(LPAR_LIST_LPAR, "work_group_id"));
	ck_assert(!is_number(LPAR_LIST_SYS, "serial_num"));
	ck_assert(!is_number(LPAR_LIST_SYS, "sp_version"));
	ck_assert(!is_number(LPAR_LIST_SYS, "power_on_method"));
	ck_assert(!is_number(LPAR_LIST_PROF, "hpt_ratio"));
	ck_assert(!is_number(LPAR_LIST_REFCODE_LPAR, "refcode"));
	ck_assert(!is_number(LPAR_LIST_SCSI, "adapter_type"));
}
END_TEST

static const struct {
	const char *model, *modes;
} models[] = {
	{ "9009-42A", "default,POWER8,POWER9,POWER9_base" },
	{ "9080-M9S", "default,POWER8,POWER9,POWER9_base" },
	{ "8335-GTH", "default,POWER8,POWER9,POWER9_base" },
	{ "8335-GTA", "default,POWER8" },
	{ "8286-42A", "default,POWER8" },
	{ "9105-42A", "default,POWER8,POWER9,POWER9_base,POWER10" },
	{ "", "default,POWER8,POWER9,POWER9_base,POWER10" },
};

START_TEST(compat_modes)
{
	struct lpar_system sys = test_system();
	struct lpar_record r = { .system = &sys };

	sys.type_model = (char *)models[_i].model;
	ck_assert_str_eq(test_value(LPAR_LIST_SYS, "lpar_proc_compat_modes", &r), models[_i].modes);
}
END_TEST

/* As a real console of V10 lists the profile of a Virtual I/O Server. */
START_TEST(vios_profile)
{
	struct lpar_system sys = test_system();
	auto_partition p = one();
	struct lpar_record r = { .system = &sys, .partition = p, .profile = &p->profiles[0] };
	autofree char *line = NULL;

	p->env = LPAR_ENV_VIOSERVER;
	line = test_line(LPAR_LIST_PROF, &r);
	ck_assert_ptr_nonnull(strstr(line, " redundant_err_path_reporting=0 "
					   "virtual_vasi_adapters=none lpar_proc_compat_mode="));
	ck_assert_ptr_nonnull(strstr(line, " boot_mode=norm conn_monitoring=0 "));
	ck_assert_ptr_null(strstr(line, "electronic_err_reporting"));
	ck_assert_ptr_null(strstr(line, "num_huge_pages"));
	ck_assert_str_eq(test_value(LPAR_LIST_LPAR, "boot_mode", &r), "(none)");
	ck_assert_str_eq(test_value(LPAR_LIST_LPAR, "msp", &r), "0");
}
END_TEST

/* Every attribute of every listing has a text, or does not apply. */
START_TEST(every_value_can_be_shown)
{
	struct lpar_system sys = test_system();
	auto_partition p = one();
	struct lpar_refcode refcode = { .refcode = "" };
	struct lpar_adapter adapter = { .remote_lpar_id = -1, .remote_slot = -1 };
	struct lpar_network network = { .vswitch = "ETHERNET0", .vlan_id = 7 };
	struct lpar_networks networks = { .v = &network, .n = 1 };
	struct lpar_record r = { .network = &network,
				 .networks = &networks,
				 .system = &sys,
				 .usage = &usage,
				 .partition = p,
				 .profile = &p->profiles[0],
				 .adapter = &adapter,
				 .refcode = &refcode };

	for (unsigned int l = 0; l < LPAR_LIST_COUNT; l++) {
		size_t n;
		const struct lpar_attribute *rows = lpar_attributes((enum lpar_listing)l, &n);

		for (size_t i = 0; i < n; i++) {
			auto_buf b = { 0 };

			ck_assert_msg(lpar_field_put(&rows[i], &r, &b) >= 0, "%s",
				      rows[i].field.name);
		}
	}
}
END_TEST

/* The manual of mksyscfg and chsyscfg is made of the rows: each that can be set says what it is. */
START_TEST(what_can_be_set_is_explained)
{
	static const enum lpar_listing lists[] = { LPAR_LIST_LPAR, LPAR_LIST_PROF };

	for (size_t l = 0; l < PAR_ARRAY_SIZE(lists); l++) {
		size_t n;
		const struct lpar_attribute *rows = lpar_attributes(lists[l], &n);

		for (size_t i = 0; i < n; i++) {
			if (rows[i].when == LPAR_WHEN_FIXED || rows[i].field.type == PAR_FIELD_NONE)
				continue;
			ck_assert_msg(rows[i].field.help && rows[i].field.preset, "%s",
				      rows[i].field.name);
		}
	}
}
END_TEST

/* The HMC's sentence stays as it is; what helps people is the hint. */
START_TEST(misspelt_names_are_guessed)
{
	auto_error near = NULL;
	auto_error far = NULL;
	auto_error fixed = NULL;
	auto_error born = NULL;

	ck_assert_int_lt(lpar_attribute_fail(LPAR_LIST_PROF, "desired_men", &near), 0);
	ck_assert_str_eq(near->msg,
			 "An invalid attribute was entered.  The invalid attribute is "
			 "desired_men.  Please correct your entry and retry the command.");
	ck_assert_str_eq(near->hint, "Did you mean desired_mem?");
	ck_assert_int_lt(lpar_attribute_fail(LPAR_LIST_LPAR, "nonsense", &far), 0);
	ck_assert_msg(strstr(far->hint, "The attributes are name, lpar_id, ") == far->hint, "%s",
		      far->hint);
	ck_assert_ptr_null(strstr(far->hint, "suspend_capable"));
	ck_assert_int_lt(lpar_attribute_fail(LPAR_LIST_LPAR, "lpar_env", &fixed), 0);
	ck_assert_str_eq(fixed->hint, "The attribute lpar_env cannot be changed.");
	ck_assert_int_lt(lpar_attribute_fail_new("boot_imag", &born), 0);
	ck_assert_str_eq(born->hint, "Did you mean boot_image?");
}
END_TEST

/* A client's comma behind the last element is no element. */
START_TEST(lists_end_by_a_comma)
{
	const struct lpar_attribute *a = lpar_attribute_find(LPAR_LIST_PROF, "power_ctrl_lpar_ids");
	auto_partition p = one();
	struct lpar_profile *prof = &p->profiles[0];

	ck_assert_int_eq(lpar_attribute_change(a, prof, PAR_ATTR_SET, "1, 2, ", NULL), 0);
	ck_assert_str_eq(prof->power_ctrl_lpar_ids, "1,2");
	ck_assert_int_eq(lpar_attribute_change(a, prof, PAR_ATTR_ADD, "7", NULL), 0);
	ck_assert_str_eq(prof->power_ctrl_lpar_ids, "1,2,7");
	ck_assert_int_lt(lpar_attribute_change(a, prof, PAR_ATTR_SET, ",", NULL), 0);
	ck_assert_str_eq(prof->power_ctrl_lpar_ids, "1,2,7");
}
END_TEST

START_TEST(misspelt_columns_are_guessed)
{
	const char *const near[] = { "name", "nmae" };
	const char *const far[] = { "zzzzzzzz" };
	struct lpar_fields f = { 0 };
	auto_error one = NULL;
	auto_error other = NULL;

	ck_assert_int_lt(lpar_fields_select(LPAR_LIST_LPAR, near, 2, &f, &one), 0);
	ck_assert_str_eq(one->hint, "Did you mean name?");
	ck_assert_int_lt(lpar_fields_select(LPAR_LIST_PROC_POOL, far, 1, &f, &other), 0);
	ck_assert_str_eq(other->hint, "The attributes are configurable_pool_proc_units, "
				      "curr_avail_pool_proc_units, pend_avail_pool_proc_units.");
}
END_TEST

static Suite *attributes_suite(void)
{
	Suite *s = suite_create("attributes");
	TCase *t = tcase_create("attributes");

	tcase_add_test(t, lpar_line);
	tcase_add_test(t, prof_line);
	tcase_add_test(t, mem_and_proc);
	tcase_add_test(t, dedicated_proc);
	tcase_add_test(t, system_values);
	tcase_add_test(t, unknown_names);
	tcase_add_test(t, filters);
	tcase_add_test(t, profile_filters);
	tcase_add_test(t, states);
	tcase_add_test(t, no_pointer_belongs_to_two);
	tcase_add_test(t, copies_are_whole);
	tcase_add_test(t, what_belongs_to_the_profile_says_so);
	tcase_add_test(t, what_belongs_to_the_profile_is_given_to_the_partition);
	tcase_add_test(t, every_value_can_be_shown);
	tcase_add_test(t, numbers);
	tcase_add_loop_test(t, compat_modes, 0, PAR_ARRAY_SIZE(models));
	tcase_add_test(t, vios_profile);
	tcase_add_test(t, what_can_be_set_is_explained);
	tcase_add_test(t, misspelt_names_are_guessed);
	tcase_add_test(t, misspelt_columns_are_guessed);
	tcase_add_test(t, lists_end_by_a_comma);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(attributes_suite)
