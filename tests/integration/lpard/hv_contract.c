/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The contract of the hypervisor port, run over each back end.
 *
 *	HV_CONTRACT_URI	   which one (default: what this program was built for)
 *	HV_CONTRACT_IMAGE  folder of a boot image whose console asks for a login; without it nothing
 *			   is booted from an image
 *
 * libvirt's test driver runs nothing real: it has no channels, no pool that takes uploads, and asks
 * no guest to power off.  Those cases are left out for it, and only for it.
 */
#include "hv_contract.h"

#include <pthread.h>
#include <string.h>
#include <unistd.h>

struct contract contract;

/* Events as they came, as text: "started a booted". */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct par_buf heard;
static bool bad_event; /* Check's asserts belong to the test's own thread */

static void on_event(const struct hv_event *e, void *user)
{
	bool link = e->type == HV_EVENT_CONNECTION;

	pthread_mutex_lock(&lock);
	if (user != &heard || !e->detail || link != (e->uuid == NULL))
		bad_event = true;
	par_buf_printf(&heard, "%s %s %s\n", hv_event_name(e->type), e->name ? e->name : "-",
		       e->detail);
	pthread_mutex_unlock(&lock);
}

bool contract_has_heard(const char *text)
{
	bool found = false;

	for (int i = 0; i < 500 && !found; i++) {
		pthread_mutex_lock(&lock);
		found = heard.data && strstr(heard.data, text);
		pthread_mutex_unlock(&lock);
		if (!found)
			usleep(20000);
	}
	return found;
}

void contract_forget_events(void)
{
	pthread_mutex_lock(&lock);
	par_buf_clear(&heard);
	pthread_mutex_unlock(&lock);
}

const char *contract_uri(void)
{
	const char *u = getenv("HV_CONTRACT_URI");

	return u && *u ? u : HV_CONTRACT_DEFAULT;
}

bool contract_is_test_driver(void)
{
	return par_starts_with(contract_uri(), "test:");
}

struct lpar_partition *contract_make(const char *name, const char *uuid, const char *more)
{
	struct lpar_system sys = { .mem_mib = 65536, .procs = 16 };
	struct lpar_set none = { 0 };
	struct lpar_usage usage = { 0 };
	struct lpar_partition *p = NULL;
	auto_attrs attrs = { 0 };
	auto_error err = NULL;
	autofree char *text = par_strdup_printf(
		"name=%s,profile_name=default,lpar_env=aixlinux,min_mem=512,desired_mem=1024,"
		"max_mem=4096,proc_mode=shared,sharing_mode=uncap,uncap_weight=128,min_procs=1,"
		"desired_procs=2,max_procs=4,min_proc_units=0.1,desired_proc_units=0.5,"
		"max_proc_units=4.0%s",
		name, more);

	ck_assert_int_eq(par_attrs_parse(text, &attrs, &err), 0);
	ck_assert_msg(lpar_partition_create(&sys, &none, uuid, &attrs, &p, &err) == 0, "%s",
		      err ? err->msg : "?");
	ck_assert_int_eq(lpar_profile_apply(p, NULL, &sys, &usage, &err), 0);
	return p;
}

void contract_ok(int r, struct par_error **err)
{
	ck_assert_msg(r == 0, "%s", *err && (*err)->msg ? (*err)->msg : "failed without a reason");
}

void contract_fails(int r, enum par_error_id id, struct par_error **err)
{
	ck_assert_msg(r < 0, "it did not fail");
	ck_assert_ptr_nonnull(*err);
	ck_assert_msg((*err)->id == id, "%s: %s", par_error_name((*err)->id), (*err)->msg);
	par_error_free(err);
}

int contract_define(const struct lpar_partition *p, const struct fw_image *i,
		    struct par_error **err)
{
	struct hv_definition d = { .part = p, .image = i };

	return contract.hv->ops->define(contract.hv, &d, err);
}

int contract_disk(const char *uuid, enum hv_disk_wish wish, struct par_error **err)
{
	autofree char *path = NULL;
	int r = contract.hv->ops->disk_ensure(contract.hv, uuid, &contract.image, 0, wish, &path,
					      err);

	ck_assert(r < 0 || path);
	return r;
}

static void setup(void)
{
	struct hv_config config = { .system = "contract", .uri = contract_uri() };
	const char *folder = getenv("HV_CONTRACT_IMAGE");
	auto_error err = NULL;

	contract_forget_events();
	contract_ok(hv_open(&config, on_event, &heard, &contract.hv, &err), &err);
	contract_ok(contract.hv->ops->wait_up(contract.hv, 10000, &err), &err);
	contract.has_image = folder && *folder;
	if (contract.has_image)
		contract_ok(fw_image_load(folder, &contract.image, &err), &err);
}

static void teardown(void)
{
	static const char *const uuids[] = { UUID_A, UUID_B };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(uuids); i++) {
		contract.hv->ops->stop(contract.hv, uuids[i], HV_STOP_IMMEDIATE, NULL);
		contract.hv->ops->undefine(contract.hv, uuids[i], NULL);
		contract.hv->ops->disk_remove(contract.hv, uuids[i], NULL);
	}
	hv_close(&contract.hv);
	ck_assert_ptr_null(contract.hv);
	ck_assert(!bad_event);
	fw_image_done(&contract.image);
	par_buf_done(&heard);
}

void contract_assert_same(const struct lpar_partition *a, const struct lpar_partition *b)
{
	auto_attrs x = { 0 }, y = { 0 };

	ck_assert_int_eq(lpar_partition_to_attrs(a, &x), 0);
	ck_assert_int_eq(lpar_partition_to_attrs(b, &y), 0);
	ck_assert_uint_eq(a->n_profiles, b->n_profiles);
	for (size_t i = 0; i < a->n_profiles; i++) {
		ck_assert_int_eq(lpar_profile_to_attrs(&a->profiles[i], &x), 0);
		ck_assert_int_eq(lpar_profile_to_attrs(&b->profiles[i], &y), 0);
	}
	ck_assert((a->current == NULL) == (b->current == NULL));
	if (a->current) {
		ck_assert_int_eq(lpar_current_to_attrs(a->current, &x), 0);
		ck_assert_int_eq(lpar_current_to_attrs(b->current, &y), 0);
	}
	ck_assert_uint_eq(x.n, y.n);
	for (size_t i = 0; i < x.n; i++) {
		ck_assert_str_eq(x.v[i].name, y.v[i].name);
		ck_assert_str_eq(x.v[i].value, y.v[i].value);
	}
}

static Suite *contract_suite(void)
{
	Suite *suite = suite_create(contract_uri());
	TCase *tc = tcase_create("contract");

	tcase_set_timeout(tc, 200);
	tcase_add_checked_fixture(tc, setup, teardown);
	contract_add_definitions(tc);
	contract_add_running(tc);
	contract_add_volumes(tc);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(contract_suite)
