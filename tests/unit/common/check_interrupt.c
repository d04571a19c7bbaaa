/* SPDX-License-Identifier: Apache-2.0 */
/* Signals that are noted, in children of the test: each ends by what it is sent. */
#include "harness.h"
#include "lpard/common/interrupt.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* How a child ends that does @work. */
static int status_of(void (*work)(void))
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		/* Check has handlers of its own, and nohup(1) ignores SIGHUP. */
		signal(SIGINT, SIG_DFL);
		signal(SIGTERM, SIG_DFL);
		signal(SIGHUP, SIG_DFL);
		signal(SIGPIPE, SIG_DFL);
		work();
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

static void noted_by_term(void)
{
	auto_error err = NULL;

	par_interrupt_begin();
	if (par_interrupted() || par_interrupt_check(&err) != 0)
		_exit(1);
	raise(SIGTERM);
	raise(SIGINT); /* the first one counts */
	if (!par_interrupted() || par_interrupt_check(&err) != -EINTR ||
	    !strstr(par_error_text(err), "SIGTERM"))
		_exit(2);
	/* What another step said in the meantime is not why; what has succeeded has. */
	par_fail(&err, PAR_E_NO_SPACE, 0, "full");
	if (par_interrupt_explain(-ENOSPC, &err) != -EINTR || err->id != PAR_E_INTERRUPTED ||
	    par_interrupt_explain(0, NULL) != 0)
		_exit(3);
	par_interrupt_begin(); /* the next of several: it is not forgotten */
	if (!par_interrupted())
		_exit(4);
	par_interrupt_end();
	_exit(5);
}

START_TEST(dies_of_the_first_at_the_end)
{
	int status = status_of(noted_by_term);

	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), SIGTERM);
}
END_TEST

static void ends_without(void)
{
	par_interrupt_begin();
	par_interrupt_end();
	raise(SIGHUP); /* its default again */
}

static void ignored_stays(void)
{
	signal(SIGHUP, SIG_IGN);
	par_interrupt_begin();
	raise(SIGHUP);
	if (par_interrupted())
		_exit(1);
	par_interrupt_end();
	raise(SIGHUP);
}

static void passed_on(void)
{
	par_interrupt_begin();
	par_interrupt_pass();
	raise(SIGPIPE);
}

START_TEST(handlers_go_and_ignored_ones_stay)
{
	int status = status_of(ends_without);

	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP);
	status = status_of(ignored_stays);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	status = status_of(passed_on);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGPIPE);
}
END_TEST

static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		par_interrupt_pass();
		for (;;)
			pause();
	}
	return pid;
}

/* One that was named before the signal, one after it; none that was reaped. */
static void kills_children(void)
{
	int status;
	pid_t first, second;

	par_interrupt_begin();
	first = sleeper();
	par_interrupt_child(first);
	raise(SIGINT);
	if (par_interrupt_wait(first, &status) != 0 || !WIFSIGNALED(status) ||
	    WTERMSIG(status) != SIGKILL)
		_exit(1);
	second = sleeper();
	par_interrupt_child(second);
	if (par_interrupt_wait(second, &status) != 0 || !WIFSIGNALED(status))
		_exit(2);
	if (par_interrupt_wait(second, &status) != -ECHILD)
		_exit(3);
}

START_TEST(children_are_killed)
{
	int status = status_of(kills_children);

	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

/* The one that writes does so when the other waits, or before: both end alike. */
static void waits_for_a_pipe(void)
{
	const pid_t self = getpid();
	int fds[2];
	pid_t pid;

	par_interrupt_begin();
	if (pipe(fds) < 0 || write(fds[1], "x", 1) != 1 || par_interrupt_poll(fds[0]) != 0 ||
	    read(fds[0], (char[1]){ 0 }, 1) != 1)
		_exit(1);
	pid = fork();
	if (pid == 0) {
		kill(self, SIGHUP);
		_exit(0);
	}
	if (par_interrupt_poll(fds[0]) != -EINTR)
		_exit(2);
	waitpid(pid, NULL, 0);
}

START_TEST(waits_until_there_is_one)
{
	int status = status_of(waits_for_a_pipe);

	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 0);
}
END_TEST

static Suite *interrupt_suite(void)
{
	Suite *s = suite_create("interrupt");
	TCase *t = tcase_create("interrupt");

	tcase_add_test(t, dies_of_the_first_at_the_end);
	tcase_add_test(t, handlers_go_and_ignored_ones_stay);
	tcase_add_test(t, children_are_killed);
	tcase_add_test(t, waits_until_there_is_one);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(interrupt_suite)
