/* SPDX-License-Identifier: Apache-2.0 */
/* check_prison.c - what the helper cannot do any more once it is locked in, by no way of calling */
#include "harness.h"
#include "wparctl/archive/helper/prison.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* The status of a process that is locked in and calls @try. */
static int locked_in(int (*try)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(wpar_prison_forbid_calls() < 0 ? 99 : try());
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static int forbidden(void)
{
	static char program[] = "/bin/true";
	char *const argv[] = { program, NULL };

	if (execve(program, argv, argv + 1) == 0 || errno != EPERM)
		return 1;
	if (socket(AF_UNIX, SOCK_STREAM, 0) >= 0 || errno != EPERM)
		return 2;
	if (kill(getppid(), 0) == 0 || errno != EPERM)
		return 3;
	return getpid() > 0 && write(-1, "", 1) < 0 && errno == EBADF ? 0 : 4;
}

START_TEST(prison_forbids)
{
	const int status = locked_in(forbidden);

	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

#ifdef __x86_64__
/* By the numbers of 32-bit programs 20 is getpid(), and execve() is 11. */
static int by_32_bits(void)
{
	long n = 20;

	__asm__ volatile("int $0x80" : "+a"(n) : : "memory");
	return 1;
}

/* By those of the x32 kind each has a bit more. */
static int by_x32(void)
{
	return syscall(0x40000000 | SYS_execve, "/bin/true", NULL, NULL) < 0 && errno == EPERM ? 0
											       : 1;
}

START_TEST(prison_other_numbers)
{
	const int status = locked_in(by_32_bits);

	/* A kernel without such programs ends it by SIGSEGV. */
	ck_assert(WIFSIGNALED(status));
	ck_assert(WTERMSIG(status) == SIGSYS || WTERMSIG(status) == SIGSEGV);
	ck_assert_int_eq(locked_in(by_x32), 0);
}
END_TEST
#endif

static Suite *prison_suite(void)
{
	Suite *suite = suite_create("wparctl prison");
	TCase *tc = tcase_create("prison");

	tcase_set_tags(tc, "no-valgrind"); /* it has calls of its own, and none of other numbers */
	tcase_add_test(tc, prison_forbids);
#ifdef __x86_64__
	tcase_add_test(tc, prison_other_numbers);
#endif
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(prison_suite)
