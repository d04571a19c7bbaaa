/* SPDX-License-Identifier: Apache-2.0 */
/* check_agent_run.c - a command in an LPAR for lpard itself: its output, its input, its end */
#include "channel_guest.h"
#include "lpard/agent/agent_run.h"

struct seen {
	unsigned int ended, rooms;
	enum par_error_id error;
	bool failed;
	char message[512];
	size_t bytes;
	bool hold; /* no credit is given back */
};

static void on_run_output(struct lpar_run *run, const void *data, size_t len, void *user)
{
	struct seen *w = user;

	(void)data;
	w->bytes += len;
	if (!w->hold)
		lpar_run_credit(run, len);
}

static void on_run_room(struct lpar_run *run, void *user)
{
	struct seen *w = user;

	(void)run;
	w->rooms++;
}

static void on_run_ended(struct lpar_run *run, const struct par_error *err, void *user)
{
	struct seen *w = user;

	(void)run;
	w->ended++;
	w->failed = err;
	if (!err)
		return;
	w->error = err->id;
	snprintf(w->message, sizeof(w->message), "%s", par_error_text(err));
}

static const struct lpar_run_ops kept = { .room = on_run_room, .ended = on_run_ended };
static const struct lpar_run_ops streamed = { .output = on_run_output, .ended = on_run_ended };

static struct lpar_run *begin(struct guest *g, const struct lpar_run_ops *run_ops, struct seen *w)
{
	static const char *const argv[] = { "true", NULL };
	const struct lpar_run_call call = { .lpar = "lpar01", .argv = argv, .output_most = 10 };
	struct lpar_run *run = NULL;

	*w = (struct seen){ 0 };
	guest_up(g);
	ck_assert_int_eq(lpar_run_new(&run, g->c, &call, run_ops, w, NULL), 0);
	guest_read(g);
	ck_assert_uint_eq(g->opens, 1);
	return run;
}

static void answer(struct guest *g)
{
	guest_put(g, g->stream, PAR_FRAME_REPLY, "{\"parameters\":{}}", 17);
	guest_say(g);
}

static void end_with(struct guest *g, uint8_t killed, uint8_t value)
{
	const uint8_t bytes[] = { killed, value };

	guest_put(g, g->stream, PAR_FRAME_EXIT, bytes, 2);
	guest_say(g);
}

static void done(struct guest *g, struct lpar_run *run)
{
	lpar_run_free(&run);
	guest_done(g);
}

START_TEST(its_output_is_kept)
{
	struct guest g;
	struct seen w;
	struct lpar_run *run = begin(&g, &kept, &w);

	answer(&g);
	guest_put(&g, g.stream, PAR_FRAME_STDOUT, "12345", 5);
	guest_put(&g, g.stream, PAR_FRAME_STDOUT, "67890", 5);
	end_with(&g, 0, 0);
	ck_assert(w.ended == 1 && !w.failed);
	ck_assert_uint_eq(lpar_run_output(run)->len, 10);
	done(&g, run);
}
END_TEST

START_TEST(one_that_says_too_much_is_given_up)
{
	struct guest g;
	struct seen w;
	struct lpar_run *run = begin(&g, &kept, &w);

	answer(&g);
	guest_put(&g, g.stream, PAR_FRAME_STDOUT, "12345678901", 11);
	guest_say(&g);
	guest_read(&g);
	ck_assert(w.ended == 1 && w.error == PAR_E_TOO_LARGE);
	ck_assert_uint_eq(g.closes, 1);
	end_with(&g, 0, 0);
	ck_assert_uint_eq(w.ended, 1);
	done(&g, run);
}
END_TEST

START_TEST(why_it_failed_is_its_last_line)
{
	static const struct {
		const char *said;
		uint8_t killed, value;
		const char *message;
	} cases[] = {
		{ "one\ntwo \033[1m\n", 0, 1, "in the LPAR 'lpar01': two ?[1m" },
		{ "", 0, 3, "the command in the LPAR 'lpar01' ended with the status 3" },
		{ "x\n", 1, 9, "the command in the LPAR 'lpar01' was ended by signal 9" },
	};
	struct guest g;
	struct seen w;
	struct lpar_run *run = begin(&g, &kept, &w);

	answer(&g);
	if (*cases[_i].said)
		guest_put(&g, g.stream, PAR_FRAME_STDERR, cases[_i].said, strlen(cases[_i].said));
	end_with(&g, cases[_i].killed, cases[_i].value);
	ck_assert_str_eq(w.message, cases[_i].message);
	done(&g, run);
}
END_TEST

START_TEST(a_long_complaint_keeps_its_end)
{
	char line[3000];
	struct guest g;
	struct seen w;
	struct lpar_run *run = begin(&g, &kept, &w);

	answer(&g);
	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	for (int i = 0; i < 500; i++) {
		guest_put(&g, g.stream, PAR_FRAME_STDERR, line, sizeof(line));
		guest_say(&g);
		guest_read(&g);
	}
	guest_put(&g, g.stream, PAR_FRAME_STDERR, "the end\n", 8);
	end_with(&g, 0, 1);
	ck_assert_str_eq(w.message, "in the LPAR 'lpar01': the end");
	done(&g, run);
}
END_TEST

START_TEST(input_waits_for_the_answer_and_for_credit)
{
	static const char zeros[PAR_FRAME_MAX];
	struct guest g;
	struct seen w;
	struct lpar_run *run = begin(&g, &kept, &w);
	size_t n, all = 0;

	ck_assert_uint_eq(lpar_run_room(run), 0);
	ck_assert_uint_eq(lpar_run_write(run, "x", 1), 0);
	answer(&g);
	ck_assert_uint_eq(w.rooms, 1);
	while ((n = lpar_run_write(run, zeros, sizeof(zeros))) > 0)
		all += n;
	guest_read(&g);
	ck_assert_uint_eq(g.stdin_bytes, all);
	ck_assert_uint_gt(all, PAR_FRAME_WINDOW - 8 * PAR_FRAME_COST);
	par_frame_put_credit(&g.to_lpard, g.tag, g.stream, 1000);
	guest_say(&g);
	ck_assert_uint_eq(w.rooms, 2);
	ck_assert_uint_gt(lpar_run_write(run, zeros, sizeof(zeros)), 900);
	lpar_run_close(run);
	ck_assert_uint_eq(lpar_run_room(run), 0);
	end_with(&g, 0, 0);
	ck_assert(!w.failed);
	done(&g, run);
}
END_TEST

/* Who takes nothing gets no more than a window. */
START_TEST(output_flows_as_it_is_taken)
{
	static const char zeros[PAR_FRAME_MAX];
	struct guest g;
	struct seen w;
	struct lpar_run *run = begin(&g, &streamed, &w);

	answer(&g);
	for (int i = 0; i < 40; i++) {
		guest_put(&g, g.stream, PAR_FRAME_STDOUT, zeros, sizeof(zeros));
		guest_say(&g);
		guest_read(&g);
	}
	ck_assert_uint_eq(w.bytes, 40 * sizeof(zeros));
	w.hold = true;
	for (int i = 0; i < 40 && !w.ended; i++) {
		guest_put(&g, g.stream, PAR_FRAME_STDOUT, zeros, sizeof(zeros));
		guest_say(&g);
		guest_read(&g);
	}
	ck_assert(w.ended == 1 && w.failed);
	done(&g, run);
}
END_TEST

START_TEST(an_lpar_that_goes_away)
{
	struct guest g;
	struct seen w;
	struct lpar_run *run = begin(&g, &kept, &w);

	lpar_channel_disconnected(g.c, NULL);
	ck_assert(w.ended == 1 && w.failed);
	ck_assert_uint_eq(lpar_run_write(run, "x", 1), 0);
	lpar_run_close(run);
	done(&g, run);
}
END_TEST

static Suite *agent_run_suite(void)
{
	Suite *s = suite_create("agent_run");
	TCase *t = tcase_create("agent_run");

	tcase_add_test(t, its_output_is_kept);
	tcase_add_test(t, one_that_says_too_much_is_given_up);
	tcase_add_loop_test(t, why_it_failed_is_its_last_line, 0, 3);
	tcase_add_test(t, a_long_complaint_keeps_its_end);
	tcase_add_test(t, input_waits_for_the_answer_and_for_credit);
	tcase_add_test(t, output_flows_as_it_is_taken);
	tcase_add_test(t, an_lpar_that_goes_away);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(agent_run_suite)
