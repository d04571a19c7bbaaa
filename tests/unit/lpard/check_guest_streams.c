/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Consoles and agents' links over a hypervisor of this test's own, which opens socket pairs: work
 * for the workers runs when the test says so, so that every order can be had on purpose.
 */
/* size: one hypervisor, one owner and one client serve all cases */
#include "agent_end.h"
#include "harness.h"
#include "lpard/daemon/guest/agent_link.h"
#include "lpard/daemon/guest/console_priv.h"
#include "random.h"

#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

#define LIMIT_MS 20000

static struct par_event *loop;

/* Work that was asked for and has not run yet. */

struct job {
	par_work_fn work, done;
	void *user;
	bool worked;
};

static struct job jobs[64];
static size_t n_jobs;

static int on_run(par_work_fn work, par_work_fn done, void *work_user, void *user)
{
	(void)user;
	ck_assert_uint_lt(n_jobs, PAR_ARRAY_SIZE(jobs));
	jobs[n_jobs++] = (struct job){ .work = work, .done = done, .user = work_user };
	return 0;
}

static void work(void)
{
	for (size_t i = 0; i < n_jobs; i++) {
		if (!jobs[i].worked)
			jobs[i].work(jobs[i].user);
		jobs[i].worked = true;
	}
}

static void finish(void)
{
	work();
	while (n_jobs > 0) {
		struct job j = jobs[0];

		memmove(jobs, jobs + 1, --n_jobs * sizeof(jobs[0]));
		j.done(j.user);
	}
}

/* The hypervisor: the guest's ends of the streams are here; -1: closed. */

static int console_end = -1, agent_end = -1;
static enum par_error_id failure; /* what opening fails with; PAR_E_COUNT: it does not */
static unsigned int n_opened;

static int open_pair(int *guest_end, int *ret_fd, struct par_error **err)
{
	int pair[2];

	if (failure != PAR_E_COUNT)
		return par_fail(err, failure, 0, "refused on purpose");
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair),
			 0);
	if (*guest_end >= 0)
		close(*guest_end);
	*guest_end = pair[0];
	*ret_fd = pair[1];
	n_opened++;
	return 0;
}

static int console_open(struct hv *hv, const char *uuid, bool steal, int *ret_fd,
			struct par_error **err)
{
	(void)hv;
	ck_assert(!steal);
	ck_assert_str_eq(uuid, "some-uuid");
	return open_pair(&console_end, ret_fd, err);
}

static int channel_open(struct hv *hv, const char *uuid, int *ret_fd, struct par_error **err)
{
	(void)hv;
	ck_assert_str_eq(uuid, "some-uuid");
	return open_pair(&agent_end, ret_fd, err);
}

static const struct hv_ops ops = { .console_open = console_open, .channel_open = channel_open };
static struct hv hv = { .ops = &ops };

/* Whoever owns both: takes notes. */

static enum fw_stage_id stage;
static bool agent_up;
static unsigned int n_agent; /* changes */

static const char *on_name(void *user)
{
	(void)user;
	return "lp1";
}

static void on_stage(enum fw_stage_id now, void *user)
{
	(void)user;
	stage = now;
}

static void on_agent(bool up, void *user)
{
	(void)user;
	agent_up = up;
	n_agent++;
}

static const struct lpar_guest_ops guest_ops = {
	.name = on_name, .run = on_run, .stage = on_stage, .agent = on_agent
};
static struct lpar_guest_place place = { .hv = &hv, .uuid = "some-uuid", .ops = &guest_ops };
static struct lpar_console *console;
static struct lpar_agent_link *agent;

/* Stand-ins for server/: one client, who has or wants the terminal. */

struct lpar_upgraded {
	const struct lpar_upgraded_ops *ops;
	void *user;
};

static struct lpar_call call;
static struct lpar_upgraded terminal;
static bool has_terminal, client_gone;
static int answer = -1; /* 0: the terminal; else 1 + the error's kind; -1: none yet */
static size_t heard;	/* bytes of the console */

struct lpar_upgraded *lpar_call_upgrade(struct lpar_call **c, struct json_object *parameters,
					const struct lpar_upgraded_ops *o, void *user)
{
	ck_assert_ptr_eq(*c, &call);
	ck_assert_ptr_null(parameters);
	ck_assert_int_eq(answer, -1);
	call.gone = NULL;
	*c = NULL;
	answer = 0;
	if (client_gone)
		return NULL;
	terminal = (struct lpar_upgraded){ .ops = o, .user = user };
	has_terminal = true;
	return &terminal;
}

void lpar_call_fail(struct lpar_call **c, struct par_error **err)
{
	ck_assert_ptr_eq(*c, &call);
	ck_assert_int_eq(answer, -1);
	answer = 1 + (int)(*err)->id;
	call.gone = NULL;
	*c = NULL;
	par_error_free(err);
}

int lpar_upgraded_send(struct lpar_upgraded *raw, const void *data, size_t len)
{
	(void)data;
	ck_assert_ptr_eq(raw, &terminal);
	ck_assert(has_terminal);
	heard += len;
	return 0;
}

size_t lpar_upgraded_pending(const struct lpar_upgraded *raw)
{
	ck_assert_ptr_eq(raw, &terminal);
	ck_assert(has_terminal);
	return 0;
}

void lpar_upgraded_pause(struct lpar_upgraded *raw, bool pause)
{
	(void)pause;
	ck_assert_ptr_eq(raw, &terminal);
	ck_assert(has_terminal);
}

void lpar_upgraded_close(struct lpar_upgraded **raw)
{
	if (*raw)
		has_terminal = false;
	*raw = NULL;
}

static void ask_for_terminal(void)
{
	call = (struct lpar_call){ 0 };
	answer = -1;
	client_gone = false;
	lpar_console_open_terminal(console, &call);
}

static void client_goes(void)
{
	client_gone = true;
	if (call.gone)
		call.gone(&call, call.gone_user);
	call.gone = NULL;
	if (has_terminal) {
		has_terminal = false;
		terminal.ops->closed(terminal.user);
	}
}

/* Around each test */

static int descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(dir))
		n++;
	closedir(dir);
	return n;
}

static int descriptors_before;

static void setup(void)
{
	signal(SIGPIPE, SIG_IGN); /* as lpard does */
	descriptors_before = descriptors();
	ck_assert_int_eq(par_event_new(&loop, NULL), 0);
	place.loop = loop;
	n_jobs = n_opened = n_agent = 0;
	heard = 0;
	console_end = agent_end = -1;
	failure = PAR_E_COUNT;
	stage = FW_STAGE_NONE;
	agent_up = has_terminal = client_gone = false;
	answer = -1;
	call = (struct lpar_call){ 0 };
	console = lpar_console_new(&place);
	agent = lpar_agent_link_new(&place);
	ck_assert(console && agent);
}

static void close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Nothing stays: no descriptor, no call without an answer, no terminal without a console. */
static void teardown(void)
{
	lpar_console_free(&console);
	lpar_agent_link_free(&agent);
	finish();
	ck_assert(!has_terminal);
	ck_assert_ptr_null(call.gone);
	close_end(&console_end);
	close_end(&agent_end);
	par_event_free(&loop);
	ck_assert_int_eq(descriptors(), descriptors_before);
}

static void turn(void)
{
	ck_assert_int_ge(par_event_run_once(loop, 2), 0);
}

#define until(condition)                                                                     \
	do {                                                                                 \
		uint64_t until_end_ms = par_now_ms() + LIMIT_MS;                             \
		while (!(condition)) {                                                       \
			ck_assert_msg(par_now_ms() < until_end_ms, "never: %s", #condition); \
			turn();                                                              \
		}                                                                            \
	} while (0)

static void guest_says(const char *text)
{
	ck_assert_int_eq(write(console_end, text, strlen(text)), (ssize_t)strlen(text));
}

/* Was our end closed? */
static bool ended(int fd)
{
	char bytes[4096];
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		;
	return n == 0;
}

static void sync_console(enum lpar_guest guest, int run_id, bool stages)
{
	lpar_console_sync(console, guest, run_id, stages);
}

START_TEST(stages_of_a_boot)
{
	sync_console(LPAR_GUEST_RUNNING, 1, true);
	lpar_console_boot(console);
	ck_assert_int_eq(stage, FW_STAGE_POWER_ON);
	finish();
	guest_says("[    0.000000] Linux version 6.12.0-powerpc64le\r\n");
	until(stage == FW_STAGE_KERNEL);
	lpar_console_agent(console);
	ck_assert_int_eq(stage, FW_STAGE_LOGIN);
	ck_assert_int_eq(lpar_console_stage(console), FW_STAGE_LOGIN);
	sync_console(LPAR_GUEST_RUNNING, 1, false);
	ck_assert(ended(console_end));
	sync_console(LPAR_GUEST_OFF, -1, true);
	ck_assert_int_eq(lpar_console_stage(console), FW_STAGE_NONE);
	ck_assert_uint_eq(n_opened, 1);
}
END_TEST

/* An LPAR without an agent: nobody needs the console when the boot has ended. */
static const struct {
	const char *says;
	enum fw_stage_id stage;
} ends[] = {
	{ "[    0.000000] Linux version 6.12.0\r\n\r\nDebian GNU/Linux 13 lp1 hvc0\r\n\r\nlp1 login: ",
	  FW_STAGE_LOGIN },
	{ "Kernel panic - not syncing: on purpose\r\n", FW_STAGE_PANIC },
	{ "\r\n\r\nSLOF\033[0m\033[?25l ****\r\n  Welcome to Open Firmware\r\nReady! \r\n0 > ",
	  FW_STAGE_PROMPT },
};

START_TEST(let_go)
{
	sync_console(LPAR_GUEST_RUNNING, 1, true);
	lpar_console_boot(console);
	finish();
	guest_says(ends[_i].says);
	until(stage == ends[_i].stage);
	ck_assert(ended(console_end));
	sync_console(LPAR_GUEST_RUNNING, 1, true);
	ck_assert_uint_eq(n_opened, 1);
	/* a terminal has it meanwhile, and a new boot is followed again */
	ask_for_terminal();
	finish();
	ck_assert_int_eq(answer, 0);
	client_goes();
	ck_assert(ended(console_end));
	lpar_console_boot(console);
	sync_console(LPAR_GUEST_RUNNING, 1, true);
	finish();
	ck_assert_uint_eq(n_opened, 3);
	ck_assert(!ended(console_end));
}
END_TEST

/* Nor when it says nothing that is known. */
START_TEST(out_of_patience)
{
	lpar_console_set_patience(console, 50);
	sync_console(LPAR_GUEST_RUNNING, 1, true);
	finish();
	guest_says("something else\r\n");
	until(ended(console_end));
	sync_console(LPAR_GUEST_RUNNING, 1, true);
	ck_assert_uint_eq(n_opened, 1);
	sync_console(LPAR_GUEST_OFF, -1, true);
	sync_console(LPAR_GUEST_RUNNING, 2, true);
	finish();
	ck_assert_uint_eq(n_opened, 2);
}
END_TEST

START_TEST(terminal_of_one_that_is_off)
{
	char typed[16] = "";

	ask_for_terminal();
	ck_assert_int_eq(answer, 0);
	ask_for_terminal();
	ck_assert_int_eq(answer, 1 + PAR_E_ALREADY_OPEN);
	terminal.ops->data(terminal.user, "lost", 4);
	sync_console(LPAR_GUEST_RUNNING, 1, false);
	finish();
	guest_says("login: ");
	until(heard == 7);
	terminal.ops->data(terminal.user, "root\r", 5);
	ck_assert_int_eq(read(console_end, typed, sizeof(typed)), 5);
	ck_assert_str_eq(typed, "root\r");
	/* It stays over a restart. */
	sync_console(LPAR_GUEST_OFF, -1, true);
	close_end(&console_end);
	sync_console(LPAR_GUEST_RUNNING, 2, false);
	until(n_jobs > 0);
	finish();
	guest_says("again");
	until(heard == 12);
	ck_assert(lpar_console_close_terminal(console));
	ck_assert(!lpar_console_close_terminal(console));
	ck_assert(ended(console_end));
}
END_TEST

/* What opening ends with, and what the one who asked for the terminal gets. */
static const struct {
	enum par_error_id failure;
	int answer;
} openings[] = {
	{ PAR_E_COUNT, 0 },
	{ PAR_E_WRONG_STATE, 0 }, /* it has just stopped: a terminal of one that is off */
	{ PAR_E_BUSY, 1 + PAR_E_ALREADY_OPEN },
	{ PAR_E_DISCONNECTED, 1 + PAR_E_DISCONNECTED },
	{ PAR_E_SYSTEM, 1 + PAR_E_SYSTEM },
};

START_TEST(asked_for_while_it_opens)
{
	sync_console(LPAR_GUEST_RUNNING, 1, false);
	ck_assert_uint_eq(n_jobs, 0);
	ask_for_terminal();
	ck_assert_int_eq(answer, -1);
	failure = openings[_i].failure;
	finish();
	ck_assert_int_eq(answer, openings[_i].answer);
}
END_TEST

START_TEST(caller_dies_while_it_opens)
{
	sync_console(LPAR_GUEST_RUNNING, 1, false);
	ask_for_terminal();
	if (_i > 0)
		work();
	client_goes();
	finish();
	ck_assert_int_eq(answer, -1);
	ck_assert(ended(console_end)); /* nobody wants it any more */
}
END_TEST

/* The LPAR is removed while a worker opens its streams. */
START_TEST(freed_while_it_opens)
{
	sync_console(LPAR_GUEST_RUNNING, 1, true);
	ask_for_terminal();
	lpar_agent_link_sync(agent, LPAR_GUEST_RUNNING);
	until(n_jobs == 2);
	if (_i > 0)
		work();
	lpar_console_free(&console);
	lpar_agent_link_free(&agent);
	ck_assert_int_eq(answer, 1 + PAR_E_DISCONNECTED);
	finish();
	ck_assert(ended(console_end) && ended(agent_end));
}
END_TEST

/* Another program takes the console: whoever has the terminal is told, after a while. */
START_TEST(stolen)
{
	sync_console(LPAR_GUEST_RUNNING, 1, false);
	ask_for_terminal();
	finish();
	close_end(&console_end);
	turn();
	ck_assert(has_terminal);
	until(!has_terminal);
	ck_assert_uint_eq(n_jobs, 0);
	/* Not again in this run, unless somebody asks for it. */
	sync_console(LPAR_GUEST_RUNNING, 1, true);
	ck_assert_uint_eq(n_jobs, 0);
	ask_for_terminal();
	finish();
	ck_assert_int_eq(answer, 0);
	sync_console(LPAR_GUEST_RUNNING, 2, true);
}
END_TEST

/* It stops and starts again at once: nobody took the console, whichever end is noticed first. */
START_TEST(restarted_at_once)
{
	sync_console(LPAR_GUEST_RUNNING, 1, false);
	ask_for_terminal();
	finish();
	if (_i == 0) {
		close_end(&console_end);
		for (int i = 0; i < 3; i++)
			turn();
	}
	sync_console(LPAR_GUEST_OFF, -1, true);
	sync_console(LPAR_GUEST_RUNNING, 2, true);
	if (_i > 0)
		close_end(&console_end);
	until(n_jobs > 0);
	finish();
	for (uint64_t end_ms = par_now_ms() + 900; par_now_ms() < end_ms;)
		turn();
	ck_assert(has_terminal);
	guest_says("login: ");
	until(heard == 7);
}
END_TEST

/* The stream ends because libvirtd went away: it is attached again when that is back. */
START_TEST(lost_with_the_connection)
{
	sync_console(LPAR_GUEST_RUNNING, 1, false);
	ask_for_terminal();
	finish();
	close_end(&console_end);
	sync_console(LPAR_GUEST_UNREACHABLE, 1, false);
	for (uint64_t end_ms = par_now_ms() + 900; par_now_ms() < end_ms;)
		turn();
	ck_assert(has_terminal);
	sync_console(LPAR_GUEST_RUNNING, 1, false);
	finish();
	guest_says("here");
	until(heard == 4);
}
END_TEST

/* Asked for just after the stream has ended: the answer does not wait for ever. */
START_TEST(asked_for_while_it_is_lost)
{
	sync_console(LPAR_GUEST_RUNNING, 1, true);
	finish();
	close_end(&console_end);
	for (int i = 0; i < 3; i++)
		turn();
	ask_for_terminal();
	ck_assert_int_eq(answer, -1);
	if (_i == 0) {
		until(n_jobs > 0);
		finish();
	} else {
		sync_console(LPAR_GUEST_OFF, -1, true);
	}
	ck_assert_int_eq(answer, 0);
}
END_TEST

/* The agent */

static enum par_wake woken; /* why the last waiter was called */
static unsigned int n_woken;

static bool on_wait(enum par_wake why, void *user)
{
	(void)user;
	woken = why;
	n_woken++;
	return false;
}

static void agent_says_hello(void)
{
	agent_end_hello(agent_end, turn);
}

static void agent_comes(void)
{
	lpar_agent_link_sync(agent, LPAR_GUEST_RUNNING);
	until(n_jobs > 0);
	finish();
	agent_says_hello();
	until(agent_up);
}

START_TEST(agent_comes_and_goes)
{
	ck_assert_ptr_null(lpar_agent_link_info(agent));
	agent_comes();
	ck_assert(lpar_agent_link_up(agent));
	ck_assert_str_eq(lpar_agent_link_info(agent)->agent, "9");
	ck_assert_str_eq(lpar_agent_link_info(agent)->ipaddr, "10.1.2.3");
	/* A guest's words do not look like another attribute. */
	ck_assert_str_eq(lpar_agent_link_os_version(agent), "Linux/Debian 13 6.12");
	/* The guest starts over within its run: hello again. */
	lpar_agent_link_boot(agent);
	ck_assert(!agent_up);
	agent_says_hello();
	until(agent_up);
	/* Its end, and the next try. */
	close_end(&agent_end);
	until(!agent_up);
	until(n_jobs > 0);
	finish();
	agent_says_hello();
	until(agent_up);
	lpar_agent_link_sync(agent, LPAR_GUEST_UNREACHABLE);
	ck_assert(lpar_agent_link_up(agent));
	lpar_agent_link_sync(agent, LPAR_GUEST_OFF);
	ck_assert(!agent_up);
	ck_assert(ended(agent_end));
}
END_TEST

START_TEST(agent_port_refused)
{
	failure = PAR_E_NOT_SUPPORTED;
	lpar_agent_link_sync(agent, LPAR_GUEST_RUNNING);
	until(n_jobs > 0);
	finish();
	ck_assert_str_eq(lpar_agent_link_why_closed(agent), "refused on purpose");
	failure = PAR_E_COUNT;
	until(n_jobs > 0);
	finish();
	ck_assert_ptr_null(lpar_agent_link_why_closed(agent));
	agent_says_hello();
	until(agent_up);
}
END_TEST

/* A channel that was opened for a guest that has stopped meanwhile is closed again. */
START_TEST(stopped_while_it_opens)
{
	lpar_agent_link_sync(agent, LPAR_GUEST_RUNNING);
	until(n_jobs > 0);
	work();
	lpar_agent_link_sync(agent, _i ? LPAR_GUEST_OFF : LPAR_GUEST_UNREACHABLE);
	finish();
	ck_assert(ended(agent_end));
	ck_assert_uint_eq(n_agent, 0);
}
END_TEST

START_TEST(waits_for_an_agent)
{
	struct par_waiter *wait;

	n_woken = 0;
	/* Of a guest that is off no agent comes. */
	ck_assert_ptr_null(lpar_agent_link_when_up(agent, 60000, on_wait, NULL));
	ck_assert_uint_eq(n_woken, 1);
	lpar_agent_link_sync(agent, LPAR_GUEST_RUNNING);
	ck_assert_ptr_null(lpar_agent_link_when_up(agent, 0, on_wait, NULL));
	ck_assert_uint_eq(n_woken, 2);
	ck_assert_ptr_nonnull(lpar_agent_link_when_up(agent, 20, on_wait, NULL));
	until(n_woken == 3);
	ck_assert_int_eq(woken, PAR_WAKE_TIMEOUT);
	wait = lpar_agent_link_when_up(agent, 60000, on_wait, NULL);
	lpar_agent_link_forget(agent, &wait);
	ck_assert_ptr_nonnull(lpar_agent_link_when_up(agent, 60000, on_wait, NULL));
	agent_comes();
	ck_assert_uint_eq(n_woken, 4);
	ck_assert_int_eq(woken, PAR_WAKE_CHANGED);
	ck_assert_ptr_null(lpar_agent_link_when_up(agent, 60000, on_wait, NULL));
	ck_assert_uint_eq(n_woken, 5);
	lpar_agent_link_boot(agent);
	ck_assert_ptr_nonnull(lpar_agent_link_when_up(agent, 60000, on_wait, NULL));
	lpar_agent_link_sync(agent, LPAR_GUEST_OFF);
	ck_assert_uint_eq(n_woken, 6);
	lpar_agent_link_sync(agent, LPAR_GUEST_RUNNING);
	ck_assert_ptr_nonnull(lpar_agent_link_when_up(agent, 60000, on_wait, NULL));
	lpar_agent_link_free(&agent);
	ck_assert_uint_eq(n_woken, 7);
	ck_assert_int_eq(woken, PAR_WAKE_END);
}
END_TEST

/* Whatever happens in whatever order; what must not stay is looked for by teardown(). */
static void random_deed(struct test_random *rnd, int *run)
{
	static const enum par_error_id failures[] = { PAR_E_COUNT, PAR_E_COUNT, PAR_E_BUSY,
						      PAR_E_DISCONNECTED, PAR_E_WRONG_STATE };
	enum lpar_guest guest = (enum lpar_guest)test_random(rnd, 3);

	switch (test_random(rnd, 10)) {
	case 0:
	case 1:
		*run += guest == LPAR_GUEST_OFF;
		lpar_agent_link_sync(agent, guest);
		sync_console(guest, guest == LPAR_GUEST_OFF ? -1 : *run, test_random(rnd, 2));
		break;
	case 2:
		if (!has_terminal && !call.gone)
			ask_for_terminal();
		break;
	case 3:
		client_goes();
		break;
	case 4:
		failure = failures[test_random(rnd, PAR_ARRAY_SIZE(failures))];
		break;
	case 5:
		work();
		break;
	case 6:
		finish();
		break;
	case 7:
		close_end(test_random(rnd, 2) ? &console_end : &agent_end);
		break;
	case 8:
		lpar_console_boot(console);
		lpar_agent_link_boot(agent);
		break;
	default:
		if (console_end >= 0)
			(void)!write(console_end, "Linux version 6\r\n", 17);
		if (has_terminal)
			terminal.ops->data(terminal.user, "typed", 5);
		(void)lpar_console_close_terminal(console);
	}
}

START_TEST(random_orders)
{
	struct test_random rnd;
	int run = 1;

	test_random_begin(&rnd, (unsigned int)_i);
	for (int i = 0; i < 400; i++) {
		random_deed(&rnd, &run);
		if (test_random(&rnd, 3) == 0)
			ck_assert_int_ge(par_event_run_once(loop, 0), 0);
		test_random_assert(&rnd, !(has_terminal && call.gone));
	}
	/* It stops: who waits for the terminal gets an answer, at the latest now. */
	lpar_agent_link_sync(agent, LPAR_GUEST_OFF);
	sync_console(LPAR_GUEST_OFF, -1, true);
	finish();
	test_random_assert(&rnd, call.gone == NULL);
}
END_TEST

static Suite *guest_suite(void)
{
	Suite *s = suite_create("guest streams");
	TCase *t = tcase_create("guest streams");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, stages_of_a_boot);
	tcase_add_loop_test(t, let_go, 0, PAR_ARRAY_SIZE(ends));
	tcase_add_test(t, out_of_patience);
	tcase_add_test(t, terminal_of_one_that_is_off);
	tcase_add_loop_test(t, asked_for_while_it_opens, 0, (int)PAR_ARRAY_SIZE(openings));
	tcase_add_loop_test(t, caller_dies_while_it_opens, 0, 2);
	tcase_add_loop_test(t, freed_while_it_opens, 0, 2);
	tcase_add_test(t, stolen);
	tcase_add_loop_test(t, restarted_at_once, 0, 2);
	tcase_add_test(t, lost_with_the_connection);
	tcase_add_loop_test(t, asked_for_while_it_is_lost, 0, 2);
	tcase_add_test(t, agent_comes_and_goes);
	tcase_add_test(t, agent_port_refused);
	tcase_add_loop_test(t, stopped_while_it_opens, 0, 2);
	tcase_add_test(t, waits_for_an_agent);
	tcase_add_loop_test(t, random_orders, 1, 31);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(guest_suite)
