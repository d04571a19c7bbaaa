/* SPDX-License-Identifier: Apache-2.0 */
/* The virtual terminal: see console.h. */
#include "lpard/daemon/guest/console_priv.h"

#include "lpard/common/log.h"
#include "lpard/daemon/guest/guest_port.h"

#define HOLDER_MAX (256 * 1024) /* waiting for a slow terminal; then the console is not read */
#define INPUT_MAX                                                                             \
	(64 * 1024)	   /* typed and not taken by the guest; then the terminal is not read \
			    */
#define PATIENCE_MS 120000 /* for the next stage of a boot; then the console is let go */
#define LOST_MS	    700	   /* after the stream ended: did libvirtd go, or was it stolen? */

struct lpar_console {
	const struct lpar_guest_place *place;
	enum lpar_guest guest;
	int run_id;
	bool stages;		     /* the boot is worth following */
	bool over;		     /* no stage is expected of this boot any more */
	struct par_source *patience; /* timer, for the next stage; NULL: none is waited for */
	uint64_t patience_ms;
	struct lpar_guest_port *port;
	struct par_source *lost; /* timer */
	int opening_run;	 /* the run in which the port was opened last */
	int blocked_run; /* the run in which another program has the console: not tried again; -1:
			    none */
	struct fw_stage stage;
	struct lpar_call *asking; /* for the terminal, while the console is being opened */
	struct lpar_upgraded *holder;
	struct par_buf input; /* from the holder to the guest */
};

static void detach(struct lpar_console *c)
{
	lpar_guest_port_close(c->port);
	par_buf_clear(&c->input);
}

enum fw_stage_id lpar_console_stage(const struct lpar_console *c)
{
	return c->stage.now;
}

/* Where a boot ends, or waits for somebody: then lpard needs the console no more, and others may
 * (virsh console). */
static bool is_last(enum fw_stage_id stage)
{
	const struct fw_stage_info *info = fw_stage_info(stage);

	return stage == FW_STAGE_LOGIN || info->error || stage == FW_STAGE_PROMPT ||
	       stage == FW_STAGE_BOOT_MENU;
}

static void review_console(struct lpar_console *c);

static void out_of_patience(struct par_source *s, void *user)
{
	struct lpar_console *c = user;

	(void)s;
	par_source_free(&c->patience);
	c->over = true;
	review_console(c);
}

static void wait_for_stage(struct lpar_console *c)
{
	if (c->patience)
		(void)par_source_timer(c->patience, c->patience_ms);
	else if (par_event_timer(c->place->loop, c->patience_ms, out_of_patience, c, &c->patience,
				 NULL) < 0)
		c->over = true; /* rather than hold it for ever */
}

static void stage_reached(struct lpar_console *c)
{
	c->over = is_last(c->stage.now);
	if (c->over)
		par_source_free(&c->patience);
	else
		wait_for_stage(c);
	par_log(PAR_LOG_DEBUG, "lpar=%s stage: %s", lpar_guest_name(c->place),
		fw_stage_info(c->stage.now)->meaning);
	c->place->ops->stage(c->stage.now, c->place->user);
}

void lpar_console_boot(struct lpar_console *c)
{
	fw_stage_reset(&c->stage, FW_STAGE_POWER_ON);
	stage_reached(c);
}

void lpar_console_agent(struct lpar_console *c)
{
	if (c->stage.now == FW_STAGE_LOGIN)
		return;
	fw_stage_reset(&c->stage, FW_STAGE_LOGIN);
	stage_reached(c);
}

static void watch_stages(struct lpar_console *c, const char *data, size_t len)
{
	while (len > 0) {
		enum fw_stage_id before = c->stage.now;
		size_t n = fw_stage_feed(&c->stage, data, len);

		if (c->stage.now != before)
			stage_reached(c);
		data += n;
		len -= n;
	}
}

static void rewatch_console(struct lpar_console *c)
{
	uint32_t events = 0;

	if (!c->holder || lpar_upgraded_pending(c->holder) < HOLDER_MAX)
		events |= EPOLLIN;
	if (c->input.len > 0)
		events |= EPOLLOUT;
	lpar_guest_port_watch(c->port, events);
}

static int already_open(struct par_error **err)
{
	return par_fail(err, PAR_E_ALREADY_OPEN, 0,
			"A terminal session is already open for this partition.");
}

static void give_terminal(struct lpar_console *c, struct lpar_call *call);

/* The console is open, or will not be: answer whoever waits for the terminal. */
static void answer_asking(struct lpar_console *c, int result, const struct par_error *why)
{
	struct lpar_call *call = take_ptr(c->asking);
	auto_error err = NULL;

	if (!call)
		return;
	if (result == 0 || (why && why->id == PAR_E_WRONG_STATE)) {
		give_terminal(c, call);
		return;
	}
	if (why && why->id == PAR_E_BUSY)
		already_open(&err);
	else
		par_fail(&err, why ? why->id : PAR_E_SYSTEM, 0, "%s",
			 why && why->msg ? why->msg : "the console cannot be opened");
	lpar_call_fail(&call, &err);
}

static void attach(struct lpar_console *c)
{
	c->opening_run = c->run_id;
	if (c->stages && !c->over && !c->patience)
		wait_for_stage(c); /* lpard was started after the guest */
	if (lpar_guest_port_open(c->port) < 0) {
		c->blocked_run = c->run_id;
		answer_asking(c, -ENOMEM, NULL);
	}
}

/* Bring the console in line with what the guest is and who wants it. */
static void review_console(struct lpar_console *c)
{
	bool can = c->guest == LPAR_GUEST_RUNNING;
	bool want = can && (c->holder || c->asking || (c->stages && !c->over));
	bool is_open = lpar_guest_port_is_open(c->port);

	if (c->guest == LPAR_GUEST_OFF) {
		par_source_free(&c->lost); /* that is why the stream ended */
		par_source_free(&c->patience);
		c->blocked_run = -1;
		c->over = false;
		c->stage = (struct fw_stage){ 0 };
	}
	/* Nothing is being opened that would answer: the terminal of a guest that is off is silent.
	 */
	if (!can && !lpar_guest_port_opening(c->port))
		answer_asking(c, 0, NULL);
	if (want && !is_open && !lpar_guest_port_opening(c->port) && !c->lost &&
	    c->blocked_run != c->run_id)
		attach(c);
	else if (!want && can && is_open)
		detach(c); /* (if it cannot be reached the stream's end will tell) */
	else
		rewatch_console(c);
}

void lpar_console_sync(struct lpar_console *c, enum lpar_guest guest, int run_id, bool stages)
{
	c->guest = guest;
	c->run_id = run_id;
	c->stages = stages;
	review_console(c);
}

/* Some time after the stream ended: if the LPAR still runs and can be asked, another program took
 * the console.
 */
static void lost_for_good(struct par_source *s, void *user)
{
	struct lpar_console *c = user;

	(void)s;
	par_source_free(&c->lost);
	if (lpar_guest_port_is_open(c->port) || c->guest != LPAR_GUEST_RUNNING || c->asking) {
		review_console(c);
		return;
	}
	c->blocked_run = c->run_id;
	if (!c->holder)
		return;
	par_log(PAR_LOG_NOTICE, "lpar=%s another program took the console",
		lpar_guest_name(c->place));
	lpar_upgraded_close(&c->holder);
}

static void stream_ended(struct lpar_console *c)
{
	detach(c);
	if (c->guest == LPAR_GUEST_OFF || c->opening_run != c->run_id) {
		review_console(c); /* the stream was that of a run that has ended */
		return;
	}
	if (!c->lost &&
	    par_event_timer(c->place->loop, LOST_MS, lost_for_good, c, &c->lost, NULL) < 0)
		c->blocked_run = c->run_id;
}

/* The terminal's side */

static void write_input(struct lpar_console *c)
{
	if (!lpar_guest_port_is_open(c->port) || c->input.len == 0)
		return;
	par_buf_drop(&c->input, lpar_guest_port_write(c->port, c->input.data, c->input.len));
	if (c->holder)
		lpar_upgraded_pause(c->holder, c->input.len >= INPUT_MAX);
}

static void on_typed(void *user, const char *data, size_t len)
{
	struct lpar_console *c = user;

	/* Nobody reads the keyboard of an LPAR that is off. */
	if (!lpar_guest_port_is_open(c->port))
		return;
	(void)par_buf_put(&c->input, data, len);
	write_input(c);
	rewatch_console(c);
}

static void on_terminal_drained(void *user)
{
	rewatch_console(user);
}

static void on_terminal_closed(void *user)
{
	struct lpar_console *c = user;

	par_log(PAR_LOG_INFO, "lpar=%s terminal closed by its user", lpar_guest_name(c->place));
	c->holder = NULL;
	review_console(c);
}

static const struct lpar_upgraded_ops holder_ops = {
	.data = on_typed,
	.drained = on_terminal_drained,
	.closed = on_terminal_closed,
};

static void give_terminal(struct lpar_console *c, struct lpar_call *call)
{
	par_log(PAR_LOG_INFO, "peer=%u/%d lpar=%s terminal opened", (unsigned int)call->peer.uid,
		(int)call->peer.pid, lpar_guest_name(c->place));
	c->holder = lpar_call_upgrade(&call, NULL, &holder_ops, c);
}

static void asking_gone(struct lpar_call *call, void *user)
{
	struct lpar_console *c = user;

	(void)call;
	c->asking = NULL;
}

void lpar_console_open_terminal(struct lpar_console *c, struct lpar_call *call)
{
	auto_error err = NULL;

	if (c->holder || c->asking) {
		already_open(&err);
		lpar_call_fail(&call, &err);
		return;
	}
	if (lpar_guest_port_is_open(c->port) || c->guest != LPAR_GUEST_RUNNING) {
		give_terminal(c, call);
		return;
	}
	c->asking = call;
	call->gone = asking_gone;
	call->gone_user = c;
	c->blocked_run = -1;
	review_console(c);
}

bool lpar_console_close_terminal(struct lpar_console *c)
{
	bool had = c->holder != NULL;

	lpar_upgraded_close(&c->holder);
	review_console(c);
	return had;
}

/* The guest's side */

static void on_console_opened(int result, const struct par_error *err, void *user)
{
	struct lpar_console *c = user;

	if (result < 0) {
		/* Once in a run is enough, unless the guest just stopped or the connection was
		 * lost. */
		if (c->guest != LPAR_GUEST_UNREACHABLE)
			c->blocked_run = c->opening_run;
		par_log(PAR_LOG_INFO, "lpar=%s console not attached: %s", lpar_guest_name(c->place),
			par_error_text(err));
	}
	answer_asking(c, result, err);
	review_console(c);
}

static void on_console_ready(uint32_t events, void *user)
{
	struct lpar_console *c = user;
	char data[16384];
	ssize_t n;

	if (events & EPOLLOUT)
		write_input(c);
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
		n = lpar_guest_port_read(c->port, data, sizeof(data));
		if (n < 0) {
			stream_ended(c);
			return;
		}
		if (n > 0 && c->holder)
			(void)lpar_upgraded_send(c->holder, data, (size_t)n);
		watch_stages(c, data, (size_t)n);
	}
	review_console(c);
}

static const struct lpar_guest_port_ops port_ops = {
	.opened = on_console_opened,
	.ready = on_console_ready,
};

struct lpar_console *lpar_console_new(const struct lpar_guest_place *place)
{
	struct lpar_console *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	c->place = place;
	c->guest = LPAR_GUEST_OFF;
	c->run_id = c->opening_run = c->blocked_run = -1;
	c->patience_ms = PATIENCE_MS;
	c->port = lpar_guest_port_new(LPAR_GUEST_PORT_CONSOLE, place, &port_ops, c);
	if (!c->port)
		lpar_console_free(&c);
	return c;
}

void lpar_console_free(struct lpar_console **console)
{
	struct lpar_console *c = *console;

	if (!c)
		return;
	*console = NULL;
	lpar_guest_port_free(&c->port);
	par_source_free(&c->lost);
	par_source_free(&c->patience);
	lpar_upgraded_close(&c->holder);
	if (c->asking) {
		auto_error err = NULL;

		par_fail(&err, PAR_E_DISCONNECTED, 0, "The partition was removed.");
		lpar_call_fail(&c->asking, &err);
	}
	par_buf_done(&c->input);
	free(c);
}

void lpar_console_set_patience(struct lpar_console *c, uint64_t ms)
{
	c->patience_ms = ms;
}
