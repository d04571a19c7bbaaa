/* SPDX-License-Identifier: Apache-2.0 */
/* Ways of bytes: order, ends, filters, and that one which is stuck holds up no other. */
#include "harness.h"
#include "lpard/common/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <string.h>
#include <termios.h>

#define WAIT_MS 5000

static void open_pipe(int fds[2])
{
	ck_assert_int_eq(pipe2(fds, O_CLOEXEC), 0);
}

static void expect(int fd, const char *text)
{
	char got[256];
	ssize_t n = read(fd, got, sizeof(got));

	ck_assert_int_eq(n, (ssize_t)strlen(text));
	ck_assert_mem_eq(got, text, strlen(text));
}

/* Rounds until the way has ended. */
static void run_to_end(struct par_way *w)
{
	while (!par_way_ended(w))
		ck_assert_int_eq(par_relay(w, 1, NULL, 0, WAIT_MS), 1);
}

START_TEST(bytes_and_end)
{
	int in[2], out[2];
	struct par_way w;

	open_pipe(in);
	open_pipe(out);
	w = (struct par_way)PAR_WAY(in[0], out[1]);
	ck_assert_int_eq(par_relay(&w, 1, NULL, 0, 0), 0);
	ck_assert_int_eq(write(in[1], "one", 3), 3);
	ck_assert_int_eq(par_relay(&w, 1, NULL, 0, WAIT_MS), 1);
	ck_assert_uint_eq(par_way_pending(&w), 3);
	ck_assert_int_eq(write(in[1], "two", 3), 3);
	close(in[1]);
	run_to_end(&w);
	ck_assert(w.no_input && !w.no_output);
	expect(out[0], "onetwo");
	/* An ended way is waited for no more. */
	ck_assert_int_eq(par_relay(&w, 1, NULL, 0, 10), 0);
}
END_TEST

START_TEST(nobody_reads)
{
	int in[2], out[2];
	struct par_way w;

	signal(SIGPIPE, SIG_IGN);
	open_pipe(in);
	open_pipe(out);
	w = (struct par_way)PAR_WAY(in[0], out[1]);
	close(out[0]);
	ck_assert_int_eq(write(in[1], "x", 1), 1);
	run_to_end(&w);
	ck_assert(w.no_output && !w.no_input);
}
END_TEST

/* A full pipe on one way; the other one and the caller's own descriptor go on. */
START_TEST(stuck_way)
{
	static char much[1 << 17];
	int in[2][2], out[2][2], own[2];
	struct par_way w[2];
	struct pollfd more;
	int rounds = 0;

	for (int i = 0; i < 2; i++) {
		open_pipe(in[i]);
		open_pipe(out[i]);
		fcntl(out[i][1], F_SETFL, O_NONBLOCK);
		w[i] = (struct par_way)PAR_WAY(in[i][0], out[i][1]);
	}
	open_pipe(own);
	while (write(out[0][1], much, sizeof(much)) > 0)
		;
	ck_assert_int_eq(write(in[0][1], "stuck", 5), 5);
	ck_assert_int_eq(write(in[1][1], "free", 4), 4);
	ck_assert_int_eq(write(own[1], "!", 1), 1);
	more = (struct pollfd){ .fd = own[0], .events = POLLIN };
	do {
		ck_assert_int_eq(par_relay(w, 2, &more, 1, WAIT_MS), 1);
		ck_assert(more.revents & POLLIN);
	} while (++rounds < 4);
	expect(out[1][0], "free");
	ck_assert_uint_eq(par_way_pending(&w[0]), 5);
	ck_assert(!par_way_ended(&w[0]));
	while (read(out[0][0], much, sizeof(much)) == (ssize_t)sizeof(much))
		;
	more.fd = -1;
	ck_assert_int_eq(par_relay(w, 2, &more, 1, WAIT_MS), 1);
	ck_assert_uint_eq(par_way_pending(&w[0]), 0);
}
END_TEST

/* Writes each byte twice, and reads no more after a dot. */
static bool twice(const char *data, size_t len, char *ret, size_t *ret_len, void *user)
{
	(void)user;
	*ret_len = 0;
	for (size_t i = 0; i < len; i++) {
		if (data[i] == '.')
			return false;
		ret[(*ret_len)++] = data[i];
		ret[(*ret_len)++] = data[i];
	}
	return true;
}

START_TEST(filtered)
{
	int in[2], out[2];
	struct par_way w;

	open_pipe(in);
	open_pipe(out);
	w = (struct par_way)PAR_WAY(in[0], out[1]);
	w.filter = twice;
	ck_assert_int_eq(write(in[1], "ab.c", 4), 4);
	run_to_end(&w);
	expect(out[0], "aabb");
	/* What came behind the filter's end was taken with it; what comes later is not read. */
	ck_assert_int_eq(write(in[1], "d", 1), 1);
	ck_assert_int_eq(par_relay(&w, 1, NULL, 0, 10), 0);
	expect(in[0], "d");
}
END_TEST

/* Through a pty: 1 MiB in both directions at once, in which neither side waits for the other. */
START_TEST(pty_both_ways)
{
	enum { SIZE = 1 << 20 };
	static char sent[SIZE], got[SIZE];
	size_t written = 0, n_got = 0;
	int in[2], out[2], master, slave;
	struct termios raw;
	struct par_way w[2];

	ck_assert_int_eq(openpty(&master, &slave, NULL, NULL, NULL), 0);
	tcgetattr(slave, &raw);
	cfmakeraw(&raw);
	tcsetattr(slave, TCSANOW, &raw);
	fcntl(master, F_SETFL, O_NONBLOCK);
	fcntl(slave, F_SETFL, O_NONBLOCK);
	open_pipe(in);
	open_pipe(out);
	for (int i = 0; i < 2; i++) {
		fcntl(in[i], F_SETFL, O_NONBLOCK);
		fcntl(out[i], F_SETFL, O_NONBLOCK);
	}
	for (size_t i = 0; i < SIZE; i++)
		sent[i] = (char)(i * 31 % 251);
	w[0] = (struct par_way)PAR_WAY(in[0], master);
	w[1] = (struct par_way)PAR_WAY(master, out[1]);
	while (n_got < SIZE) {
		char echo[4096];
		ssize_t n = written < SIZE ? write(in[1], sent + written, SIZE - written) : 0;

		written += n > 0 ? (size_t)n : 0;
		/* The program behind the pty: says what it hears. */
		n = read(slave, echo, sizeof(echo));
		for (ssize_t at = 0; at < n;) {
			ssize_t k = write(slave, echo + at, (size_t)(n - at));

			at += k > 0 ? k : 0;
			ck_assert_int_ge(par_relay(&w[1], 1, NULL, 0, 0), 0);
			k = read(out[0], got + n_got, SIZE - n_got);
			n_got += k > 0 ? (size_t)k : 0;
		}
		ck_assert_int_ge(par_relay(w, 2, NULL, 0, 0), 0);
		n = read(out[0], got + n_got, SIZE - n_got);
		n_got += n > 0 ? (size_t)n : 0;
	}
	ck_assert_mem_eq(got, sent, SIZE);
	/* The program ends: EIO is an end like any other. */
	close(slave);
	run_to_end(&w[1]);
	ck_assert(w[1].no_input && !w[1].no_output);
}
END_TEST

START_TEST(drained)
{
	int in[2], out[2];
	struct par_way w, none = PAR_WAY(-1, -1);

	open_pipe(in);
	open_pipe(out);
	w = (struct par_way)PAR_WAY(in[0], out[1]);
	ck_assert_int_eq(write(in[1], "last words", 10), 10);
	par_way_drain(&w);
	expect(out[0], "last words");
	ck_assert(!par_way_ended(&w));
	/* Nothing there: it does not wait. */
	par_way_drain(&w);
	par_way_drain(&none);
}
END_TEST

START_TEST(limits)
{
	static struct par_way w[PAR_RELAY_MAX];
	struct pollfd more = { .fd = -1 };

	for (size_t i = 0; i < PAR_RELAY_MAX; i++)
		w[i].from = -1;
	ck_assert_int_eq(par_relay(w, PAR_RELAY_MAX, NULL, 0, 0), 0);
	ck_assert_int_eq(par_relay(w, PAR_RELAY_MAX, &more, 1, 0), -EINVAL);
}
END_TEST

static Suite *relay_suite(void)
{
	Suite *s = suite_create("relay");
	TCase *t = tcase_create("relay");

	tcase_set_timeout(t, 30);
	tcase_add_test(t, bytes_and_end);
	tcase_add_test(t, nobody_reads);
	tcase_add_test(t, stuck_way);
	tcase_add_test(t, filtered);
	tcase_add_test(t, pty_both_ways);
	tcase_add_test(t, drained);
	tcase_add_test(t, limits);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(relay_suite)
