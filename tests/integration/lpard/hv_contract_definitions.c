/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor port's contract: what is defined, and what is read back.  See hv_contract.h. */
#include "hv_contract.h"

#include <string.h>

START_TEST(connects_and_has_facts)
{
	auto_hv_facts f = { 0 };
	auto_error err = NULL;

	ck_assert(contract_has_heard("connection -"));
	ck_assert_int_eq(contract.hv->ops->connection(contract.hv), HV_CONNECTION_UP);
	contract_ok(contract.hv->ops->facts(contract.hv, &f, &err), &err);
	ck_assert_uint_gt(f.mem_mib, 0);
	ck_assert_uint_gt(f.processors, 0);
	ck_assert_uint_eq(strlen(f.serial), 7);
	ck_assert_uint_eq(strlen(f.host_uuid), 36);
	ck_assert(*f.type_model && *f.version && *f.cpu_model);
}
END_TEST

START_TEST(defines_and_reads_back)
{
	auto_partition p = contract_make("hv a", UUID_A, "");
	auto_hv_record r = { 0 };
	auto_hv_records all = { 0 };
	auto_error err = NULL;
	bool found = false;

	p->description = strdup(" <a> & \"b\" 'c' &#10; ]]> ");
	contract_ok(contract_define(p, NULL, &err), &err);
	ck_assert(contract_has_heard("defined hv a"));
	contract_ok(contract.hv->ops->get(contract.hv, UUID_A, &r, &err), &err);
	ck_assert_str_eq(r.part->name, "hv a");
	ck_assert_str_eq(r.part->uuid, UUID_A);
	contract_assert_same(p, r.part);
	ck_assert_int_eq(r.live.state, HV_RUN_OFF);
	ck_assert_int_eq(r.live.run_id, -1);
	ck_assert_uint_eq(r.live.mem_mib, 1024);
	ck_assert_uint_eq(r.live.vcpus, 2);
	ck_assert_uint_eq(r.live.vcpus_max, 4);
	ck_assert(r.live.persistent);
	contract_ok(contract.hv->ops->list(contract.hv, &all, &err), &err);
	for (size_t i = 0; i < all.n; i++)
		found = found || strcmp(all.v[i].part->uuid, UUID_A) == 0;
	ck_assert(found);
	ck_assert_uint_eq(all.damaged, 0);
	/* test:///default has a domain "test", which is no LPAR. */
	for (size_t i = 0; i < all.n; i++)
		ck_assert_str_ne(all.v[i].part->name, "test");
}
END_TEST

START_TEST(never_applied)
{
	auto_partition p = contract_make("a", UUID_A, "");
	auto_hv_record r = { 0 };
	auto_error err = NULL;

	lpar_current_free(&p->current);
	contract_ok(contract_define(p, NULL, &err), &err);
	contract_ok(contract.hv->ops->get(contract.hv, UUID_A, &r, &err), &err);
	ck_assert_ptr_null(r.part->current);
	contract_assert_same(p, r.part);
}
END_TEST

START_TEST(defines_anew)
{
	auto_partition p = contract_make("a", UUID_A, "");
	auto_hv_record r = { 0 };
	auto_error err = NULL;

	contract_ok(contract_define(p, NULL, &err), &err);
	p->current->mem_mib = 2048;
	p->current->procs = 3;
	contract_ok(contract_define(p, NULL, &err), &err);
	contract_ok(contract.hv->ops->get(contract.hv, UUID_A, &r, &err), &err);
	ck_assert_uint_eq(r.live.mem_mib, 2048);
	ck_assert_uint_eq(r.live.vcpus, 3);
	contract_assert_same(p, r.part);
}
END_TEST

START_TEST(names_are_unique)
{
	auto_partition a = contract_make("a", UUID_A, "");
	auto_partition b = contract_make("a", UUID_B, "");
	auto_error err = NULL;

	contract_ok(contract_define(a, NULL, &err), &err);
	contract_fails(contract_define(b, NULL, &err), PAR_E_EXISTS, &err);
	contract_fails(contract.hv->ops->rename(contract.hv, UUID_B, "b", &err), PAR_E_NOT_FOUND,
		       &err);
	free(b->name);
	b->name = strdup("b");
	contract_ok(contract_define(b, NULL, &err), &err);
	contract_fails(contract.hv->ops->rename(contract.hv, UUID_B, "a", &err), PAR_E_EXISTS,
		       &err);
	contract_fails(contract_define(b, NULL, &err) == 0
			       ? contract.hv->ops->rename(contract.hv, UUID_A, "b", &err)
			       : 0,
		       PAR_E_EXISTS, &err);
}
END_TEST

START_TEST(saves)
{
	auto_partition p = contract_make("a", UUID_A, "");
	auto_hv_record r = { 0 };
	auto_error err = NULL;

	contract_fails(contract.hv->ops->save(contract.hv, p, &err), PAR_E_NOT_FOUND, &err);
	contract_ok(contract_define(p, NULL, &err), &err);
	free(p->error_refcode);
	p->error_refcode = strdup("B2001230");
	contract_ok(contract.hv->ops->save(contract.hv, p, &err), &err);
	contract_ok(contract.hv->ops->get(contract.hv, UUID_A, &r, &err), &err);
	ck_assert_pstr_eq(r.part->error_refcode, "B2001230");
	contract_assert_same(p, r.part);
}
END_TEST

START_TEST(renames)
{
	auto_partition p = contract_make("a", UUID_A, "");
	auto_hv_record r = { 0 };
	auto_error err = NULL;

	contract_ok(contract_define(p, NULL, &err), &err);
	contract_forget_events();
	contract_ok(contract.hv->ops->rename(contract.hv, UUID_A, "a-new", &err), &err);
	ck_assert(contract_has_heard("defined a-new"));
	contract_ok(contract.hv->ops->get(contract.hv, UUID_A, &r, &err), &err);
	ck_assert_str_eq(r.part->name, "a-new");
}
END_TEST

START_TEST(undefines)
{
	auto_partition p = contract_make("a", UUID_A, "");
	auto_hv_record r = { 0 };
	auto_error err = NULL;

	contract_ok(contract_define(p, NULL, &err), &err);
	contract_ok(contract.hv->ops->undefine(contract.hv, UUID_A, &err), &err);
	ck_assert(contract_has_heard("undefined a"));
	contract_fails(contract.hv->ops->get(contract.hv, UUID_A, &r, &err), PAR_E_NOT_FOUND, &err);
	contract_fails(contract.hv->ops->undefine(contract.hv, UUID_A, &err), PAR_E_NOT_FOUND,
		       &err);
	contract_fails(contract.hv->ops->start(contract.hv, UUID_A, false, &err), PAR_E_NOT_FOUND,
		       &err);
	contract_fails(contract.hv->ops->get(contract.hv, "no uuid", &r, &err),
		       par_starts_with(contract_uri(), "fake:") ? PAR_E_NOT_FOUND
								: PAR_E_INVALID_ARGUMENT,
		       &err);
}
END_TEST

void contract_add_definitions(TCase *tc)
{
	tcase_add_test(tc, connects_and_has_facts);
	tcase_add_test(tc, defines_and_reads_back);
	tcase_add_test(tc, never_applied);
	tcase_add_test(tc, defines_anew);
	tcase_add_test(tc, names_are_unique);
	tcase_add_test(tc, saves);
	tcase_add_test(tc, renames);
	tcase_add_test(tc, undefines);
}
