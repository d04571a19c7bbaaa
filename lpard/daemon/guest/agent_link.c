/* SPDX-License-Identifier: Apache-2.0 */
/* The agent of an LPAR: see agent_link.h. */
#include "lpard/daemon/guest/agent_link.h"

#include "lpard/common/log.h"
#include "lpard/common/str.h"
#include "lpard/daemon/guest/guest_port.h"

#include <string.h>

#define RETRY_MIN_MS 500
#define RETRY_MAX_MS 10000

/* A guest gets its address when its agent is there already, and may get another one later. */
#define ASK_MIN_MS 2000
#define ASK_MAX_MS 60000

struct lpar_agent_link {
	const struct lpar_guest_place *place;
	enum lpar_guest guest;
	struct lpar_guest_port *port;
	struct lpar_channel *channel; /* NULL: was not needed so far */
	struct par_source *timer;     /* the channel's deadline, or the next try */
	char os_version[400];	      /* as shown, while the agent is up */
	char *why_closed; /* why the port could not be opened the last time; NULL: it could */
	uint64_t retry_ms;
	uint64_t retry_at; /* 0: no try is due */
	uint64_t ask_ms;
	uint64_t
		ask_at; /* when the agent is asked for its facts again; 0: is being asked, not up */
	struct par_waiters waits;
};

bool lpar_agent_link_up(const struct lpar_agent_link *l)
{
	return l && l->channel && lpar_channel_state(l->channel) == LPAR_CHANNEL_UP;
}

const struct lpar_agent_info *lpar_agent_link_info(const struct lpar_agent_link *l)
{
	return lpar_agent_link_up(l) ? lpar_channel_info(l->channel) : NULL;
}

const char *lpar_agent_link_os_version(const struct lpar_agent_link *l)
{
	return lpar_agent_link_up(l) ? l->os_version : NULL;
}

const char *lpar_agent_link_why_closed(const struct lpar_agent_link *l)
{
	return l->why_closed;
}

/* Each reason is logged once, however often the port is tried.  @why may be NULL. */
static void set_why_closed(struct lpar_agent_link *l, const char *why)
{
	if (why && !par_streq(why, l->why_closed))
		par_log(PAR_LOG_NOTICE, "lpar=%s %s", lpar_guest_name(l->place), why);
	free(l->why_closed);
	l->why_closed = why ? strdup(why) : NULL;
}

struct lpar_channel *lpar_agent_link_channel(struct lpar_agent_link *l)
{
	return l->channel;
}

/* One timer for both: when the channel wants to be woken, and when to open it again. */
static void arm_agent_timer(struct lpar_agent_link *l)
{
	uint64_t at = l->channel ? lpar_channel_deadline(l->channel) : UINT64_MAX;
	uint64_t now = par_now_ms();

	if (!l->timer)
		return;
	if (l->retry_at != 0 && l->retry_at < at)
		at = l->retry_at;
	if (l->ask_at != 0 && l->ask_at < at)
		at = l->ask_at;
	if (at != UINT64_MAX)
		at = at > now ? at - now : 0;
	(void)par_source_timer(l->timer, at);
}

static void rewatch_agent(struct lpar_agent_link *l)
{
	const void *data;
	bool more = l->channel && lpar_channel_output(l->channel, &data) > 0;

	lpar_guest_port_watch(l->port, more ? EPOLLIN | EPOLLOUT : EPOLLIN);
	arm_agent_timer(l);
}

static void close_stream(struct lpar_agent_link *l)
{
	if (!lpar_guest_port_is_open(l->port))
		return;
	lpar_guest_port_close(l->port);
	lpar_channel_disconnected(l->channel, NULL);
}

/* One blank where there are several, none at the end. */
static void squeeze_blanks(char *text)
{
	char *to = text;

	for (const char *s = text; *s; s++) {
		if (*s != ' ' || (to > text && to[-1] != ' '))
			*to++ = *s;
	}
	if (to > text && to[-1] == ' ')
		to--;
	*to = '\0';
}

/* "Linux/Debian 13 6.12.5": the name without its edition, the version, the kernel */
static void make_os_version(struct lpar_agent_link *l, const struct lpar_agent_info *info)
{
	char name[sizeof(info->os_name)];

	snprintf(name, sizeof(name), "%s", info->os_name);
	name[strcspn(name, " ")] = '\0';
	snprintf(l->os_version, sizeof(l->os_version), "Linux/%s %s %s", *name ? name : "Linux",
		 info->os_version, info->kernel);
	/* A guest's words must not look like another attribute. */
	for (char *p = l->os_version; *p; p++) {
		if (*p == ',' || *p == '"' || *p == '=')
			*p = ' ';
	}
	squeeze_blanks(l->os_version);
}

/* The facts of the hello become old: the agent is asked again, less and less often. */

static void ask_later(struct lpar_agent_link *l)
{
	l->ask_at = par_now_ms() + l->ask_ms;
	l->ask_ms = l->ask_ms * 2 > ASK_MAX_MS ? ASK_MAX_MS : l->ask_ms * 2;
}

static void on_facts(struct lpar_stream *s, struct json_object *parameters, void *user)
{
	struct lpar_agent_link *l = user;

	(void)s;
	lpar_channel_facts(l->channel, parameters);
	make_os_version(l, lpar_channel_info(l->channel));
}

static void on_facts_ended(struct lpar_stream *s, const struct par_error *err, void *user)
{
	(void)s;
	(void)err; /* an agent that does not answer is asked again; one that is gone says hello */
	if (lpar_agent_link_up(user))
		ask_later(user);
}

static const struct lpar_stream_ops facts_ops = {
	.replied = on_facts,
	.ended = on_facts_ended,
};

static void ask_facts(struct lpar_agent_link *l)
{
	struct lpar_stream *s;

	l->ask_at = 0;
	if (lpar_agent_link_up(l) &&
	    lpar_stream_open(l->channel, "org.lpard.agent.Info", NULL, &facts_ops, l, &s, NULL) < 0)
		ask_later(l);
}

/* The channel's callbacks */

static void on_channel_output(void *user)
{
	rewatch_agent(user);
}

static void on_channel_state(enum lpar_channel_state state, void *user)
{
	struct lpar_agent_link *l = user;
	const struct lpar_agent_info *info = lpar_agent_link_info(l);

	if (state != LPAR_CHANNEL_UP || !info) {
		l->ask_at = 0;
		par_log(PAR_LOG_DEBUG, "lpar=%s agent is not connected", lpar_guest_name(l->place));
		l->place->ops->agent(false, l->place->user);
		return;
	}
	l->retry_ms = RETRY_MIN_MS;
	l->ask_ms = ASK_MIN_MS;
	ask_later(l);
	make_os_version(l, info);
	par_log(PAR_LOG_INFO, "lpar=%s agent %s is connected: %s, kernel %s",
		lpar_guest_name(l->place), info->agent, info->os_name, info->kernel);
	l->place->ops->agent(true, l->place->user);
	par_waiters_wake(&l->waits);
}

static const struct lpar_channel_ops channel_ops = {
	.output = on_channel_output,
	.state = on_channel_state,
};

/* The next try to open the channel: at once, then less and less often. */
static void schedule(struct lpar_agent_link *l)
{
	bool first = l->retry_ms == RETRY_MIN_MS;

	l->retry_at = par_now_ms() + (first ? 1 : l->retry_ms);
	l->retry_ms = l->retry_ms * 2 > RETRY_MAX_MS ? RETRY_MAX_MS : l->retry_ms * 2;
}

static void open_channel(struct lpar_agent_link *l)
{
	l->retry_at = 0;
	if (lpar_guest_port_open(l->port) < 0)
		schedule(l);
}

static void on_agent_timer(struct par_source *s, void *user)
{
	struct lpar_agent_link *l = user;
	uint64_t now = par_now_ms();

	(void)s;
	if (l->channel && lpar_channel_deadline(l->channel) <= now)
		lpar_channel_tick(l->channel, now);
	if (l->ask_at != 0 && l->ask_at <= now)
		ask_facts(l);
	if (l->retry_at != 0 && l->retry_at <= now && l->guest == LPAR_GUEST_RUNNING &&
	    !lpar_guest_port_is_open(l->port) && !lpar_guest_port_opening(l->port))
		open_channel(l);
	rewatch_agent(l);
}

static bool prepare(struct lpar_agent_link *l)
{
	if (!l->timer &&
	    par_event_timer(l->place->loop, UINT64_MAX, on_agent_timer, l, &l->timer, NULL) < 0)
		return false;
	if (!l->channel &&
	    lpar_channel_new(&l->channel, lpar_guest_name(l->place), &channel_ops, l, NULL) < 0)
		return false;
	return true;
}

/* Bring the channel in line with what the guest is. */
static void review_agent(struct lpar_agent_link *l)
{
	switch (l->guest) {
	case LPAR_GUEST_OFF:
	case LPAR_GUEST_UNREACHABLE:
		l->retry_at = 0;
		l->retry_ms = RETRY_MIN_MS;
		set_why_closed(l, NULL);
		if (l->guest == LPAR_GUEST_UNREACHABLE)
			break;
		close_stream(l);
		par_waiters_wake(&l->waits); /* in vain: the agent is not up */
		break;
	case LPAR_GUEST_RUNNING:
		if (!lpar_guest_port_is_open(l->port) && !lpar_guest_port_opening(l->port) &&
		    l->retry_at == 0 && prepare(l))
			schedule(l);
		break;
	}
	arm_agent_timer(l);
}

/* The port's callbacks */

static void on_agent_port_opened(int result, const struct par_error *err, void *user)
{
	struct lpar_agent_link *l = user;

	if (l->guest != LPAR_GUEST_RUNNING) {
		lpar_guest_port_close(l->port);
		return;
	}
	set_why_closed(l, err ? err->msg : NULL);
	if (result < 0) {
		review_agent(l);
		return;
	}
	lpar_channel_connected(l->channel, par_now_ms());
	rewatch_agent(l);
}

static void on_agent_port_ready(uint32_t events, void *user)
{
	struct lpar_agent_link *l = user;
	char bytes[65536];
	const void *data;
	ssize_t n;

	if (events & EPOLLOUT) {
		size_t len = lpar_channel_output(l->channel, &data);
		size_t taken = lpar_guest_port_write(l->port, data, len);

		if (taken > 0)
			lpar_channel_sent(l->channel, taken);
	}
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
		n = lpar_guest_port_read(l->port, bytes, sizeof(bytes));
		if (n < 0) {
			close_stream(l);
			review_agent(l);
			return;
		}
		if (n > 0)
			lpar_channel_feed(l->channel, bytes, (size_t)n, par_now_ms());
	}
	rewatch_agent(l);
}

static const struct lpar_guest_port_ops port_ops = {
	.opened = on_agent_port_opened,
	.ready = on_agent_port_ready,
};

struct lpar_agent_link *lpar_agent_link_new(const struct lpar_guest_place *place)
{
	struct lpar_agent_link *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->place = place;
	l->guest = LPAR_GUEST_OFF;
	l->retry_ms = RETRY_MIN_MS;
	par_waiters_init(&l->waits, place->loop);
	l->port = lpar_guest_port_new(LPAR_GUEST_PORT_AGENT, place, &port_ops, l);
	if (!l->port)
		lpar_agent_link_free(&l);
	return l;
}

void lpar_agent_link_free(struct lpar_agent_link **link)
{
	struct lpar_agent_link *l = *link;

	if (!l)
		return;
	l->guest = LPAR_GUEST_OFF;
	if (l->port)
		close_stream(l);
	par_waiters_done(&l->waits);
	par_source_free(&l->timer);
	if (l->channel)
		lpar_channel_free(&l->channel);
	lpar_guest_port_free(&l->port);
	free(l->why_closed);
	free(l);
	*link = NULL;
}

void lpar_agent_link_sync(struct lpar_agent_link *l, enum lpar_guest guest)
{
	l->guest = guest;
	if (l->channel)
		lpar_channel_rename(l->channel, lpar_guest_name(l->place));
	review_agent(l);
}

void lpar_agent_link_boot(struct lpar_agent_link *l)
{
	if (!lpar_guest_port_is_open(l->port))
		return;
	lpar_channel_disconnected(l->channel, NULL);
	lpar_channel_connected(l->channel, par_now_ms());
	rewatch_agent(l);
}

struct par_waiter *lpar_agent_link_when_up(struct lpar_agent_link *l, uint64_t timeout_ms,
					   par_waiter_fn fn, void *user)
{
	struct par_waiter *wait = NULL;

	if (!lpar_agent_link_up(l) && timeout_ms > 0 && l->guest != LPAR_GUEST_OFF)
		wait = par_waiters_add(&l->waits, timeout_ms, fn, user);
	if (!wait)
		(void)fn(PAR_WAKE_CHANGED, user);
	return wait;
}

void lpar_agent_link_forget(struct lpar_agent_link *l, struct par_waiter **wait)
{
	par_waiters_forget(&l->waits, wait);
}
