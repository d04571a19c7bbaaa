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
/* size: one contract, whose cases share their ways to ask */
#include "harness.h"
#include "firmware/image.h"
#include "lpard/common/event.h"
#include "lpard/core/model/partition.h"
#include "lpard/hypervisor/hypervisor.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define UUID_A "6C706172-0000-4000-8000-00000000000A"
#define UUID_B "6C706172-0000-4000-8000-00000000000B"

static struct hv *hv;
static struct fw_image image;
static bool has_image;

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

static bool has_heard(const char *text)
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

static void forget_events(void)
{
	pthread_mutex_lock(&lock);
	par_buf_clear(&heard);
	pthread_mutex_unlock(&lock);
}

static const char *uri(void)
{
	const char *u = getenv("HV_CONTRACT_URI");

	return u && *u ? u : HV_CONTRACT_DEFAULT;
}

static bool is_test_driver(void)
{
	return par_starts_with(uri(), "test:");
}

static struct lpar_partition *make(const char *name, const char *uuid, const char *more)
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

static void ok(int r, struct par_error **err)
{
	ck_assert_msg(r == 0, "%s", *err && (*err)->msg ? (*err)->msg : "failed without a reason");
}

static void fails(int r, enum par_error_id id, struct par_error **err)
{
	ck_assert_msg(r < 0, "it did not fail");
	ck_assert_ptr_nonnull(*err);
	ck_assert_msg((*err)->id == id, "%s: %s", par_error_name((*err)->id), (*err)->msg);
	par_error_free(err);
}

static int define(const struct lpar_partition *p, const struct fw_image *i, struct par_error **err)
{
	struct hv_definition d = { .part = p, .image = i };

	return hv->ops->define(hv, &d, err);
}

static int disk(const char *uuid, enum hv_disk_wish wish, struct par_error **err)
{
	autofree char *path = NULL;
	int r = hv->ops->disk_ensure(hv, uuid, &image, 0, wish, &path, err);

	ck_assert(r < 0 || path);
	return r;
}

static void setup(void)
{
	struct hv_config config = { .system = "contract", .uri = uri() };
	const char *folder = getenv("HV_CONTRACT_IMAGE");
	auto_error err = NULL;

	forget_events();
	ok(hv_open(&config, on_event, &heard, &hv, &err), &err);
	ok(hv->ops->wait_up(hv, 10000, &err), &err);
	has_image = folder && *folder;
	if (has_image)
		ok(fw_image_load(folder, &image, &err), &err);
}

static void teardown(void)
{
	static const char *const uuids[] = { UUID_A, UUID_B };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(uuids); i++) {
		hv->ops->stop(hv, uuids[i], HV_STOP_IMMEDIATE, NULL);
		hv->ops->undefine(hv, uuids[i], NULL);
		hv->ops->disk_remove(hv, uuids[i], NULL);
	}
	hv_close(&hv);
	ck_assert_ptr_null(hv);
	ck_assert(!bad_event);
	fw_image_done(&image);
	par_buf_done(&heard);
}

START_TEST(connects_and_has_facts)
{
	auto_hv_facts f = { 0 };
	auto_error err = NULL;

	ck_assert(has_heard("connection -"));
	ck_assert_int_eq(hv->ops->connection(hv), HV_CONNECTION_UP);
	ok(hv->ops->facts(hv, &f, &err), &err);
	ck_assert_uint_gt(f.mem_mib, 0);
	ck_assert_uint_gt(f.processors, 0);
	ck_assert_uint_eq(strlen(f.serial), 7);
	ck_assert_uint_eq(strlen(f.host_uuid), 36);
	ck_assert(*f.type_model && *f.version && *f.cpu_model);
}
END_TEST

/* Nothing that was stored is lost: compared as stored forms. */
static void assert_same(const struct lpar_partition *a, const struct lpar_partition *b)
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

START_TEST(defines_and_reads_back)
{
	auto_partition p = make("hv a", UUID_A, "");
	auto_hv_record r = { 0 };
	auto_hv_records all = { 0 };
	auto_error err = NULL;
	bool found = false;

	p->description = strdup(" <a> & \"b\" 'c' &#10; ]]> ");
	ok(define(p, NULL, &err), &err);
	ck_assert(has_heard("defined hv a"));
	ok(hv->ops->get(hv, UUID_A, &r, &err), &err);
	ck_assert_str_eq(r.part->name, "hv a");
	ck_assert_str_eq(r.part->uuid, UUID_A);
	assert_same(p, r.part);
	ck_assert_int_eq(r.live.state, HV_RUN_OFF);
	ck_assert_int_eq(r.live.run_id, -1);
	ck_assert_uint_eq(r.live.mem_mib, 1024);
	ck_assert_uint_eq(r.live.vcpus, 2);
	ck_assert_uint_eq(r.live.vcpus_max, 4);
	ck_assert(r.live.persistent);
	ok(hv->ops->list(hv, &all, &err), &err);
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
	auto_partition p = make("a", UUID_A, "");
	auto_hv_record r = { 0 };
	auto_error err = NULL;

	lpar_current_free(&p->current);
	ok(define(p, NULL, &err), &err);
	ok(hv->ops->get(hv, UUID_A, &r, &err), &err);
	ck_assert_ptr_null(r.part->current);
	assert_same(p, r.part);
}
END_TEST

START_TEST(defines_anew)
{
	auto_partition p = make("a", UUID_A, "");
	auto_hv_record r = { 0 };
	auto_error err = NULL;

	ok(define(p, NULL, &err), &err);
	p->current->mem_mib = 2048;
	p->current->procs = 3;
	ok(define(p, NULL, &err), &err);
	ok(hv->ops->get(hv, UUID_A, &r, &err), &err);
	ck_assert_uint_eq(r.live.mem_mib, 2048);
	ck_assert_uint_eq(r.live.vcpus, 3);
	assert_same(p, r.part);
}
END_TEST

START_TEST(names_are_unique)
{
	auto_partition a = make("a", UUID_A, "");
	auto_partition b = make("a", UUID_B, "");
	auto_error err = NULL;

	ok(define(a, NULL, &err), &err);
	fails(define(b, NULL, &err), PAR_E_EXISTS, &err);
	fails(hv->ops->rename(hv, UUID_B, "b", &err), PAR_E_NOT_FOUND, &err);
	free(b->name);
	b->name = strdup("b");
	ok(define(b, NULL, &err), &err);
	fails(hv->ops->rename(hv, UUID_B, "a", &err), PAR_E_EXISTS, &err);
	fails(define(b, NULL, &err) == 0 ? hv->ops->rename(hv, UUID_A, "b", &err) : 0, PAR_E_EXISTS,
	      &err);
}
END_TEST

START_TEST(saves)
{
	auto_partition p = make("a", UUID_A, "");
	auto_hv_record r = { 0 };
	auto_error err = NULL;

	fails(hv->ops->save(hv, p, &err), PAR_E_NOT_FOUND, &err);
	ok(define(p, NULL, &err), &err);
	free(p->error_refcode);
	p->error_refcode = strdup("B2001230");
	ok(hv->ops->save(hv, p, &err), &err);
	ok(hv->ops->get(hv, UUID_A, &r, &err), &err);
	ck_assert_pstr_eq(r.part->error_refcode, "B2001230");
	assert_same(p, r.part);
}
END_TEST

START_TEST(renames)
{
	auto_partition p = make("a", UUID_A, "");
	auto_hv_record r = { 0 };
	auto_error err = NULL;

	ok(define(p, NULL, &err), &err);
	forget_events();
	ok(hv->ops->rename(hv, UUID_A, "a-new", &err), &err);
	ck_assert(has_heard("defined a-new"));
	ok(hv->ops->get(hv, UUID_A, &r, &err), &err);
	ck_assert_str_eq(r.part->name, "a-new");
}
END_TEST

START_TEST(undefines)
{
	auto_partition p = make("a", UUID_A, "");
	auto_hv_record r = { 0 };
	auto_error err = NULL;

	ok(define(p, NULL, &err), &err);
	ok(hv->ops->undefine(hv, UUID_A, &err), &err);
	ck_assert(has_heard("undefined a"));
	fails(hv->ops->get(hv, UUID_A, &r, &err), PAR_E_NOT_FOUND, &err);
	fails(hv->ops->undefine(hv, UUID_A, &err), PAR_E_NOT_FOUND, &err);
	fails(hv->ops->start(hv, UUID_A, false, &err), PAR_E_NOT_FOUND, &err);
	fails(hv->ops->get(hv, "no uuid", &r, &err),
	      par_starts_with(uri(), "fake:") ? PAR_E_NOT_FOUND : PAR_E_INVALID_ARGUMENT, &err);
}
END_TEST

START_TEST(starts_and_stops)
{
	auto_partition p = make("a", UUID_A, "");
	auto_hv_record on = { 0 }, off = { 0 };
	auto_error err = NULL;

	ok(define(p, NULL, &err), &err);
	fails(hv->ops->stop(hv, UUID_A, HV_STOP_IMMEDIATE, &err), PAR_E_WRONG_STATE, &err);
	fails(hv->ops->restart(hv, UUID_A, HV_RESTART_IMMEDIATE, &err), PAR_E_WRONG_STATE, &err);
	ok(hv->ops->start(hv, UUID_A, false, &err), &err);
	ck_assert(has_heard("started a booted"));
	fails(hv->ops->start(hv, UUID_A, false, &err), PAR_E_WRONG_STATE, &err);
	fails(hv->ops->undefine(hv, UUID_A, &err), PAR_E_WRONG_STATE, &err);
	fails(hv->ops->rename(hv, UUID_A, "b", &err), PAR_E_WRONG_STATE, &err);
	ok(hv->ops->get(hv, UUID_A, &on, &err), &err);
	ck_assert_int_eq(on.live.state, HV_RUN_RUNNING);
	ck_assert_int_ge(on.live.run_id, 0);
	ck_assert_uint_eq(on.live.mem_mib, 1024);
	ck_assert_uint_eq(on.live.vcpus, 2);
	ok(hv->ops->stop(hv, UUID_A, HV_STOP_IMMEDIATE, &err), &err);
	ck_assert(has_heard("stopped a destroyed"));
	ok(hv->ops->get(hv, UUID_A, &off, &err), &err);
	ck_assert_int_eq(off.live.state, HV_RUN_OFF);
	ok(hv->ops->undefine(hv, UUID_A, &err), &err);
}
END_TEST

/* A change of a running LPAR's definition does not show in what runs, but in what is stored. */
START_TEST(changes_while_running)
{
	auto_partition p = make("a", UUID_A, "");
	auto_hv_record on = { 0 }, off = { 0 };
	auto_error err = NULL;

	ok(define(p, NULL, &err), &err);
	ok(hv->ops->start(hv, UUID_A, false, &err), &err);
	p->current->mem_mib = 2048;
	ok(define(p, NULL, &err), &err);
	ok(hv->ops->get(hv, UUID_A, &on, &err), &err);
	ck_assert_uint_eq(on.live.mem_mib, 1024);
	assert_same(p, on.part);
	p->error_refcode = strdup("B2001230");
	ok(hv->ops->save(hv, p, &err), &err);
	ok(hv->ops->stop(hv, UUID_A, HV_STOP_IMMEDIATE, &err), &err);
	ok(hv->ops->get(hv, UUID_A, &off, &err), &err);
	assert_same(p, off.part);
	if (!par_starts_with(uri(), "fake:"))
		ck_assert_uint_eq(off.live.mem_mib, 2048);
}
END_TEST

/* Reads until @text comes, the stream ends (false), or a minute is over (false). */
static bool read_until(int fd, const char *text)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint64_t deadline = par_now_ms() + 60000;
	auto_buf all = { 0 };
	char chunk[4096];

	while (par_now_ms() < deadline) {
		ssize_t n;

		if (poll(&p, 1, 500) <= 0)
			continue;
		n = read(fd, chunk, sizeof(chunk));
		if (n == 0 || (n < 0 && errno != EAGAIN))
			return false;
		if (n > 0)
			par_buf_put(&all, chunk, (size_t)n);
		if (text && all.data && strstr(all.data, text))
			return true;
	}
	ck_abort_msg("neither the text nor the end came: %s", all.data ? all.data : "");
	return false;
}

static void boot(struct lpar_partition *p)
{
	auto_error err = NULL;

	ok(hv->ops->image_ensure(hv, &image, NULL, &err), &err);
	ok(disk(p->uuid, HV_DISK_FIRST, &err), &err);
	ok(define(p, &image, &err), &err);
	ok(hv->ops->start(hv, p->uuid, false, &err), &err);
}

START_TEST(streams)
{
	auto_partition p = make("a", UUID_A, "");
	autofd int console = -1, channel = -1, other = -1;
	auto_error err = NULL;

	if (!has_image)
		return;
	fails(hv->ops->console_open(hv, UUID_A, false, &console, &err), PAR_E_NOT_FOUND, &err);
	ok(define(p, NULL, &err), &err);
	fails(hv->ops->console_open(hv, UUID_A, false, &console, &err), PAR_E_WRONG_STATE, &err);
	fails(hv->ops->channel_open(hv, UUID_A, &channel, &err), PAR_E_WRONG_STATE, &err);
	boot(p);
	ok(hv->ops->console_open(hv, UUID_A, false, &console, &err), &err);
	fails(hv->ops->console_open(hv, UUID_A, false, &other, &err), PAR_E_BUSY, &err);
	ck_assert(read_until(console, "login: "));
	ck_assert_int_eq(write(console, "echo 42\n", 8), 8);
	ck_assert(read_until(console, "42"));
	ok(hv->ops->channel_open(hv, UUID_A, &channel, &err), &err);
	fails(hv->ops->channel_open(hv, UUID_A, &other, &err), PAR_E_BUSY, &err);
	ok(hv->ops->console_open(hv, UUID_A, true, &other, &err), &err);
	ck_assert(!read_until(console, NULL)); /* it was stolen */
	ok(hv->ops->stop(hv, UUID_A, HV_STOP_IMMEDIATE, &err), &err);
	ck_assert(!read_until(other, NULL));
	ck_assert(!read_until(channel, NULL));
}
END_TEST

/* Closing an end frees it for the next. */
START_TEST(streams_open_again)
{
	auto_partition p = make("a", UUID_A, "");
	auto_error err = NULL;

	if (!has_image)
		return;
	boot(p);
	for (int i = 0; i < 20; i++) {
		uint64_t deadline = par_now_ms() + 5000;
		autofd int console = -1, channel = -1;

		/* The port learns of a close a moment later. */
		while (console < 0 && par_now_ms() < deadline)
			hv->ops->console_open(hv, UUID_A, false, &console, NULL);
		while (channel < 0 && par_now_ms() < deadline)
			hv->ops->channel_open(hv, UUID_A, &channel, NULL);
		ck_assert_int_ge(console, 0);
		ck_assert_int_ge(channel, 0);
	}
	ok(hv->ops->restart(hv, UUID_A, HV_RESTART_IMMEDIATE, &err), &err);
	ck_assert(has_heard("rebooted a"));
	ok(hv->ops->stop(hv, UUID_A, HV_STOP_IMMEDIATE, &err), &err);
}
END_TEST

static int count_calls(const char *what, uint64_t done, uint64_t total, void *user)
{
	ck_assert_ptr_nonnull(what);
	ck_assert_uint_le(done, total);
	(*(int *)user)++;
	return 0;
}

static int cancel(const char *what, uint64_t done, uint64_t total, void *user)
{
	(void)what;
	(void)done;
	(void)total;
	(void)user;
	return 1;
}

START_TEST(images)
{
	auto_partition p = make("a", UUID_A, "");
	auto_error err = NULL;
	int calls = 0;
	struct hv_progress progress = { count_calls, &calls }, never = { cancel, NULL };

	if (!has_image)
		return;
	ok(hv->ops->image_remove(hv, &image, &err), &err);
	fails(hv->ops->image_ensure(hv, &image, &never, &err), PAR_E_TIMED_OUT, &err);
	ok(hv->ops->image_remove(hv, &image, &err), &err);
	ok(hv->ops->image_ensure(hv, &image, &progress, &err), &err);
	ck_assert_int_gt(calls, 0);
	calls = 0;
	ok(hv->ops->image_ensure(hv, &image, &progress, &err), &err);
	ck_assert_int_eq(calls, 0); /* it was there */
	fails(disk(UUID_A, HV_DISK_THERE, &err), PAR_E_NOT_FOUND, &err);
	ok(disk(UUID_A, HV_DISK_FIRST, &err), &err);
	ok(disk(UUID_A, HV_DISK_FIRST, &err), &err);
	ok(disk(UUID_A, HV_DISK_AGAIN, &err), &err);
	ok(disk(UUID_A, HV_DISK_THERE, &err), &err);
	fails(disk(UUID_A, HV_DISK_NEW, &err), PAR_E_WRONG_STATE, &err);
	fails(hv->ops->image_remove(hv, &image, &err), PAR_E_BUSY, &err);
	ok(hv->ops->disk_remove(hv, UUID_A, &err), &err);
	ok(hv->ops->disk_remove(hv, UUID_A, &err), &err);
	ok(disk(UUID_A, HV_DISK_NEW, &err), &err);
	ok(hv->ops->disk_remove(hv, UUID_A, &err), &err);
	ok(define(p, NULL, &err), &err);
	fails(hv->ops->pool_remove(hv, &err), PAR_E_BUSY, &err);
	ok(hv->ops->undefine(hv, UUID_A, &err), &err);
	ok(hv->ops->pool_remove(hv, &err), &err);
	ok(hv->ops->pool_remove(hv, &err), &err);
}
END_TEST

static bool exists(const char *path)
{
	return access(path, F_OK) == 0;
}

/* The pool may be one that others use, too: only what is ours by name goes, and not the pool. */
START_TEST(foreign_volumes)
{
#define POOL "/var/lib/libvirt/images/lpard/"
	static const char *const foreign[] = {
		POOL "precious.qcow2",
		POOL "0123456789ab-root.img.bak",
		POOL "0123456789AB-root.img",
		POOL "6c706172-0000-4000-8000-00000000000a-data.qcow2",
	};
	static const char *const ours[] = {
		POOL "0123456789ab-root.img",
		POOL "0123456789ab-vmlinux.complete",
		POOL "6c706172-0000-4000-8000-00000000000b-root.qcow2",
	};
	auto_error err = NULL;

	if (!has_image || !par_starts_with(uri(), "qemu:"))
		return;
	ok(hv->ops->image_ensure(hv, &image, NULL, &err), &err);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(foreign); i++)
		close(creat(foreign[i], 0600));
	for (size_t i = 0; i < PAR_ARRAY_SIZE(ours); i++)
		close(creat(ours[i], 0600));
	ok(hv->ops->pool_remove(hv, &err), &err);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(foreign); i++)
		ck_assert_msg(exists(foreign[i]), "%s has gone", foreign[i]);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(ours); i++)
		ck_assert_msg(!exists(ours[i]), "%s is left", ours[i]);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(foreign); i++)
		unlink(foreign[i]);
	ok(hv->ops->pool_remove(hv, &err), &err);
	ck_assert(!exists(POOL));
#undef POOL
}
END_TEST

/* One LPAR, many threads, every kind of call: nothing hangs, and it ends in a state. */
static void *worry(void *arg)
{
	int n = *(int *)arg;

	for (int i = 0; i < 40; i++) {
		auto_hv_record r = { 0 };
		auto_hv_records all = { 0 };
		autofd int fd = -1;

		switch ((i + n) % 5) {
		case 0:
			hv->ops->start(hv, UUID_A, true, NULL);
			break;
		case 1:
			hv->ops->stop(hv, UUID_A, HV_STOP_IMMEDIATE, NULL);
			break;
		case 2:
			hv->ops->get(hv, UUID_A, &r, NULL);
			break;
		case 3:
			hv->ops->console_open(hv, UUID_A, true, &fd, NULL);
			break;
		default:
			hv->ops->list(hv, &all, NULL);
			break;
		}
	}
	return NULL;
}

START_TEST(many_threads)
{
	auto_partition p = make("a", UUID_A, "");
	pthread_t threads[4];
	int numbers[4] = { 0, 1, 2, 3 };
	auto_hv_record r = { 0 };
	auto_error err = NULL;

	ok(define(p, NULL, &err), &err);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, worry, &numbers[i]), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	ok(hv->ops->get(hv, UUID_A, &r, &err), &err);
}
END_TEST

static Suite *contract_suite(void)
{
	Suite *suite = suite_create(uri());
	TCase *tc = tcase_create("contract");

	tcase_set_timeout(tc, 200);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, connects_and_has_facts);
	tcase_add_test(tc, defines_and_reads_back);
	tcase_add_test(tc, never_applied);
	tcase_add_test(tc, defines_anew);
	tcase_add_test(tc, names_are_unique);
	tcase_add_test(tc, saves);
	tcase_add_test(tc, renames);
	tcase_add_test(tc, undefines);
	tcase_add_test(tc, starts_and_stops);
	tcase_add_test(tc, changes_while_running);
	tcase_add_test(tc, many_threads);
	if (!is_test_driver()) {
		tcase_add_test(tc, streams);
		tcase_add_test(tc, streams_open_again);
		tcase_add_test(tc, images);
		tcase_add_test(tc, foreign_volumes);
	}
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(contract_suite)
