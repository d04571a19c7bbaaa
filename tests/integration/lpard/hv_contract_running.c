/* SPDX-License-Identifier: Apache-2.0 */
/* The hypervisor port's contract: what runs, its console and its channel.  See hv_contract.h. */
#include "hv_contract.h"
#include "lpard/common/event.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

START_TEST(starts_and_stops)
{
	auto_partition p = contract_make("a", UUID_A, "");
	auto_hv_record on = { 0 }, off = { 0 };
	auto_error err = NULL;

	contract_ok(contract_define(p, NULL, &err), &err);
	contract_fails(contract.hv->ops->stop(contract.hv, UUID_A, HV_STOP_IMMEDIATE, &err),
		       PAR_E_WRONG_STATE, &err);
	contract_fails(contract.hv->ops->restart(contract.hv, UUID_A, HV_RESTART_IMMEDIATE, &err),
		       PAR_E_WRONG_STATE, &err);
	contract_ok(contract.hv->ops->start(contract.hv, UUID_A, false, &err), &err);
	ck_assert(contract_has_heard("started a booted"));
	contract_fails(contract.hv->ops->start(contract.hv, UUID_A, false, &err), PAR_E_WRONG_STATE,
		       &err);
	contract_fails(contract.hv->ops->undefine(contract.hv, UUID_A, &err), PAR_E_WRONG_STATE,
		       &err);
	contract_fails(contract.hv->ops->rename(contract.hv, UUID_A, "b", &err), PAR_E_WRONG_STATE,
		       &err);
	contract_ok(contract.hv->ops->get(contract.hv, UUID_A, &on, &err), &err);
	ck_assert_int_eq(on.live.state, HV_RUN_RUNNING);
	ck_assert_int_ge(on.live.run_id, 0);
	ck_assert_uint_eq(on.live.mem_mib, 1024);
	ck_assert_uint_eq(on.live.vcpus, 2);
	contract_ok(contract.hv->ops->stop(contract.hv, UUID_A, HV_STOP_IMMEDIATE, &err), &err);
	ck_assert(contract_has_heard("stopped a destroyed"));
	contract_ok(contract.hv->ops->get(contract.hv, UUID_A, &off, &err), &err);
	ck_assert_int_eq(off.live.state, HV_RUN_OFF);
	contract_ok(contract.hv->ops->undefine(contract.hv, UUID_A, &err), &err);
}
END_TEST

/* A change of a running LPAR's definition does not show in what runs, but in what is stored. */
START_TEST(changes_while_running)
{
	auto_partition p = contract_make("a", UUID_A, "");
	auto_hv_record on = { 0 }, off = { 0 };
	auto_error err = NULL;

	contract_ok(contract_define(p, NULL, &err), &err);
	contract_ok(contract.hv->ops->start(contract.hv, UUID_A, false, &err), &err);
	p->current->mem_mib = 2048;
	contract_ok(contract_define(p, NULL, &err), &err);
	contract_ok(contract.hv->ops->get(contract.hv, UUID_A, &on, &err), &err);
	ck_assert_uint_eq(on.live.mem_mib, 1024);
	contract_assert_same(p, on.part);
	p->error_refcode = strdup("B2001230");
	contract_ok(contract.hv->ops->save(contract.hv, p, &err), &err);
	contract_ok(contract.hv->ops->stop(contract.hv, UUID_A, HV_STOP_IMMEDIATE, &err), &err);
	contract_ok(contract.hv->ops->get(contract.hv, UUID_A, &off, &err), &err);
	contract_assert_same(p, off.part);
	if (!par_starts_with(contract_uri(), "fake:"))
		ck_assert_uint_eq(off.live.mem_mib, 2048);
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
			contract.hv->ops->start(contract.hv, UUID_A, true, NULL);
			break;
		case 1:
			contract.hv->ops->stop(contract.hv, UUID_A, HV_STOP_IMMEDIATE, NULL);
			break;
		case 2:
			contract.hv->ops->get(contract.hv, UUID_A, &r, NULL);
			break;
		case 3:
			contract.hv->ops->console_open(contract.hv, UUID_A, true, &fd, NULL);
			break;
		default:
			contract.hv->ops->list(contract.hv, &all, NULL);
			break;
		}
	}
	return NULL;
}

START_TEST(many_threads)
{
	auto_partition p = contract_make("a", UUID_A, "");
	pthread_t threads[4];
	int numbers[4] = { 0, 1, 2, 3 };
	auto_hv_record r = { 0 };
	auto_error err = NULL;

	contract_ok(contract_define(p, NULL, &err), &err);
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&threads[i], NULL, worry, &numbers[i]), 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	contract_ok(contract.hv->ops->get(contract.hv, UUID_A, &r, &err), &err);
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

	contract_ok(contract.hv->ops->image_ensure(contract.hv, &contract.image, NULL, &err), &err);
	contract_ok(contract_disk(p->uuid, HV_DISK_FIRST, &err), &err);
	contract_ok(contract_define(p, &contract.image, &err), &err);
	contract_ok(contract.hv->ops->start(contract.hv, p->uuid, false, &err), &err);
}

START_TEST(streams)
{
	auto_partition p = contract_make("a", UUID_A, "");
	autofd int console = -1, channel = -1, other = -1;
	auto_error err = NULL;

	if (!contract.has_image)
		return;
	contract_fails(contract.hv->ops->console_open(contract.hv, UUID_A, false, &console, &err),
		       PAR_E_NOT_FOUND, &err);
	contract_ok(contract_define(p, NULL, &err), &err);
	contract_fails(contract.hv->ops->console_open(contract.hv, UUID_A, false, &console, &err),
		       PAR_E_WRONG_STATE, &err);
	contract_fails(contract.hv->ops->channel_open(contract.hv, UUID_A, &channel, &err),
		       PAR_E_WRONG_STATE, &err);
	boot(p);
	contract_ok(contract.hv->ops->console_open(contract.hv, UUID_A, false, &console, &err),
		    &err);
	contract_fails(contract.hv->ops->console_open(contract.hv, UUID_A, false, &other, &err),
		       PAR_E_BUSY, &err);
	ck_assert(read_until(console, "login: "));
	ck_assert_int_eq(write(console, "echo 42\n", 8), 8);
	ck_assert(read_until(console, "42"));
	contract_ok(contract.hv->ops->channel_open(contract.hv, UUID_A, &channel, &err), &err);
	contract_fails(contract.hv->ops->channel_open(contract.hv, UUID_A, &other, &err),
		       PAR_E_BUSY, &err);
	contract_ok(contract.hv->ops->console_open(contract.hv, UUID_A, true, &other, &err), &err);
	ck_assert(!read_until(console, NULL)); /* it was stolen */
	contract_ok(contract.hv->ops->stop(contract.hv, UUID_A, HV_STOP_IMMEDIATE, &err), &err);
	ck_assert(!read_until(other, NULL));
	ck_assert(!read_until(channel, NULL));
}
END_TEST

/* Closing an end frees it for the next. */
START_TEST(streams_open_again)
{
	auto_partition p = contract_make("a", UUID_A, "");
	auto_error err = NULL;

	if (!contract.has_image)
		return;
	boot(p);
	for (int i = 0; i < 20; i++) {
		uint64_t deadline = par_now_ms() + 5000;
		autofd int console = -1, channel = -1;

		/* The port learns of a close a moment later. */
		while (console < 0 && par_now_ms() < deadline)
			contract.hv->ops->console_open(contract.hv, UUID_A, false, &console, NULL);
		while (channel < 0 && par_now_ms() < deadline)
			contract.hv->ops->channel_open(contract.hv, UUID_A, &channel, NULL);
		ck_assert_int_ge(console, 0);
		ck_assert_int_ge(channel, 0);
	}
	contract_ok(contract.hv->ops->restart(contract.hv, UUID_A, HV_RESTART_IMMEDIATE, &err),
		    &err);
	ck_assert(contract_has_heard("rebooted a"));
	contract_ok(contract.hv->ops->stop(contract.hv, UUID_A, HV_STOP_IMMEDIATE, &err), &err);
}
END_TEST

void contract_add_running(TCase *tc)
{
	tcase_add_test(tc, starts_and_stops);
	tcase_add_test(tc, changes_while_running);
	tcase_add_test(tc, many_threads);
	if (contract_is_test_driver())
		return;
	tcase_add_test(tc, streams);
	tcase_add_test(tc, streams_open_again);
}
