/* SPDX-License-Identifier: Apache-2.0 */
/* What the two sides of a WPAR's first process tell each other; the inner one may be hostile. */
#include "wparctl/filesystem/mount_apply.h"
#include "wparctl/runtime/launch/sync.h"

#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

static int pair[2];

static void open_pair(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
}

START_TEST(errors_go_up)
{
	auto_error sent = NULL;
	auto_error got = NULL;

	open_pair();
	par_fail(&sent, PAR_E_NOT_PERMITTED, ELOOP, "'/tmp' is a link");
	wpar_sync_fail(pair[1], sent);
	ck_assert_int_eq(wpar_sync_wait(pair[0], &got), -ELOOP);
	ck_assert_int_eq(got->id, PAR_E_NOT_PERMITTED);
	ck_assert_str_eq(got->msg, "'/tmp' is a link");
	/* Without an error object there is no memory; that is said too. */
	wpar_sync_fail(pair[1], NULL);
	ck_assert_int_lt(wpar_sync_wait(pair[0], &got), 0);
	ck_assert_str_eq(got->msg, "out of memory");
	close(pair[1]);
	ck_assert_int_eq(wpar_sync_wait(pair[0], NULL), 0);
}
END_TEST

START_TEST(started)
{
	auto_error sent = NULL;
	auto_error got = NULL;
	int value = 0;

	open_pair();
	wpar_sync_started(pair[1], 4711);
	ck_assert_int_eq(wpar_sync_wait_started(pair[0], "it", NULL, NULL, &value, &got), 0);
	ck_assert_int_eq(value, 4711);
	par_fail(&sent, PAR_E_NO_SPACE, ENOSPC, "no space");
	wpar_sync_fail(pair[1], sent);
	ck_assert_int_eq(wpar_sync_wait_started(pair[0], "it", NULL, NULL, &value, &got), -ENOSPC);
	ck_assert_int_eq(got->id, PAR_E_NO_SPACE);
	ck_assert_str_eq(got->msg, "no space: No space left on device");
	close(pair[1]);
	ck_assert_int_eq(wpar_sync_wait_started(pair[0], "the monitor", NULL, NULL, &value, &got),
			 -EPIPE);
	ck_assert_ptr_nonnull(strstr(got->msg, "the monitor ended"));
	ck_assert_int_eq(value, 4711);
}
END_TEST

static void count_steps(int step, void *user)
{
	int *steps = user;

	*steps = *steps * 10 + step;
}

START_TEST(steps_on_the_way)
{
	auto_error got = NULL;
	int value = 0, steps = 0;

	open_pair();
	wpar_sync_step(pair[1], 3);
	wpar_sync_step(pair[1], 7);
	wpar_sync_started(pair[1], 1);
	ck_assert_int_eq(wpar_sync_wait_started(pair[0], "it", count_steps, &steps, &value, &got),
			 0);
	ck_assert_int_eq(steps, 37);
	/* One that ends between its steps has failed. */
	wpar_sync_step(pair[1], 5);
	close(pair[1]);
	ck_assert_int_eq(wpar_sync_wait_started(pair[0], "it", count_steps, &steps, &value, &got),
			 -EPIPE);
	ck_assert_int_eq(steps, 375);
}
END_TEST

/* Messages that wpar_sync_fail() does not send: each is an error, none an index or a success. */
START_TEST(no_message_is_trusted)
{
	static const struct {
		int id, number;
	} bad[] = { { -1, 1 },	    { -7, 1 },		 { PAR_E_COUNT, 1 },
		    { 1 << 30, 1 }, { PAR_E_SYSTEM, 0 }, { PAR_E_SYSTEM, -5 } };
	struct {
		int id, number;
		char text[400];
	} m;

	open_pair();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		auto_error got = NULL;

		m.id = bad[i].id;
		m.number = bad[i].number;
		memset(m.text, 'x', sizeof(m.text)); /* no end either */
		ck_assert_int_eq(send(pair[1], &m, sizeof(m), 0), sizeof(m));
		ck_assert_int_eq(wpar_sync_wait(pair[0], &got), -EPROTO);
		ck_assert_str_ne(got->msg, "");
	}
	m.id = PAR_E_SYSTEM;
	m.number = EIO;
	for (size_t size = 1; size <= sizeof(m); size *= 4) {
		auto_error got = NULL;

		ck_assert_int_eq(send(pair[1], &m, size, 0), (ssize_t)size);
		ck_assert_int_lt(wpar_sync_wait(pair[0], &got), 0);
		ck_assert_uint_lt(strlen(got->msg), 450);
	}
}
END_TEST

START_TEST(mounts_go_down)
{
	int fds[3], got[WPAR_MOUNTS_MAX];
	size_t n = 0;

	open_pair();
	for (int i = 0; i < 3; i++)
		fds[i] = open(i == 1 ? "/" : "/dev/null", O_RDONLY | O_CLOEXEC);
	ck_assert_int_eq(wpar_sync_send_mounts(pair[0], fds, 3), 0);
	ck_assert_int_eq(wpar_sync_receive_mounts(pair[1], got, &n, NULL), 0);
	ck_assert_uint_eq(n, 3);
	for (int i = 0; i < 3; i++) {
		struct stat a, b;

		ck_assert_int_eq(fstat(fds[i], &a), 0);
		ck_assert_int_eq(fstat(got[i], &b), 0);
		ck_assert_uint_eq(a.st_ino, b.st_ino);
		ck_assert_int_ne(fcntl(got[i], F_GETFD) & FD_CLOEXEC, 0);
	}
}
END_TEST

/* Every failure has a sentence: the user sees nothing else. */
START_TEST(mounts_that_do_not_arrive)
{
	const struct rlimit few = { 16, 16 };
	int fds[20], got[WPAR_MOUNTS_MAX];
	auto_error err = NULL;
	size_t n = 7;

	open_pair();
	for (int i = 0; i < 20; i++)
		fds[i] = STDERR_FILENO;
	ck_assert_int_eq(wpar_sync_send_mounts(pair[0], fds, 20), 0);
	ck_assert_int_eq(setrlimit(RLIMIT_NOFILE, &few), 0);
	ck_assert_int_eq(wpar_sync_receive_mounts(pair[1], got, &n, &err), -EMFILE);
	ck_assert_ptr_nonnull(strstr(err->msg, "not all mounts"));
	ck_assert_int_eq(send(pair[0], &n, sizeof(n), 0), sizeof(n));
	ck_assert_int_lt(wpar_sync_receive_mounts(pair[1], got, &n, &err), 0);
	ck_assert_ptr_nonnull(err->msg);
	close(pair[0]);
	ck_assert_int_eq(wpar_sync_receive_mounts(pair[1], got, &n, &err), -EPIPE);
	ck_assert_ptr_nonnull(strstr(err->msg, "has ended"));
	close(pair[1]);
	ck_assert_int_eq(wpar_sync_receive_mounts(pair[1], got, &n, &err), -EBADF);
	ck_assert_ptr_nonnull(strstr(err->msg, "cannot be taken over"));
	ck_assert_uint_eq(n, 7);
}
END_TEST

static Suite *sync_suite(void)
{
	Suite *s = suite_create("sync");
	TCase *t = tcase_create("sync");

	tcase_add_test(t, errors_go_up);
	tcase_add_test(t, started);
	tcase_add_test(t, steps_on_the_way);
	tcase_add_test(t, no_message_is_trusted);
	tcase_add_test(t, mounts_go_down);
	suite_add_tcase(s, t);
	t = tcase_create("limits");
	tcase_set_tags(t, "no-valgrind"); /* valgrind keeps the limits of descriptors to itself */
	tcase_add_test(t, mounts_that_do_not_arrive);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(sync_suite)
