/* SPDX-License-Identifier: Apache-2.0 */
/* check_cgroup_signal.c - a signal to a group reaches who is in it, and nobody who has such a
 * number */
#include "harness.h"
#include "wparctl/resources/cgroup.h"

#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static char folder[] = "/tmp/check_cgroup_signal.XXXXXX", list[64], next[64];
static pid_t child;

/* What each reading of the group's list says. */
static const char *readings[2];

/* Each reading has a fifo of its own, which is in its place before the one before it ends. */
static void *serve(void *unused)
{
	(void)unused;
	for (size_t i = 0; i < 2; i++) {
		int fd = open(list, O_WRONLY | O_CLOEXEC);

		if (i == 0)
			ck_assert_int_eq(rename(next, list), 0);
		ck_assert_int_eq(write(fd, readings[i], strlen(readings[i])),
				 (ssize_t)strlen(readings[i]));
		close(fd);
	}
	return NULL;
}

static int signal_term(int cgroup)
{
	wpar_cgroup_signal(cgroup, SIGTERM);
	return 0;
}

static int act_on_group(int (*act)(int cgroup), const char *first, const char *second)
{
	int r, cgroup = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	pthread_t thread;

	readings[0] = first;
	readings[1] = second;
	ck_assert_int_ge(cgroup, 0);
	ck_assert_int_eq(pthread_create(&thread, NULL, serve, NULL), 0);
	r = act(cgroup);
	pthread_join(thread, NULL);
	close(cgroup);
	return r;
}

static void setup(void)
{
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(list, sizeof(list), "%s/cgroup.procs", folder);
	snprintf(next, sizeof(next), "%s/next", folder);
	ck_assert_int_eq(mkfifo(list, 0600), 0);
	ck_assert_int_eq(mkfifo(next, 0600), 0);
	signal(SIGTERM, SIG_DFL); /* Check has a handler, which the child would have, too */
	child = fork();
	if (child == 0) {
		for (;;)
			pause();
	}
	ck_assert_int_gt(child, 0);
}

static void teardown(void)
{
	unlink(list);
	rmdir(folder);
}

/* How the child has ended: the number of a signal; 0: it lives. */
static int ended_by(int options)
{
	int status = 0;

	return waitpid(child, &status, options) == child ? WTERMSIG(status) : 0;
}

/* In place of the child one that is PID 1 of namespaces of its own; @number: as the list has it. */
static void start_init(char number[32])
{
	unsigned long user = geteuid() == 0 ? 0 : CLONE_NEWUSER;

	kill(child, SIGKILL);
	ck_assert_int_eq(ended_by(0), SIGKILL);
	child = (pid_t)syscall(SYS_clone, CLONE_NEWPID | user | SIGCHLD, NULL, NULL, NULL, NULL);
	if (child == 0) {
		for (;;)
			pause();
	}
	ck_assert_int_gt(child, 0);
	snprintf(number, 32, "%d\n", (int)child);
}

START_TEST(who_is_in_the_group_gets_it)
{
	char number[32];

	snprintf(number, sizeof(number), "%d\n", (int)child);
	act_on_group(signal_term, number, number);
	ck_assert_int_eq(ended_by(0), SIGTERM);
}
END_TEST

/* The process had ended, and its number was given to a stranger. */
START_TEST(who_has_such_a_number_does_not)
{
	char number[32];

	snprintf(number, sizeof(number), "%d\n", (int)child);
	act_on_group(signal_term, number, "");
	ck_assert_int_eq(ended_by(WNOHANG), 0);
	kill(child, SIGKILL);
	ck_assert_int_eq(ended_by(0), SIGKILL);
}
END_TEST

/* The kernel before 5.14, which has no cgroup.kill: PID 1 of the group is killed. */
START_TEST(killed_is_the_init_of_the_group)
{
	char number[32];

	start_init(number);
	ck_assert_int_eq(act_on_group(wpar_cgroup_kill, number, number), 0);
	ck_assert_int_eq(ended_by(0), SIGKILL);
}
END_TEST

/* The init had ended when its descriptor was opened; another group's has its number now. */
START_TEST(not_killed_is_an_init_of_another_group)
{
	char number[32];

	start_init(number);
	ck_assert_int_eq(act_on_group(wpar_cgroup_kill, number, ""), 0);
	ck_assert_int_eq(ended_by(WNOHANG), 0);
	kill(child, SIGKILL);
	ck_assert_int_eq(ended_by(0), SIGKILL);
}
END_TEST

static Suite *signal_suite(void)
{
	Suite *s = suite_create("cgroup_signal");
	TCase *t = tcase_create("cgroup_signal");

	tcase_set_tags(t, "no-valgrind"); /* which does not know pidfd_open */
	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, who_is_in_the_group_gets_it);
	tcase_add_test(t, who_has_such_a_number_does_not);
	tcase_add_test(t, killed_is_the_init_of_the_group);
	tcase_add_test(t, not_killed_is_an_init_of_another_group);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(signal_suite)
