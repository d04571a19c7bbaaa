/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual terminal: see console.h. */
#include "lpard/daemon/guest/console.h"

#include "lpard/common/log.h"
#include "lpard/daemon/guest/agent_link.h"

#include <string.h>
#include <sys/socket.h>

#define HOLDER_MAX (256 * 1024) /* waiting for a slow terminal; then the console is not read */
#define INPUT_MAX                                                                      \
	(64 * 1024) /* typed and not taken by the guest; then the terminal is not read \
		     */
#define LOST_MS 700 /* after the stream ended: did libvirtd go, or was it stolen? */

struct lpar_console {
	struct lpar_lpar *entry;
	int fd;
	struct par_source *source;
	struct par_source *lost; /* timer */
	bool opening;
	bool free_when_open; /* the entry went meanwhile */
	int blocked_run;     /* not tried again in this run: another program has it */
	int boot_run;	     /* the run whose stages are followed */
	struct fw_stage stage;
	struct lpar_call *asking; /* for the terminal, while the console is being opened */
	struct lpar_upgraded *holder;
	struct par_buf input; /* from the holder to the guest */
};

struct opening {
	struct lpar_console *console;
	struct lpar_managed *host;
	char uuid[PAR_UUID_LEN];
	int run_id;
	int fd;
	int result;
	struct par_error *err;
};

struct lpar_console *lpar_console_new(struct lpar_lpar *e)
{
	struct lpar_console *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->entry = e;
	c->fd = -1;
	c->blocked_run = c->boot_run = -1;
	return c;
}

static void detach(struct lpar_console *c)
{
	par_source_free(&c->source);
	if (c->fd >= 0)
		close(c->fd);
	c->fd = -1;
	par_buf_clear(&c->input);
}

void lpar_console_free(struct lpar_console **console)
{
	struct lpar_console *c = *console;

	if (!c)
		return;
	*console = NULL;
	detach(c);
	par_source_free(&c->lost);
	lpar_upgraded_close(&c->holder);
	if (c->asking) {
		auto_error err = NULL;

		par_fail(&err, PAR_E_DISCONNECTED, 0, "The partition was removed.");
		lpar_call_fail(&c->asking, &err);
	}
	if (c->opening) {
		c->free_when_open = true;
		return;
	}
	par_buf_done(&c->input);
	free(c);
}

enum fw_stage_id lpar_console_stage(const struct lpar_console *c)
{
	return c->stage.now;
}

void lpar_console_boot(struct lpar_console *c)
{
	const struct fw_stage_info *info = fw_stage_info(FW_STAGE_POWER_ON);

	c->boot_run = c->entry->live.run_id;
	fw_stage_reset(&c->stage, FW_STAGE_POWER_ON);
	lpar_lpar_refcode(c->entry, info->refcode);
}

/* A stage was reached. */
static void stage_changed(struct lpar_console *c)
{
	const struct fw_stage_info *info = fw_stage_info(c->stage.now);

	par_log(PAR_LOG_DEBUG, "lpar=%s stage: %s", c->entry->part->name, info->meaning);
	lpar_lpar_refcode(c->entry, info->refcode);
}

void lpar_console_agent(struct lpar_console *c)
{
	if (c->stage.now == FW_STAGE_LOGIN)
		return;
	fw_stage_reset(&c->stage, FW_STAGE_LOGIN);
	stage_changed(c);
}

static void watch_stages(struct lpar_console *c, const char *data, size_t len)
{
	while (len > 0) {
		enum fw_stage_id before = c->stage.now;
		size_t n = fw_stage_feed(&c->stage, data, len);

		if (c->stage.now != before)
			stage_changed(c);
		data += n;
		len -= n;
	}
}

static void rewatch(struct lpar_console *c)
{
	uint32_t events = 0;

	if (!c->source)
		return;
	if (!c->holder || lpar_upgraded_pending(c->holder) < HOLDER_MAX)
		events |= EPOLLIN;
	if (c->input.len > 0)
		events |= EPOLLOUT;
	(void)par_source_events(c->source, events ? events : (uint32_t)EPOLLET);
}

/* Some time after the stream ended: if the LPAR still runs and can be asked, somebody took it. */
static void lost_for_good(struct par_source *s, void *user)
{
	struct lpar_console *c = user;
	struct lpar_lpar *e = c->entry;

	(void)s;
	par_source_free(&c->lost);
	if (c->fd >= 0 || !lpar_managed_up(e->host) || !lpar_lpar_running(e)) {
		lpar_console_sync(c);
		return;
	}
	c->blocked_run = e->live.run_id;
	if (c->holder) {
		par_log(PAR_LOG_NOTICE, "lpar=%s another program took the console", e->part->name);
		lpar_upgraded_close(&c->holder);
	}
}

static void stream_ended(struct lpar_console *c)
{
	detach(c);
	if (!c->lost && par_event_timer(c->entry->host->daemon->loop, LOST_MS, lost_for_good, c,
					&c->lost, NULL) < 0)
		c->blocked_run = c->entry->live.run_id;
}

static void write_input(struct lpar_console *c)
{
	ssize_t n;

	if (c->fd < 0 || c->input.len == 0)
		return;
	n = send(c->fd, c->input.data, c->input.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (n > 0)
		par_buf_drop(&c->input, (size_t)n);
	if (c->holder)
		lpar_upgraded_pause(c->holder, c->input.len >= INPUT_MAX);
}

static void on_console(struct par_source *s, int fd, uint32_t events, void *user)
{
	struct lpar_console *c = user;
	char data[16384];
	ssize_t n;

	(void)s;
	if (events & EPOLLOUT)
		write_input(c);
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
		n = recv(fd, data, sizeof(data), MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
			stream_ended(c);
			return;
		}
		if (n > 0) {
			if (c->holder)
				(void)lpar_upgraded_send(c->holder, data, (size_t)n);
			watch_stages(c, data, (size_t)n);
		}
	}
	rewatch(c);
}

/* The terminal's side. */

static void on_typed(void *user, const char *data, size_t len)
{
	struct lpar_console *c = user;

	/* Of an LPAR that is off nobody reads the keyboard. */
	if (c->fd < 0)
		return;
	(void)par_buf_put(&c->input, data, len);
	write_input(c);
	rewatch(c);
}

static void on_drained(void *user)
{
	rewatch(user);
}

static void on_closed(void *user)
{
	struct lpar_console *c = user;

	par_log(PAR_LOG_INFO, "lpar=%s terminal closed by its user", c->entry->part->name);
	c->holder = NULL;
	lpar_console_sync(c);
}

static const struct lpar_upgraded_ops holder_ops = {
	.data = on_typed,
	.drained = on_drained,
	.closed = on_closed,
};

static int already_open(struct par_error **err)
{
	return par_fail(err, PAR_E_ALREADY_OPEN, 0,
			"A terminal session is already open for this partition.");
}

static void asking_gone(struct lpar_call *call, void *user)
{
	struct lpar_console *c = user;

	(void)call;
	c->asking = NULL;
}

static void give_terminal(struct lpar_console *c, struct lpar_call *call)
{
	par_log(PAR_LOG_INFO, "peer=%u/%d lpar=%s terminal opened", (unsigned int)call->peer.uid,
		(int)call->peer.pid, c->entry->part->name);
	c->holder = lpar_call_upgrade(&call, NULL, &holder_ops, c);
}

void lpar_console_open_terminal(struct lpar_console *c, struct lpar_call *call)
{
	auto_error err = NULL;

	if (c->holder || c->asking) {
		already_open(&err);
		lpar_call_fail(&call, &err);
		return;
	}
	if (c->fd >= 0 || !lpar_lpar_running(c->entry) || !lpar_managed_up(c->entry->host)) {
		give_terminal(c, call);
		return;
	}
	c->asking = call;
	call->gone = asking_gone;
	call->gone_user = c;
	c->blocked_run = -1;
	lpar_console_sync(c);
}

bool lpar_console_close_terminal(struct lpar_console *c)
{
	bool had = c->holder != NULL;

	lpar_upgraded_close(&c->holder);
	lpar_console_sync(c);
	return had;
}

/* Attaching: a worker asks, the loop takes the stream. */

static void open_work(void *user)
{
	struct opening *o = user;

	o->result = o->host->hv->ops->console_open(o->host->hv, o->uuid, false, &o->fd, &o->err);
}

static void answer_asking(struct lpar_console *c, const struct opening *o)
{
	struct lpar_call *call = take_ptr(c->asking);
	auto_error err = NULL;

	if (!call)
		return;
	if (o->result == 0 || (o->err && o->err->id == PAR_E_WRONG_STATE)) {
		give_terminal(c, call);
		return;
	}
	if (o->err && o->err->id == PAR_E_BUSY)
		already_open(&err);
	else
		par_fail(&err, o->err ? o->err->id : PAR_E_SYSTEM, 0, "%s",
			 o->err && o->err->msg ? o->err->msg : "the console cannot be opened");
	lpar_call_fail(&call, &err);
}

static void open_done(void *user)
{
	struct opening *o = user;
	struct lpar_console *c = o->console;

	c->opening = false;
	if (c->free_when_open) {
		par_buf_done(&c->input);
		free(c);
		c = NULL;
	}
	if (o->result == 0 && c && c->fd < 0 &&
	    par_event_io(o->host->daemon->loop, o->fd, EPOLLIN, on_console, c, &c->source, NULL) ==
		    0)
		c->fd = take_fd(&o->fd);
	if (o->result == 0 && o->fd >= 0)
		close(o->fd);
	if (c && o->result < 0) {
		/* Once in a run is enough, except when it just stopped or the connection went. */
		if (lpar_managed_up(o->host))
			c->blocked_run = o->run_id;
		par_log(PAR_LOG_INFO, "lpar=%s console not attached: %s", c->entry->part->name,
			o->err && o->err->msg ? o->err->msg : "?");
	}
	if (c) {
		answer_asking(c, o);
		lpar_console_sync(c);
	}
	par_error_free(&o->err);
	free(o);
}

static void attach(struct lpar_console *c)
{
	struct opening *o = calloc(1, sizeof(*o));
	struct lpar_lpar *e = c->entry;

	if (!o)
		return;
	*o = (struct opening){ .console = c, .host = e->host, .run_id = e->live.run_id, .fd = -1 };
	memcpy(o->uuid, e->uuid, sizeof(o->uuid));
	c->opening = true;
	if (lpar_managed_run(e->host, open_work, open_done, o) < 0) {
		c->opening = false;
		free(o);
	}
}

void lpar_console_sync(struct lpar_console *c)
{
	struct lpar_lpar *e = c->entry;
	bool can = lpar_lpar_running(e) && lpar_managed_up(e->host);
	bool want = can && (c->holder || c->asking || !lpar_agent_link_up(e->link));

	if (!lpar_lpar_running(e)) {
		c->blocked_run = -1;
		c->stage = (struct fw_stage){ 0 };
	}
	if (want && c->fd < 0 && !c->opening && !c->lost && c->blocked_run != e->live.run_id)
		attach(c);
	else if (!want && can && c->fd >= 0)
		detach(c); /* (if it cannot be reached the stream's end will tell) */
	else
		rewatch(c);
}
