/* SPDX-License-Identifier: Apache-2.0 */
/* The user's terminal: raw and restored on every way out, window sizes. */
#include "harness.h"
#include "lpard/common/tty.h"

#include <errno.h>
#include <pty.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>

struct pair {
	int master, slave;
	struct termios before;
};

static void open_pair(struct pair *p)
{
	ck_assert_int_eq(openpty(&p->master, &p->slave, NULL, NULL, NULL), 0);
	ck_assert_int_eq(tcgetattr(p->slave, &p->before), 0);
	ck_assert(p->before.c_lflag & ICANON);
}

static bool is_as_before(const struct pair *p)
{
	struct termios now;

	ck_assert_int_eq(tcgetattr(p->slave, &now), 0);
	return now.c_lflag == p->before.c_lflag && now.c_iflag == p->before.c_iflag &&
	       now.c_oflag == p->before.c_oflag;
}

START_TEST(raw_and_restored)
{
	struct pair p;
	struct termios now;
	char c;

	open_pair(&p);
	ck_assert(!par_tty_is_raw());
	ck_assert_int_eq(par_tty_raw(p.slave), 0);
	ck_assert(par_tty_is_raw());
	ck_assert_int_eq(tcgetattr(p.slave, &now), 0);
	ck_assert(!(now.c_lflag & (ICANON | ECHO | ISIG)));
	/* Ctrl-C is a byte like any other. */
	ck_assert_int_eq(write(p.master, "\x03", 1), 1);
	ck_assert_int_eq(read(p.slave, &c, 1), 1);
	ck_assert_int_eq(c, 3);
	/* A second one does not forget what the first has found. */
	ck_assert_int_eq(par_tty_raw(p.slave), 0);
	par_tty_restore();
	ck_assert(!par_tty_is_raw());
	ck_assert(is_as_before(&p));
	par_tty_restore();
	ck_assert_int_eq(par_tty_raw(p.slave), 0);
	par_tty_restore();
	ck_assert(is_as_before(&p));
}
END_TEST

START_TEST(no_terminal)
{
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(par_tty_raw(fds[0]), -ENOTTY);
	ck_assert(!par_tty_is_raw());
}
END_TEST

/* Runs @end in a process that has made the terminal raw; its wait status. */
static int end_raw(const struct pair *p, void (*end)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (par_tty_raw(p->slave) < 0)
			_exit(99);
		end();
		_exit(98);
	}
	ck_assert_int_gt(pid, 0);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static void by_exit(void)
{
	exit(5);
}

static void by_signal(void)
{
	par_tty_guard();
	raise(SIGTERM);
}

static void by_quick_exit(void)
{
	_exit(6);
}

START_TEST(restored_at_exit)
{
	struct pair p;
	int status;

	open_pair(&p);
	status = end_raw(&p, by_exit);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 5);
	ck_assert(is_as_before(&p));
	/* That the test can tell: _exit() leaves it raw. */
	status = end_raw(&p, by_quick_exit);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 6);
	ck_assert(!is_as_before(&p));
}
END_TEST

START_TEST(restored_by_signal)
{
	struct pair p;
	int status;

	open_pair(&p);
	status = end_raw(&p, by_signal);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	ck_assert(is_as_before(&p));
}
END_TEST

START_TEST(sizes)
{
	const struct winsize given = { .ws_row = 50, .ws_col = 132 };
	struct pair p, q;
	struct winsize ws = { 0 };
	int fds[2], saved[3];

	open_pair(&p);
	open_pair(&q);
	ck_assert_int_eq(ioctl(p.slave, TIOCSWINSZ, &given), 0);
	par_tty_copy_size(p.slave, q.master);
	ck_assert_int_eq(ioctl(q.slave, TIOCGWINSZ, &ws), 0);
	ck_assert_int_eq(ws.ws_row, 50);
	ck_assert_int_eq(ws.ws_col, 132);
	ck_assert_int_eq(pipe(fds), 0);
	par_tty_copy_size(fds[0], q.master);
	ck_assert_int_eq(ioctl(q.slave, TIOCGWINSZ, &ws), 0);
	ck_assert_int_eq(ws.ws_row, 50);

	for (int i = 0; i < 3; i++) {
		saved[i] = dup(i);
		dup2(fds[0], i);
	}
	par_tty_size(&ws);
	dup2(p.slave, 2);
	for (int i = 0; i < 2; i++)
		dup2(saved[i], i);
	ck_assert_int_eq(ws.ws_row, 24);
	ck_assert_int_eq(ws.ws_col, 80);
	dup2(fds[0], 0);
	dup2(fds[0], 1);
	par_tty_size(&ws);
	for (int i = 0; i < 3; i++)
		dup2(saved[i], i);
	ck_assert_int_eq(ws.ws_row, 50);
	ck_assert_int_eq(ws.ws_col, 132);
}
END_TEST

static Suite *tty_suite(void)
{
	Suite *s = suite_create("tty");
	TCase *t = tcase_create("tty");

	tcase_add_test(t, raw_and_restored);
	tcase_add_test(t, no_terminal);
	tcase_add_test(t, restored_at_exit);
	tcase_add_test(t, restored_by_signal);
	tcase_add_test(t, sizes);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(tty_suite)
