/* SPDX-License-Identifier: Apache-2.0 */
/* The agent of an LPAR: see link.h. */
#include "lpard/daemon/guest/agent_link.h"

#include "lpard/common/log.h"
#include "lpard/common/str.h"
#include "lpard/daemon/guest/console.h"

#include <string.h>
#include <sys/socket.h>

#define RETRY_MIN_MS 500
#define RETRY_MAX_MS 10000

struct lpar_agent_link_wait {
	struct lpar_agent_link_wait *next;
	struct lpar_agent_link *link;
	struct par_source *timer;
	lpar_agent_link_fn fn;
	void *user;
};

struct lpar_agent_link {
	struct lpar_lpar *entry;
	struct lpar_channel *channel; /* NULL: was not needed so far */
	int fd;
	struct par_source *source;
	struct par_source *timer; /* the channel's deadline, or the next try */
	bool opening;
	bool free_when_open;
	char os_version[400]; /* as shown, while it is up */
	char *why_closed;     /* why the port could not be opened the last time; NULL: it could */
	uint64_t retry_ms;
	uint64_t retry_at; /* 0: no try is due */
	struct lpar_agent_link_wait *waits;
};

struct opening {
	struct lpar_agent_link *link;
	struct lpar_managed *host;
	char uuid[PAR_UUID_LEN];
	int fd;
	int result;
	char *message;
};

struct lpar_agent_link *lpar_agent_link_new(struct lpar_lpar *e)
{
	struct lpar_agent_link *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->entry = e;
	l->fd = -1;
	l->retry_ms = RETRY_MIN_MS;
	return l;
}

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

/* Takes @why.  Each reason is logged once, however often the port is tried. */
static void set_why_closed(struct lpar_agent_link *l, char *why)
{
	if (why && !par_streq(why, l->why_closed))
		par_log(PAR_LOG_NOTICE, "lpar=%s %s", l->entry->part->name, why);
	free(l->why_closed);
	l->why_closed = why;
}

struct lpar_channel *lpar_agent_link_channel(struct lpar_agent_link *l)
{
	return l->channel;
}

static bool wanted(const struct lpar_agent_link *l)
{
	return lpar_lpar_running(l->entry) && lpar_managed_up(l->entry->host);
}

/* One timer for both: when the channel wants to be woken, and when to open it again. */
static void arm(struct lpar_agent_link *l)
{
	uint64_t at = l->channel ? lpar_channel_deadline(l->channel) : UINT64_MAX;
	uint64_t now = par_now_ms();

	if (l->retry_at != 0 && l->retry_at < at)
		at = l->retry_at;
	if (l->timer)
		(void)par_source_timer(l->timer, at == UINT64_MAX ? UINT64_MAX
						 : at > now	  ? at - now
								  : 0);
}

static void rewatch(struct lpar_agent_link *l)
{
	const void *data;

	if (l->source)
		(void)par_source_events(l->source, lpar_channel_output(l->channel, &data) > 0
							   ? EPOLLIN | EPOLLOUT
							   : EPOLLIN);
	arm(l);
}

static void call_waits(struct lpar_agent_link *l, bool up)
{
	while (l->waits) {
		struct lpar_agent_link_wait *w = l->waits;

		l->waits = w->next;
		par_source_free(&w->timer);
		w->fn(up, w->user);
		free(w);
	}
}

static void close_stream(struct lpar_agent_link *l, const char *why)
{
	if (l->fd < 0)
		return;
	par_source_free(&l->source);
	close(l->fd);
	l->fd = -1;
	lpar_channel_disconnected(l->channel, why);
}

/* "Linux/Debian 13 6.12.5": the name without its edition, the version, the kernel */
static void make_os_version(struct lpar_agent_link *l, const struct lpar_agent_info *info)
{
	char name[sizeof(info->os_name)];

	snprintf(name, sizeof(name), "%s", info->os_name);
	name[strcspn(name, " ")] = '\0';
	snprintf(l->os_version, sizeof(l->os_version), "Linux/%s %s %s", *name ? name : "Linux",
		 info->os_version, info->kernel);
	/* A guest's words: they must not look like another attribute. */
	for (char *p = l->os_version; *p; p++) {
		if (*p == ',' || *p == '"' || *p == '=')
			*p = ' ';
	}
}

/* The channel's callbacks */

static void on_output(void *user)
{
	rewatch(user);
}

static void on_state(enum lpar_channel_state state, void *user)
{
	struct lpar_agent_link *l = user;
	struct lpar_lpar *e = l->entry;
	const struct lpar_agent_info *info = lpar_agent_link_info(l);

	if (state == LPAR_CHANNEL_UP && info) {
		l->retry_ms = RETRY_MIN_MS;
		make_os_version(l, info);
		par_log(PAR_LOG_INFO, "lpar=%s agent %s is connected: %s, kernel %s", e->part->name,
			info->agent, info->os_name, info->kernel);
		if (e->console)
			lpar_console_agent(e->console);
		call_waits(l, true);
	} else if (state != LPAR_CHANNEL_UP) {
		par_log(PAR_LOG_DEBUG, "lpar=%s agent is not connected", e->part->name);
	}
	if (e->console)
		lpar_console_sync(e->console);
}

static const struct lpar_channel_ops channel_ops = {
	.output = on_output,
	.state = on_state,
};

static void on_channel(struct par_source *s, int fd, uint32_t events, void *user)
{
	struct lpar_agent_link *l = user;
	char bytes[65536];
	const void *data;
	size_t len;
	ssize_t n;

	(void)s;
	if (events & EPOLLOUT) {
		len = lpar_channel_output(l->channel, &data);
		n = len ? send(fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;
		if (n > 0)
			lpar_channel_sent(l->channel, (size_t)n);
	}
	if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
		n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
		if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
			close_stream(l, NULL);
			lpar_agent_link_sync(l);
			return;
		}
		if (n > 0)
			lpar_channel_feed(l->channel, bytes, (size_t)n, par_now_ms());
	}
	rewatch(l);
}

static void open_work(void *user)
{
	struct opening *o = user;
	auto_error err = NULL;

	o->result = o->host->hv->ops->channel_open(o->host->hv, o->uuid, &o->fd, &err);
	if (err && err->msg)
		o->message = strdup(err->msg);
}

static void link_free_now(struct lpar_agent_link *l)
{
	par_source_free(&l->timer);
	if (l->channel)
		lpar_channel_free(&l->channel);
	free(l->why_closed);
	free(l);
}

static void opened(struct lpar_agent_link *l, struct opening *o)
{
	auto_error err = NULL;

	if (!wanted(l) || l->fd >= 0)
		return;
	if (par_event_io(o->host->daemon->loop, o->fd, EPOLLIN, on_channel, l, &l->source, &err) <
	    0)
		return;
	l->fd = take_fd(&o->fd);
	lpar_channel_connected(l->channel, par_now_ms());
	rewatch(l);
}

static void open_done(void *user)
{
	struct opening *o = user;
	struct lpar_agent_link *l = o->link;

	l->opening = false;
	if (l->free_when_open) {
		link_free_now(l);
	} else if (o->result == 0) {
		set_why_closed(l, NULL);
		opened(l, o);
	} else if (wanted(l)) {
		set_why_closed(l, take_ptr(o->message));
		lpar_agent_link_sync(l);
	}
	if (o->result == 0 && o->fd >= 0)
		close(o->fd);
	free(o->message);
	free(o);
}

static void attach(struct lpar_agent_link *l)
{
	struct opening *o = calloc(1, sizeof(*o));
	struct lpar_lpar *e = l->entry;

	l->retry_at = 0;
	if (!o)
		return;
	*o = (struct opening){ .link = l, .host = e->host, .fd = -1 };
	memcpy(o->uuid, e->uuid, sizeof(o->uuid));
	l->opening = true;
	if (lpar_managed_run(e->host, open_work, open_done, o) < 0) {
		l->opening = false;
		free(o);
	}
}

static void on_timer(struct par_source *s, void *user)
{
	struct lpar_agent_link *l = user;
	uint64_t now = par_now_ms();

	(void)s;
	if (l->channel && lpar_channel_deadline(l->channel) <= now)
		lpar_channel_tick(l->channel, now);
	if (l->retry_at != 0 && l->retry_at <= now && l->fd < 0 && !l->opening && wanted(l))
		attach(l);
	rewatch(l);
}

static bool prepare(struct lpar_agent_link *l)
{
	struct lpar_daemon *d = l->entry->host->daemon;

	if (!l->timer && par_event_timer(d->loop, UINT64_MAX, on_timer, l, &l->timer, NULL) < 0)
		return false;
	if (!l->channel &&
	    lpar_channel_new(&l->channel, l->entry->part->name, &channel_ops, l, NULL) < 0)
		return false;
	return true;
}

void lpar_agent_link_sync(struct lpar_agent_link *l)
{
	if (!wanted(l)) {
		l->retry_at = 0;
		l->retry_ms = RETRY_MIN_MS;
		set_why_closed(l, NULL);
		if (!lpar_lpar_running(l->entry)) {
			close_stream(l, NULL);
			call_waits(l, false);
		}
	} else if (l->fd < 0 && !l->opening && l->retry_at == 0 && prepare(l)) {
		/* The first try at once, then less and less often. */
		l->retry_at = par_now_ms() + (l->retry_ms == RETRY_MIN_MS ? 1 : l->retry_ms);
		l->retry_ms = l->retry_ms * 2 > RETRY_MAX_MS ? RETRY_MAX_MS : l->retry_ms * 2;
	}
	arm(l);
}

void lpar_agent_link_boot(struct lpar_agent_link *l)
{
	if (l->fd < 0)
		return;
	lpar_channel_disconnected(l->channel, NULL);
	lpar_channel_connected(l->channel, par_now_ms());
	rewatch(l);
}

void lpar_agent_link_free(struct lpar_agent_link **link)
{
	struct lpar_agent_link *l = *link;

	if (!l)
		return;
	*link = NULL;
	close_stream(l, NULL);
	call_waits(l, false);
	par_source_free(&l->timer);
	if (l->opening)
		l->free_when_open = true;
	else
		link_free_now(l);
}

static void wait_over(struct par_source *s, void *user)
{
	struct lpar_agent_link_wait *w = user, **at = &w->link->waits;

	(void)s;
	while (*at && *at != w)
		at = &(*at)->next;
	if (*at)
		*at = w->next;
	par_source_free(&w->timer);
	w->fn(false, w->user);
	free(w);
}

struct lpar_agent_link_wait *lpar_agent_link_when_up(struct lpar_agent_link *l, uint64_t timeout_ms,
						     lpar_agent_link_fn fn, void *user)
{
	struct lpar_agent_link_wait *w = NULL;

	if (!lpar_agent_link_up(l) && timeout_ms > 0 && lpar_lpar_running(l->entry))
		w = calloc(1, sizeof(*w));
	if (w && par_event_timer(l->entry->host->daemon->loop, timeout_ms, wait_over, w, &w->timer,
				 NULL) < 0) {
		free(w);
		w = NULL;
	}
	if (!w) {
		fn(lpar_agent_link_up(l), user);
		return NULL;
	}
	w->link = l;
	w->fn = fn;
	w->user = user;
	w->next = l->waits;
	l->waits = w;
	return w;
}

void lpar_agent_link_forget(struct lpar_agent_link *l, struct lpar_agent_link_wait *wait)
{
	struct lpar_agent_link_wait **at = &l->waits;

	while (*at && *at != wait)
		at = &(*at)->next;
	if (!*at)
		return;
	*at = wait->next;
	par_source_free(&wait->timer);
	free(wait);
}
