/* SPDX-License-Identifier: Apache-2.0 */
/* A stream into a guest: see guest_port.h. */
#include "lpard/daemon/guest/guest_port.h"

#include <string.h>
#include <sys/socket.h>

/* One opening, from the loop to a worker and back; may outlive its port. */
struct opening {
	struct lpar_guest_port *port; /* NULL: freed meanwhile */
	enum lpar_guest_port_kind kind;
	struct hv *hv;
	char uuid[PAR_UUID_LEN];
	int fd;
	int result;
	struct par_error *err;
};

struct lpar_guest_port {
	const struct lpar_guest_place *place;
	const struct lpar_guest_port_ops *ops;
	void *user;
	enum lpar_guest_port_kind kind;
	struct opening *opening;
	int fd;
	struct par_source *source;
};

struct lpar_guest_port *lpar_guest_port_new(enum lpar_guest_port_kind kind,
					    const struct lpar_guest_place *place,
					    const struct lpar_guest_port_ops *ops, void *user)
{
	struct lpar_guest_port *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	*p = (struct lpar_guest_port){
		.place = place, .ops = ops, .user = user, .kind = kind, .fd = -1
	};
	return p;
}

void lpar_guest_port_close(struct lpar_guest_port *p)
{
	if (p->fd < 0)
		return;
	par_source_free(&p->source);
	close(p->fd);
	p->fd = -1;
}

void lpar_guest_port_free(struct lpar_guest_port **port)
{
	struct lpar_guest_port *p = *port;

	if (!p)
		return;
	*port = NULL;
	lpar_guest_port_close(p);
	if (p->opening)
		p->opening->port = NULL;
	free(p);
}

bool lpar_guest_port_is_open(const struct lpar_guest_port *p)
{
	return p->fd >= 0;
}

bool lpar_guest_port_opening(const struct lpar_guest_port *p)
{
	return p->opening != NULL;
}

static void on_port_ready(struct par_source *s, int fd, uint32_t events, void *user)
{
	struct lpar_guest_port *p = user;

	(void)s;
	(void)fd;
	p->ops->ready(events, p->user);
}

static void open_on_worker(void *user)
{
	struct opening *o = user;
	const struct hv_ops *ops = o->hv->ops;

	if (o->kind == LPAR_GUEST_PORT_CONSOLE)
		o->result = ops->console_open(o->hv, o->uuid, false, &o->fd, &o->err);
	else
		o->result = ops->channel_open(o->hv, o->uuid, &o->fd, &o->err);
}

static void port_opened(void *user)
{
	struct opening *o = user;
	struct lpar_guest_port *p = o->port;

	if (p)
		p->opening = NULL;
	if (p && o->result == 0)
		o->result = par_event_io(p->place->loop, o->fd, EPOLLIN, on_port_ready, p,
					 &p->source, &o->err);
	if (p && o->result == 0)
		p->fd = take_fd(&o->fd);
	if (o->fd >= 0)
		close(o->fd);
	if (p)
		p->ops->opened(o->result, o->err, p->user);
	par_error_free(&o->err);
	free(o);
}

int lpar_guest_port_open(struct lpar_guest_port *p)
{
	struct opening *o = calloc(1, sizeof(*o));

	if (!o)
		return -ENOMEM;
	*o = (struct opening){ .port = p, .kind = p->kind, .hv = p->place->hv, .fd = -1 };
	o->result = -ECANCELED; /* unless a worker comes to it */
	snprintf(o->uuid, sizeof(o->uuid), "%s", p->place->uuid);
	if (p->place->ops->run(open_on_worker, port_opened, o, p->place->user) < 0) {
		free(o);
		return -ENOMEM;
	}
	p->opening = o;
	return 0;
}

ssize_t lpar_guest_port_read(struct lpar_guest_port *p, void *data, size_t size)
{
	ssize_t n = recv(p->fd, data, size, MSG_DONTWAIT);

	if (n > 0)
		return n;
	return n < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : -EPIPE;
}

size_t lpar_guest_port_write(struct lpar_guest_port *p, const void *data, size_t len)
{
	ssize_t n = len ? send(p->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;

	return n > 0 ? (size_t)n : 0;
}

void lpar_guest_port_watch(struct lpar_guest_port *p, uint32_t events)
{
	if (p->source)
		(void)par_source_events(p->source, events ? events : (uint32_t)EPOLLET);
}
