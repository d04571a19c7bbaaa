/* SPDX-License-Identifier: Apache-2.0 */
/* The terminal session of mkvterm: escape, both directions, ends; the user's terminal restored. */
#include "lpard/cli/terminal.h"

#include "harness.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <time.h>
#include <pty.h>

static const struct {
	const char *typed;
	const char *sent;
	bool found;
} escapes[] = {
	{ "hello\r", "hello\r", false }, { "~.", "", true },	       { "ab~.", "ab~.", false },
	{ "ab\r~.rest", "ab\r", true },	 { "ab\n~.", "ab\n", true },   { "~~.\r", "~.\r", false },
	{ "~x", "~x", false },		 { "\r~\r~.", "\r~\r", true },
};

START_TEST(escape)
{
	/* All at once, and byte by byte. */
	for (int bytewise = 0; bytewise < 2; bytewise++) {
		struct terminal_escape e = { .at_start = true };
		char sent[64] = "", part[64];
		size_t len = strlen(escapes[_i].typed), at = 0, n;
		bool found = false;

		for (size_t i = 0; i < len && !found; i += bytewise ? 1 : len) {
			found = cli_terminal_unescape(&e, escapes[_i].typed + i, bytewise ? 1 : len,
						      part, &n);
			memcpy(sent + at, part, n);
			at += n;
		}
		sent[at] = '\0';
		ck_assert_str_eq(sent, escapes[_i].sent);
		ck_assert_int_eq(found, escapes[_i].found);
	}
}
END_TEST

struct sides {
	int in[2];   /* user types into [1] */
	int out[2];  /* user reads from [0] */
	int sock[2]; /* session has [0], lpard [1] */
	enum terminal_end end;
	pthread_t thread;
};

static void *session(void *arg)
{
	struct sides *s = arg;

	ck_assert_int_eq(cli_terminal_run(s->in[0], s->out[1], s->sock[0], &s->end, NULL), 0);
	return NULL;
}

static void open_sides(struct sides *s)
{
	ck_assert_int_eq(pipe2(s->in, O_CLOEXEC), 0);
	ck_assert_int_eq(pipe2(s->out, O_CLOEXEC), 0);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, s->sock), 0);
}

static void expect(int fd, const char *text)
{
	char got[256];
	size_t at = 0;

	while (at < strlen(text)) {
		ssize_t n = read(fd, got + at, sizeof(got) - 1 - at);

		ck_assert_int_gt(n, 0);
		at += (size_t)n;
	}
	got[at] = '\0';
	ck_assert_str_eq(got, text);
}

START_TEST(both_ways_and_closed)
{
	struct sides s = { .end = TERMINAL_OUTPUT_GONE };

	open_sides(&s);
	pthread_create(&s.thread, NULL, session, &s);
	ck_assert_int_eq(write(s.in[1], "ls\r", 3), 3);
	expect(s.sock[1], "ls\r");
	ck_assert_int_eq(write(s.sock[1], "\0\xff out", 6), 6);
	close(s.sock[1]);
	pthread_join(s.thread, NULL);
	ck_assert_int_eq(s.end, TERMINAL_CLOSED);
}
END_TEST

START_TEST(escaped)
{
	struct sides s = { .end = TERMINAL_CLOSED };

	open_sides(&s);
	pthread_create(&s.thread, NULL, session, &s);
	ck_assert_int_eq(write(s.in[1], "x\r~.", 4), 4);
	pthread_join(s.thread, NULL);
	ck_assert_int_eq(s.end, TERMINAL_ESCAPED);
	expect(s.sock[1], "x\r");
}
END_TEST

/* Ten seconds, in which output still comes. */
START_TEST(input_gone)
{
	struct sides s = { .end = TERMINAL_CLOSED };
	struct timespec begin, end;

	open_sides(&s);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	pthread_create(&s.thread, NULL, session, &s);
	close(s.in[1]);
	nanosleep(&(struct timespec){ .tv_sec = 1 }, NULL);
	ck_assert_int_eq(write(s.sock[1], "late", 4), 4);
	expect(s.out[0], "late");
	pthread_join(s.thread, NULL);
	clock_gettime(CLOCK_MONOTONIC, &end);
	ck_assert_int_eq(s.end, TERMINAL_INPUT_GONE);
	ck_assert_int_ge(end.tv_sec - begin.tv_sec, 9);
	ck_assert_int_le(end.tv_sec - begin.tv_sec, 13);
}
END_TEST

START_TEST(raw_and_restored)
{
	struct sides s = { .end = TERMINAL_CLOSED };
	struct termios before, during, after;
	int master, slave;

	ck_assert_int_eq(openpty(&master, &slave, NULL, NULL, NULL), 0);
	open_sides(&s);
	s.in[0] = slave;
	tcgetattr(slave, &before);
	pthread_create(&s.thread, NULL, session, &s);
	for (int i = 0; i < 200; i++) {
		tcgetattr(slave, &during);
		if (!(during.c_lflag & ECHO))
			break;
		nanosleep(&(struct timespec){ .tv_nsec = 10 * 1000 * 1000 }, NULL);
	}
	ck_assert_int_eq(during.c_lflag & (ECHO | ICANON | ISIG), 0);
	ck_assert_int_eq(write(master, "\x03", 1), 1); /* Ctrl-C is the guest's */
	expect(s.sock[1], "\x03");
	close(s.sock[1]);
	pthread_join(s.thread, NULL);
	tcgetattr(slave, &after);
	ck_assert_int_eq(memcmp(&before.c_lflag, &after.c_lflag, sizeof(before.c_lflag)), 0);
}
END_TEST

static Suite *terminal_suite(void)
{
	Suite *s = suite_create("terminal");
	TCase *t = tcase_create("terminal");

	tcase_set_timeout(t, 30);
	tcase_add_loop_test(t, escape, 0, PAR_ARRAY_SIZE(escapes));
	tcase_add_test(t, both_ways_and_closed);
	tcase_add_test(t, escaped);
	tcase_add_test(t, input_gone);
	tcase_add_test(t, raw_and_restored);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(terminal_suite)
