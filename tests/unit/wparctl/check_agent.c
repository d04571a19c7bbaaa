/* SPDX-License-Identifier: Apache-2.0 */
/* A real agent over a socket pair, driven by lpard's channel. */
#include "agent_peer.h"

START_TEST(test_hello_tells_facts)
{
	const struct lpar_agent_info *i;
	struct peer p;
	char host[65];

	peer_start(&p);
	i = lpar_channel_info(p.channel);
	gethostname(host, sizeof(host));
	ck_assert_str_eq(i->agent, PAR_VERSION);
	ck_assert_str_eq(i->hostname, host);
	ck_assert_uint_eq(i->page_size, (uint64_t)sysconf(_SC_PAGESIZE));
	ck_assert_uint_eq(strlen(i->boot_id), 36);
	ck_assert_str_ne(i->os_name, "");
	ck_assert_str_ne(i->kernel, "");
	peer_stop(&p);
}
END_TEST

/* The agent before may have died within a frame: the pad comes first, whole, then the hello. */
START_TEST(test_starts_with_the_pad)
{
	static uint8_t bytes[PAR_FRAME_PAD_LEN + PAR_FRAME_COST + 34]; /* magic, nonce, {} */
	struct peer p = { .fd = -1 };
	struct par_frame_reader reader;
	struct par_frame f;
	size_t len = 0;

	peer_agent(&p);
	while (len < sizeof(bytes)) {
		struct pollfd pfd = { .fd = p.fd, .events = POLLIN };
		ssize_t n;

		ck_assert_int_eq(poll(&pfd, 1, 10000), 1);
		n = read(p.fd, bytes + len, sizeof(bytes) - len);
		ck_assert_int_gt(n, 0);
		len += (size_t)n;
	}
	for (size_t i = 0; i < PAR_FRAME_PAD_LEN; i++)
		ck_assert_uint_eq(bytes[i], 0xff);
	par_frame_reader_init(&reader, true);
	ck_assert_int_eq(
		par_frame_feed(&reader, bytes + PAR_FRAME_PAD_LEN, len - PAR_FRAME_PAD_LEN), 0);
	ck_assert_int_eq(par_frame_next(&reader, &f, NULL), 1);
	ck_assert_int_eq(f.type, PAR_FRAME_HELLO);
	par_frame_reader_done(&reader);
	peer_stop(&p);
}
END_TEST

START_TEST(test_outputs_and_status)
{
	struct peer p;
	struct job j;

	peer_start(&p);
	job_start(&p, &j, "echo out; echo err >&2; pwd; echo $PATH; ps -o sid= -p $$; exit 42", 0);
	job_wait(&p, &j, 10);
	ck_assert(j.replied && j.exited && !j.killed);
	ck_assert_int_eq(j.value, 42);
	ck_assert_ptr_nonnull(strstr(j.out.data, "out\n/\n/usr/local/sbin:"));
	ck_assert_str_eq(j.err.data, "err\n");
	job_done(&j);

	job_start(&p, &j, "kill -9 $$", 0);
	job_wait(&p, &j, 10);
	ck_assert(j.exited && j.killed);
	ck_assert_int_eq(j.value, SIGKILL);
	job_done(&j);

	job_start(&p, &j, "exec /nowhere/program", 0);
	job_wait(&p, &j, 10);
	ck_assert_int_eq(j.value, 127);
	job_done(&j);
	peer_stop(&p);
}
END_TEST

static void run_one(struct peer *p, struct job *j, const char *program)
{
	auto_json o = json_object_new_object();

	*j = (struct job){ .credit = PAR_FRAME_WINDOW };
	par_json_put_strv(o, "argv", (char *const *)&program, 1);
	ck_assert_int_eq(lpar_stream_open(p->channel, "org.lpard.agent.Run", o, &job_ops, j,
					  &j->stream, NULL),
			 0);
	job_wait(p, j, 10);
}

START_TEST(test_no_such_command)
{
	struct peer p;
	struct job j;

	peer_start(&p);
	run_one(&p, &j, "no-such-program");
	ck_assert(j.replied && j.exited);
	ck_assert_int_eq(j.value, 127);
	ck_assert_str_eq(j.err.data, "wparcmd: no-such-program: command not found\n");
	job_done(&j);
	run_one(&p, &j, "/etc/passwd");
	ck_assert_int_eq(j.value, 126);
	job_done(&j);
	run_one(&p, &j, "");
	ck_assert(!j.replied && !j.exited && j.ended);
	ck_assert_int_eq(j.error, PAR_E_INVALID_ARGUMENT);
	job_done(&j);
	peer_stop(&p);
}
END_TEST

#define MANY_BYTES (100u << 20)

START_TEST(test_many_bytes_both_ways)
{
	uint64_t start;
	uint32_t sum = 0;
	struct peer p;
	struct job j;

	for (uint64_t at = 0; at < MANY_BYTES; at++) {
		uint8_t byte = pattern(at);

		sum = sum_add(sum, &byte, 1);
	}
	peer_start(&p);
	start = par_now_ms();
	job_start(&p, &j, "exec cat", MANY_BYTES);
	job_wait(&p, &j, 50);
	ck_assert_int_eq(j.value, 0);
	ck_assert_uint_eq(j.out_bytes, MANY_BYTES);
	ck_assert_uint_eq(j.out_sum, sum);
	fprintf(stderr, "100 MiB in and out: %llu ms\n",
		(unsigned long long)(par_now_ms() - start));
	job_done(&j);
	peer_stop(&p);
}
END_TEST

START_TEST(test_ten_at_once_one_stalled)
{
	struct peer p;
	struct job stalled, j[10];

	peer_start(&p);
	job_start(&p, &stalled, "exec cat /dev/zero", 0);
	stalled.stall = true;
	for (int i = 0; i < 10; i++)
		job_start(&p, &j[i], "cat; echo done >&2", 3u << 20);
	for (int i = 0; i < 10; i++) {
		job_wait(&p, &j[i], 20);
		ck_assert_int_eq(j[i].value, 0);
		ck_assert_uint_eq(j[i].out_bytes, 3u << 20);
		ck_assert_str_eq(j[i].err.data, "done\n");
		job_done(&j[i]);
	}
	ck_assert(!stalled.ended);
	ck_assert_uint_le(stalled.out_bytes, PAR_FRAME_WINDOW);
	ck_assert_uint_ge(stalled.out_bytes, PAR_FRAME_WINDOW - 4096);
	stalled.stall = false; /* it goes on where it stopped */
	job_give(&stalled);
	while (stalled.out_bytes < 2 * PAR_FRAME_WINDOW)
		peer_round(&p, 100);
	job_done(&stalled);
	peer_stop(&p);
}
END_TEST

START_TEST(test_stdin_that_nobody_reads)
{
	struct peer p;
	struct job sleeper, j;

	peer_start(&p);
	job_start(&p, &sleeper, "exec sleep 100", 4u << 20);
	job_start(&p, &j, "cat | wc -c", 1u << 20);
	job_wait(&p, &j, 10);
	ck_assert_str_eq(j.out.data, "1048576\n");
	ck_assert_uint_gt(sleeper.stdin_left, 3u << 20);
	job_send(&sleeper, PAR_FRAME_SIGNAL, "\x0f", 1); /* behind no data */
	job_wait(&p, &sleeper, 10);
	ck_assert(sleeper.killed);
	ck_assert_int_eq(sleeper.value, SIGTERM);
	job_done(&j);
	/* One that closes its stdin: what comes is swallowed, and it ends by itself. */
	job_start(&p, &j, "exec <&-; sleep 0.3; echo end", 4u << 20);
	job_wait(&p, &j, 10);
	ck_assert_str_eq(j.out.data, "end\n");
	job_done(&j);
	peer_stop(&p);
}
END_TEST

START_TEST(test_background_child_does_not_hold)
{
	uint64_t start = par_now_ms();
	struct peer p;
	struct job j;

	peer_start(&p);
	job_start(&p, &j, "head -c 200000 /dev/zero; sleep 30 & echo end", 0);
	job_wait(&p, &j, 10);
	ck_assert_uint_eq(j.out_bytes, 200004);
	ck_assert_uint_lt(par_now_ms() - start, 5000);
	job_done(&j);
	peer_stop(&p);
}
END_TEST

START_TEST(test_terminal)
{
	struct peer p;
	struct job j;

	peer_start(&p);
	job_start_tty(&p, &j,
		      "tty; stty size; trap 'stty size; exit 7' WINCH; echo on; "
		      "while :; do sleep 0.05; done",
		      0, true, 33, 101);
	job_wait_text(&p, &j, "33 101\r\non\r\n");
	ck_assert_ptr_nonnull(strstr(j.out.data, "/dev/pts/"));
	job_send(&j, PAR_FRAME_WINCH, "\0\x2c\0\x84", 4);
	job_wait(&p, &j, 10);
	ck_assert_ptr_nonnull(strstr(j.out.data, "44 132"));
	ck_assert_int_eq(j.value, 7);
	job_done(&j);

	/* Ctrl-C: it has a controlling terminal.  No shell: dash loses a signal around an exec. */
	job_start_tty(&p, &j, "exec cat /proc/sys/kernel/ostype -", 0, true, 24, 80);
	job_wait_text(&p, &j, "Linux");
	job_send(&j, PAR_FRAME_STDIN, "\x03", 1);
	job_wait(&p, &j, 10);
	ck_assert(j.killed || j.value == 130);
	job_done(&j);

	/* The end of stdin is Ctrl-D. */
	job_start_tty(&p, &j, "cat; echo gone", 0, true, 24, 80);
	job_send(&j, PAR_FRAME_STDIN, "abc\n", 4);
	job_send(&j, PAR_FRAME_EOF, NULL, 0);
	job_wait(&p, &j, 10);
	ck_assert_ptr_nonnull(strstr(j.out.data, "gone"));
	job_done(&j);

	/* Nothing of a long output is lost at the end. */
	job_start_tty(&p, &j, "seq 1 20000", 0, true, 24, 80);
	job_wait(&p, &j, 10);
	ck_assert_uint_eq(j.out_bytes, 108894 + 20000);
	job_done(&j);
	peer_stop(&p);
}
END_TEST

START_TEST(test_signals_reach_the_group)
{
	struct peer p;
	struct job j;

	peer_start(&p);
	job_start(&p, &j, "trap 'echo got; exit 3' INT; echo on; sleep 100 & wait", 0);
	job_wait_text(&p, &j, "on");
	job_send(&j, PAR_FRAME_SIGNAL, "\x02", 1);
	job_wait(&p, &j, 10);
	ck_assert_int_eq(j.value, 3);
	ck_assert_ptr_nonnull(strstr(j.out.data, "got"));
	job_done(&j);
	peer_stop(&p);
}
END_TEST

static bool alive(pid_t pid)
{
	return kill(pid, 0) == 0;
}

static void wait_dead(struct peer *p, pid_t pid)
{
	uint64_t until = par_now_ms() + 5000;

	while (alive(pid) && par_now_ms() < until)
		peer_round(p, 50);
	ck_assert(!alive(pid));
}

START_TEST(test_close_kills)
{
	struct peer p;
	struct job j;
	int shell, child, away;

	peer_start(&p);
	job_start(&p, &j,
		  "trap '' HUP; sleep 100 & echo $$ $!; "
		  "setsid sh -c 'echo $$; exec sleep 100 >/dev/null' & sleep 0.2; echo on; wait",
		  0);
	job_wait_text(&p, &j, "on");
	ck_assert_int_eq(sscanf(j.out.data, "%d %d %d", &shell, &child, &away), 3);
	lpar_stream_close(j.stream);
	wait_dead(&p, shell); /* it ignores SIGHUP, so SIGKILL */
	wait_dead(&p, child);
	ck_assert(alive(away)); /* its own session: it stays */
	kill(away, SIGKILL);
	job_done(&j);
	peer_stop(&p);
}
END_TEST

/* lpard says hello again: the old streams are gone, the new session works. */
START_TEST(test_lpard_starts_again)
{
	struct peer p;
	struct job old, j;
	int pid;

	peer_start(&p);
	job_start(&p, &old, "echo $$; exec sleep 100", 0);
	job_wait_text(&p, &old, "\n");
	pid = atoi(old.out.data);
	/* Cut in the middle of a frame, as a killed lpard would. */
	ck_assert_int_eq(send(p.fd, "\0\0\0\1\5\0\0\0\0\0\1\0abc", 15, 0), 15);
	lpar_channel_disconnected(p.channel, NULL);
	ck_assert(old.ended);
	ck_assert_int_eq(old.error, PAR_E_DISCONNECTED);
	ck_assert_str_eq(old.message, "the LPAR 'lpar01' went away");
	lpar_channel_connected(p.channel, par_now_ms());
	peer_wait_up(&p);
	job_start(&p, &j, "echo hi", 0);
	job_wait(&p, &j, 10);
	ck_assert_str_eq(j.out.data, "hi\n");
	wait_dead(&p, pid);
	job_done(&old);
	job_done(&j);
	peer_stop(&p);
}
END_TEST

/* kill -9 of the agent: the streams end with an error; the next agent is found. */
START_TEST(test_agent_killed)
{
	struct peer p;
	struct job j;

	peer_start(&p);
	job_start(&p, &j, "exec sleep 100", 0);
	while (!j.replied)
		peer_round(&p, 100);
	kill(p.agent, SIGKILL);
	waitpid(p.agent, NULL, 0);
	job_wait(&p, &j, 5);
	ck_assert_int_eq(j.error, PAR_E_DISCONNECTED);
	job_done(&j);
	close(p.fd);
	peer_agent(&p);
	lpar_channel_connected(p.channel, par_now_ms());
	peer_wait_up(&p);
	job_start(&p, &j, "echo again", 0);
	job_wait(&p, &j, 10);
	ck_assert_str_eq(j.out.data, "again\n");
	job_done(&j);
	peer_stop(&p);
}
END_TEST

START_TEST(test_shutdown_refused)
{
	struct peer p;
	struct job j = { 0 };

	peer_start(&p);
	ck_assert_int_eq(lpar_stream_open(p.channel, "org.lpard.agent.Shutdown", NULL, &job_ops, &j,
					  &j.stream, NULL),
			 0);
	job_wait(&p, &j, 10);
	ck_assert_int_eq(j.error, PAR_E_NOT_SUPPORTED);
	peer_stop(&p);
}
END_TEST

static Suite *agent_suite(void)
{
	Suite *suite = suite_create("agent");
	TCase *tc = tcase_create("agent");

	tcase_set_tags(tc, "no-valgrind"); /* pidfd_open, in the agent */
	tcase_set_timeout(tc, 60);
	tcase_add_test(tc, test_starts_with_the_pad);
	tcase_add_test(tc, test_hello_tells_facts);
	tcase_add_test(tc, test_outputs_and_status);
	tcase_add_test(tc, test_no_such_command);
	tcase_add_test(tc, test_many_bytes_both_ways);
	tcase_add_test(tc, test_ten_at_once_one_stalled);
	tcase_add_test(tc, test_stdin_that_nobody_reads);
	tcase_add_test(tc, test_background_child_does_not_hold);
	tcase_add_test(tc, test_terminal);
	tcase_add_test(tc, test_signals_reach_the_group);
	tcase_add_test(tc, test_close_kills);
	tcase_add_test(tc, test_lpard_starts_again);
	tcase_add_test(tc, test_agent_killed);
	tcase_add_test(tc, test_shutdown_refused);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(agent_suite)
