/* SPDX-License-Identifier: Apache-2.0 */
/* plan.c: memory units, addresses, entitlement.  Whole plans are in tests/golden/xml. */
#include "harness.h"
#include "lpard/hypervisor/libvirt/xml/plan.h"

#include <string.h>

static uint64_t total(const struct hv_dimm_plan *d, int n)
{
	uint64_t sum = 0;

	for (int i = 0; i < n; i++)
		sum += d[i].size_mib;
	return sum;
}

START_TEST(dimms)
{
	static const struct {
		uint64_t boot, wanted, max;
		int n;
		uint64_t first;
	} rows[] = {
		{ 512, 512, 512, 0, 0 },	   { 512, 1024, 4096, 2, 256 },
		{ 256, 8448, 8448, 32, 256 },	   { 256, 8704, 8704, 17, 512 },
		{ 512, 768, 65536 + 512, 1, 256 }, { 1024, 65536 + 1024, 65536 + 1024, 32, 2048 },
		{ 1024, 512, 512, 0, 0 },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		struct hv_dimm_plan d[HV_MEMORY_SLOTS];
		int n = hv_plan_dimms(rows[i].boot, rows[i].wanted, rows[i].max, d);

		ck_assert_int_eq(n, rows[i].n);
		if (n > 0) {
			ck_assert_uint_eq(d[0].size_mib, rows[i].first);
			ck_assert_uint_eq(total(d, n), rows[i].wanted - rows[i].boot);
		}
	}
}
END_TEST

/* Every amount of memory can be expressed, in whole units that fit. */
START_TEST(every_amount)
{
	for (uint64_t min = 256; min <= 4096; min += 256) {
		for (uint64_t want = min; want <= min + 40 * 256; want += 256) {
			for (uint64_t max = want; max <= want + 65536; max += 4096 + 256) {
				struct hv_dimm_plan d[HV_MEMORY_SLOTS];
				int n = hv_plan_dimms(min, want, max, d);

				ck_assert_int_ge(n, 0);
				ck_assert_int_le(n, HV_MEMORY_SLOTS);
				ck_assert_uint_eq(total(d, n), want - min);
			}
		}
	}
}
END_TEST

START_TEST(uuids)
{
	static const char *const bad[] = { "",
					   "x",
					   "6c706172-0000-4000-8000-00000000000",
					   "6c706172-0000-4000-8000-00000000000g",
					   "6c706172_0000-4000-8000-000000000000",
					   "6c706172-0000-4000-8000-0000000000000",
					   "../../../../../../etc/passwd12345678" };
	char out[PAR_UUID_LEN];

	ck_assert_int_eq(par_uuid_lower("6C706172-0000-4000-8000-00000000000F", out), 0);
	ck_assert_str_eq(out, "6c706172-0000-4000-8000-00000000000f");
	ck_assert_int_lt(par_uuid_lower(NULL, out), 0);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(bad); i++)
		ck_assert_int_lt(par_uuid_lower(bad[i], out), 0);
}
END_TEST

START_TEST(macs)
{
	char a[18], b[18], c[18];

	hv_plan_mac("6c706172-0000-4000-8000-00000000000f", 2, a);
	hv_plan_mac("6C706172-0000-4000-8000-00000000000F", 2, b);
	ck_assert_str_eq(a, b);
	ck_assert(par_starts_with(a, "52:54:00:") && strlen(a) == 17);
	hv_plan_mac("6c706172-0000-4000-8000-00000000000f", 3, c);
	ck_assert_str_ne(a, c);
	hv_plan_mac("6c706172-0000-4000-8000-00000000000e", 2, c);
	ck_assert_str_ne(a, c);
}
END_TEST

static struct lpar_partition *make(enum lpar_sharing_mode sharing, uint32_t weight, uint32_t units)
{
	struct lpar_partition *p = calloc(1, sizeof(*p));

	p->name = strdup("a");
	strcpy(p->uuid, "6C706172-0000-4000-8000-00000000000F");
	p->current = calloc(1, sizeof(*p->current));
	p->current->mem_mib = p->current->profile.min_mem_mib = 512;
	p->current->profile.max_mem_mib = 512;
	p->current->profile.proc_mode = LPAR_PROC_SHARED;
	p->current->profile.sharing_mode = sharing;
	p->current->profile.uncap_weight = weight;
	p->current->procs = p->current->profile.max_procs = 4;
	p->current->proc_units_x100 = units;
	return p;
}

START_TEST(entitlement)
{
	static const struct {
		enum lpar_sharing_mode sharing;
		uint32_t weight, units;
		uint64_t shares, quota;
	} rows[] = {
		{ LPAR_SHARING_UNCAP, 128, 50, 512, 0 },
		{ LPAR_SHARING_UNCAP, 255, 50, 1020, 0 },
		{ LPAR_SHARING_UNCAP, 0, 50, 512, 50000 }, /* no weight: as capped */
		{ LPAR_SHARING_CAP, 128, 50, 512, 50000 },
		{ LPAR_SHARING_CAP, 0, 150, 1536, 150000 },
		{ LPAR_SHARING_UNCAP, 1, 5, 2, 0 },
		{ LPAR_SHARING_UNCAP, 255, 25600, 262144, 0 },
	};
	struct hv_plan_host host = { .pool_path = "/pool", .network = "default" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		auto_partition part = make(rows[i].sharing, rows[i].weight, rows[i].units);
		struct hv_definition d = { .part = part };
		auto_domain_plan p = { 0 };
		auto_error err = NULL;

		ck_assert_msg(hv_plan_domain(&d, &host, &p, &err) == 0, "%s", err ? err->msg : "");
		ck_assert_uint_eq(p.shares, rows[i].shares);
		ck_assert_uint_eq(p.quota_us, rows[i].quota);
	}
}
END_TEST

/* What can be plugged ends at the machine's memory; what is given and what is wished stay. */
START_TEST(machine_bound)
{
	static const struct {
		uint64_t machine, given, wish, max;
	} rows[] = {
		{ 0, 1024, 9437184, 9437184 },	 /* unknown: not bounded */
		{ 24105, 1024, 9437184, 24064 }, /* whole regions of it */
		{ 24105, 1024, 4096, 4096 },	 { 24105, 1024, 24064, 24064 },
		{ 1000, 1024, 9437184, 1024 }, /* never less than it was given */
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		auto_partition part = make(LPAR_SHARING_CAP, 0, 400);
		struct hv_plan_host host = { .pool_path = "/pool",
					     .network = "default",
					     .mem_mib = rows[i].machine };
		struct hv_definition d = { .part = part };
		auto_domain_plan p = { 0 };

		part->current->mem_mib = rows[i].given;
		part->current->profile.max_mem_mib = rows[i].wish;
		ck_assert_int_eq(hv_plan_domain(&d, &host, &p, NULL), 0);
		ck_assert_uint_eq(p.max_mib, rows[i].max);
		ck_assert_uint_eq(part->current->profile.max_mem_mib, rows[i].wish);
		ck_assert_uint_eq(p.boot_mib + total(p.dimms, (int)p.n_dimms), rows[i].given);
	}
}
END_TEST

static Suite *plan_suite(void)
{
	Suite *suite = suite_create("hv_plan");
	TCase *tc = tcase_create("plan");

	tcase_add_test(tc, dimms);
	tcase_add_test(tc, every_amount);
	tcase_add_test(tc, uuids);
	tcase_add_test(tc, macs);
	tcase_add_test(tc, entitlement);
	tcase_add_test(tc, machine_bound);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(plan_suite)
