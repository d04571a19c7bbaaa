/* SPDX-License-Identifier: Apache-2.0 */
/* The event loop: each kind of source, and freeing within callbacks. */
#include "harness.h"
#include "lpard/common/event.h"

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

static struct par_event *loop;

static void setup(void)
{
	ck_assert_int_eq(par_event_new(&loop, NULL), 0);
}

static void teardown(void)
{
	par_event_free(&loop);
	ck_assert_ptr_null(loop);
}

struct seen {
	int count;
	int last;
	struct par_source *other;
};

static void on_io(struct par_source *s, int fd, uint32_t events, void *user)
{
	struct seen *seen = user;
	char c;

	ck_assert(events & EPOLLIN);
	ck_assert_int_eq((int)read(fd, &c, 1), 1);
	seen->count++;
	seen->last = c;
	/* Both may be ready in the same round: the other one must not be called any more. */
	par_source_free(&seen->other);
	par_source_free(&s);
}

START_TEST(test_io_frees_itself_and_another)
{
	struct seen seen[2] = { 0 };
	int a[2], b[2];

	ck_assert_int_eq(pipe(a) | pipe(b), 0);
	ck_assert_int_eq(par_event_io(loop, a[0], EPOLLIN, on_io, &seen[0], &seen[1].other, NULL),
			 0);
	ck_assert_int_eq(par_event_io(loop, b[0], EPOLLIN, on_io, &seen[1], &seen[0].other, NULL),
			 0);
	ck_assert_int_eq((int)(write(a[1], "x", 1) + write(b[1], "y", 1)), 2);
	ck_assert_int_ge(par_event_run_once(loop, 1000), 1);
	ck_assert_int_eq(seen[0].count + seen[1].count, 1);
	for (int i = 0; i < 2; i++) {
		close(a[i]);
		close(b[i]);
	}
}
END_TEST

START_TEST(test_io_pause)
{
	struct seen seen = { 0 };
	struct par_source *s;
	int p[2];

	ck_assert_int_eq(pipe(p), 0);
	ck_assert_int_eq(par_event_io(loop, p[0], 0, on_io, &seen, &s, NULL), 0);
	ck_assert_int_eq((int)write(p[1], "z", 1), 1);
	ck_assert_int_eq(par_event_run_once(loop, 0), 0);
	ck_assert_int_eq(par_source_events(s, EPOLLIN), 0);
	ck_assert_int_eq(par_event_run_once(loop, 1000), 1);
	ck_assert_int_eq(seen.last, 'z');
	close(p[0]);
	close(p[1]);
}
END_TEST

static void on_timer(struct par_source *s, void *user)
{
	struct seen *seen = user;

	if (++seen->count < 3)
		ck_assert_int_eq(par_source_timer(s, 0), 0);
	else
		par_event_stop(loop, 42);
}

START_TEST(test_timer)
{
	struct seen seen = { 0 };
	struct par_source *s;

	ck_assert_int_eq(par_event_timer(loop, 1, on_timer, &seen, &s, NULL), 0);
	ck_assert_int_eq(par_event_run(loop), 42);
	ck_assert_int_eq(seen.count, 3);
}
END_TEST

static void on_child(struct par_source *s, pid_t pid, int status, void *user)
{
	struct seen *seen = user;

	(void)pid;
	seen->last = WEXITSTATUS(status);
	par_source_free(&s);
	par_event_stop(loop, 0);
}

START_TEST(test_child)
{
	struct seen seen = { 0 };
	struct par_source *s;
	pid_t pid = fork();

	if (pid == 0)
		_exit(7);
	ck_assert_int_eq(par_event_child(loop, pid, on_child, &seen, &s, NULL), 0);
	par_event_run(loop);
	ck_assert_int_eq(seen.last, 7);
	ck_assert_int_eq(waitpid(pid, NULL, 0), -1);
}
END_TEST

static void on_signal(struct par_source *s, int signo, void *user)
{
	(void)s;
	((struct seen *)user)->last = signo;
	par_event_stop(loop, 0);
}

START_TEST(test_signal)
{
	struct seen seen = { 0 };
	struct par_source *s;

	ck_assert_int_eq(par_event_signal(loop, SIGUSR1, on_signal, &seen, &s, NULL), 0);
	raise(SIGUSR1);
	par_event_run(loop);
	ck_assert_int_eq(seen.last, SIGUSR1);
}
END_TEST

static int posted[3];
static int n_posted;

static void on_post(void *user)
{
	posted[n_posted++] = *(int *)user;
	if (n_posted == 3)
		par_event_stop(loop, 0);
}

static void *poster(void *arg)
{
	int *values = arg;

	for (int i = 0; i < 3; i++)
		par_event_post(loop, on_post, &values[i]);
	return NULL;
}

START_TEST(test_posts_from_a_thread_keep_their_order)
{
	int values[] = { 1, 2, 3 };
	pthread_t t;

	n_posted = 0;
	pthread_create(&t, NULL, poster, values);
	par_event_run(loop);
	pthread_join(t, NULL);
	ck_assert_int_eq(posted[0] * 100 + posted[1] * 10 + posted[2], 123);
}
END_TEST

static Suite *event_suite(void)
{
	Suite *s = suite_create("event");
	TCase *c = tcase_create("event");

	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, test_io_frees_itself_and_another);
	tcase_add_test(c, test_io_pause);
	tcase_add_test(c, test_timer);
	tcase_add_test(c, test_signal);
	tcase_add_test(c, test_posts_from_a_thread_keep_their_order);
	suite_add_tcase(s, c);

	/* valgrind 3.19 knows no pidfd_open */
	c = tcase_create("child");
	tcase_set_tags(c, "no-valgrind");
	tcase_add_checked_fixture(c, setup, teardown);
	tcase_add_test(c, test_child);
	suite_add_tcase(s, c);
	return s;
}

PAR_TEST_MAIN(event_suite)
