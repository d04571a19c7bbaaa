/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of consoles and agents' links share: see guest_streams.h. */
#include "guest_streams.h"

#include "agent_end.h"

#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>

struct guest_streams streams;

/* Work that was asked for and has not run yet. */

struct job {
	par_work_fn work, done;
	void *user;
	bool worked;
};

static struct job jobs[64];

static int on_run(par_work_fn work, par_work_fn done, void *work_user, void *user)
{
	(void)user;
	ck_assert_uint_lt(streams.n_jobs, PAR_ARRAY_SIZE(jobs));
	jobs[streams.n_jobs++] = (struct job){ .work = work, .done = done, .user = work_user };
	return 0;
}

void streams_work(void)
{
	for (size_t i = 0; i < streams.n_jobs; i++) {
		if (!jobs[i].worked)
			jobs[i].work(jobs[i].user);
		jobs[i].worked = true;
	}
}

void streams_finish(void)
{
	streams_work();
	while (streams.n_jobs > 0) {
		struct job j = jobs[0];

		memmove(jobs, jobs + 1, --streams.n_jobs * sizeof(jobs[0]));
		j.done(j.user);
	}
}

/* The hypervisor: the guest's ends of the streams are here; -1: closed. */

static int open_pair(int *guest_end, int *ret_fd, struct par_error **err)
{
	int pair[2];

	if (streams.failure != PAR_E_COUNT)
		return par_fail(err, streams.failure, 0, "refused on purpose");
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair),
			 0);
	if (*guest_end >= 0)
		close(*guest_end);
	*guest_end = pair[0];
	*ret_fd = pair[1];
	streams.n_opened++;
	return 0;
}

static int console_open(struct hv *hv, const char *uuid, bool steal, int *ret_fd,
			struct par_error **err)
{
	(void)hv;
	ck_assert(!steal);
	ck_assert_str_eq(uuid, "some-uuid");
	return open_pair(&streams.console_end, ret_fd, err);
}

static int channel_open(struct hv *hv, const char *uuid, int *ret_fd, struct par_error **err)
{
	(void)hv;
	ck_assert_str_eq(uuid, "some-uuid");
	return open_pair(&streams.agent_end, ret_fd, err);
}

static const struct hv_ops ops = { .console_open = console_open, .channel_open = channel_open };
static struct hv hv = { .ops = &ops };

/* Whoever owns both: takes notes. */

static const char *on_name(void *user)
{
	(void)user;
	return "lp1";
}

static void on_stage(enum fw_stage_id now, void *user)
{
	(void)user;
	streams.stage = now;
}

static void on_agent(bool up, void *user)
{
	(void)user;
	streams.agent_up = up;
	streams.n_agent++;
}

static const struct lpar_guest_ops guest_ops = {
	.name = on_name, .run = on_run, .stage = on_stage, .agent = on_agent
};
static struct lpar_guest_place place = { .hv = &hv, .uuid = "some-uuid", .ops = &guest_ops };

/* Stand-ins for server/: one client, who has or wants the terminal. */

static bool client_gone;

struct lpar_upgraded *lpar_call_upgrade(struct lpar_call **c, struct json_object *parameters,
					const struct lpar_upgraded_ops *o, void *user)
{
	ck_assert_ptr_eq(*c, &streams.call);
	ck_assert_ptr_null(parameters);
	ck_assert_int_eq(streams.answer, -1);
	streams.call.gone = NULL;
	*c = NULL;
	streams.answer = 0;
	if (client_gone)
		return NULL;
	streams.terminal = (struct lpar_upgraded){ .ops = o, .user = user };
	streams.has_terminal = true;
	return &streams.terminal;
}

void lpar_call_fail(struct lpar_call **c, struct par_error **err)
{
	ck_assert_ptr_eq(*c, &streams.call);
	ck_assert_int_eq(streams.answer, -1);
	streams.answer = 1 + (int)(*err)->id;
	streams.call.gone = NULL;
	*c = NULL;
	par_error_free(err);
}

int lpar_upgraded_send(struct lpar_upgraded *raw, const void *data, size_t len)
{
	(void)data;
	ck_assert_ptr_eq(raw, &streams.terminal);
	ck_assert(streams.has_terminal);
	streams.heard += len;
	return 0;
}

size_t lpar_upgraded_pending(const struct lpar_upgraded *raw)
{
	ck_assert_ptr_eq(raw, &streams.terminal);
	ck_assert(streams.has_terminal);
	return 0;
}

void lpar_upgraded_pause(struct lpar_upgraded *raw, bool pause)
{
	(void)pause;
	ck_assert_ptr_eq(raw, &streams.terminal);
	ck_assert(streams.has_terminal);
}

void lpar_upgraded_close(struct lpar_upgraded **raw)
{
	if (*raw)
		streams.has_terminal = false;
	*raw = NULL;
}

void streams_ask_for_terminal(void)
{
	streams.call = (struct lpar_call){ 0 };
	streams.answer = -1;
	client_gone = false;
	lpar_console_open_terminal(streams.console, &streams.call);
}

void streams_client_goes(void)
{
	client_gone = true;
	if (streams.call.gone)
		streams.call.gone(&streams.call, streams.call.gone_user);
	streams.call.gone = NULL;
	if (streams.has_terminal) {
		streams.has_terminal = false;
		streams.terminal.ops->closed(streams.terminal.user);
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

void streams_setup(void)
{
	signal(SIGPIPE, SIG_IGN); /* as lpard does */
	descriptors_before = descriptors();
	ck_assert_int_eq(par_event_new(&streams.loop, NULL), 0);
	place.loop = streams.loop;
	streams.n_jobs = streams.n_opened = streams.n_agent = 0;
	streams.heard = 0;
	streams.console_end = streams.agent_end = -1;
	streams.failure = PAR_E_COUNT;
	streams.stage = FW_STAGE_NONE;
	streams.agent_up = streams.has_terminal = client_gone = false;
	streams.answer = -1;
	streams.call = (struct lpar_call){ 0 };
	streams.console = lpar_console_new(&place);
	streams.agent = lpar_agent_link_new(&place);
	ck_assert(streams.console && streams.agent);
}

void streams_close_end(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Nothing stays: no descriptor, no call without an answer, no terminal without a console. */
void streams_teardown(void)
{
	lpar_console_free(&streams.console);
	lpar_agent_link_free(&streams.agent);
	streams_finish();
	ck_assert(!streams.has_terminal);
	ck_assert_ptr_null(streams.call.gone);
	streams_close_end(&streams.console_end);
	streams_close_end(&streams.agent_end);
	par_event_free(&streams.loop);
	ck_assert_int_eq(descriptors(), descriptors_before);
}

void streams_turn(void)
{
	ck_assert_int_ge(par_event_run_once(streams.loop, 2), 0);
}

void streams_guest_says(const char *text)
{
	ck_assert_int_eq(write(streams.console_end, text, strlen(text)), (ssize_t)strlen(text));
}

/* Was our end closed? */
bool streams_ended(int fd)
{
	char bytes[4096];
	ssize_t n;

	while ((n = read(fd, bytes, sizeof(bytes))) > 0)
		;
	return n == 0;
}

void streams_sync_console(enum lpar_guest guest, int run_id, bool stages)
{
	lpar_console_sync(streams.console, guest, run_id, stages);
}

void streams_agent_says_hello(void)
{
	agent_end_hello(streams.agent_end, streams_turn);
}
