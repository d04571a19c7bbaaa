/* SPDX-License-Identifier: Apache-2.0 */
/* check_fd_pass.c - a descriptor by a socket */
#include "lpard/common/fd_pass.h"
#include "harness.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static int sock[2];

static void begin(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sock), 0);
}

static void end(void)
{
	close(sock[0]);
	close(sock[1]);
}

START_TEST(it_comes)
{
	int ends[2], got;
	char c = 0;

	ck_assert_int_eq(pipe2(ends, O_CLOEXEC), 0);
	ck_assert_int_eq(par_fd_send(sock[0], ends[1]), 0);
	close(ends[1]);
	got = par_fd_receive(sock[1]);
	ck_assert_int_ge(got, 0);
	ck_assert_int_eq(fcntl(got, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
	ck_assert_int_eq(write(got, "x", 1), 1);
	ck_assert_int_eq(read(ends[0], &c, 1), 1);
	ck_assert_int_eq(c, 'x');
	close(got);
	close(ends[0]);
}
END_TEST

START_TEST(nothing_comes)
{
	shutdown(sock[0], SHUT_WR);
	ck_assert_int_eq(par_fd_receive(sock[1]), -EPIPE);
}
END_TEST

START_TEST(no_descriptor)
{
	ck_assert_int_eq(send(sock[0], "x", 1, 0), 1);
	ck_assert_int_eq(par_fd_receive(sock[1]), -EPROTO);
}
END_TEST

START_TEST(nobody_receives)
{
	close(sock[1]);
	sock[1] = -1;
	ck_assert_int_eq(par_fd_send(sock[0], 0), -EPIPE);
}
END_TEST

static Suite *fd_pass_suite(void)
{
	Suite *s = suite_create("fd_pass");
	TCase *c = tcase_create("fd_pass");

	tcase_add_checked_fixture(c, begin, end);
	tcase_add_test(c, it_comes);
	tcase_add_test(c, nothing_comes);
	tcase_add_test(c, no_descriptor);
	tcase_add_test(c, nobody_receives);
	suite_add_tcase(s, c);
	return s;
}

PAR_TEST_MAIN(fd_pass_suite)
