/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Consoles and channels as sockets: a pump on the event thread moves bytes between a libvirt stream
 * and one end of a socket pair; the caller has the other.
 *
 * libvirt's client takes whatever the server sends into memory without a limit, so the pump always
 * takes it out, and keeps at most INBOUND_MAX of what the caller does not read.
 */
#include "lpard/common/str.h"
#include "lpard/hypervisor/libvirt/internal.h"

#include <sys/socket.h>

#define INBOUND_MAX  (1024 * 1024)
#define OUTBOUND_MAX (64 * 1024)

struct hv_pump {
	struct hv_libvirt *h;
	struct hv_pump *next, **at; /* in h->pumps */
	virStreamPtr st;
	bool has_callback;
	bool lossy; /* a console: the oldest bytes may go */
	bool ended; /* the stream is gone; what is left is still given to the caller */
	int fd;
	int watch;
	struct par_buf inbound;	 /* from the guest */
	struct par_buf outbound; /* to the guest */
};

static void on_socket(int watch, int fd, int events, void *opaque);
static void on_stream(virStreamPtr st, int events, void *opaque);

/* Ends the stream, but not yet the socket. */
static void end_stream(struct hv_pump *p)
{
	if (p->has_callback)
		virStreamEventRemoveCallback(p->st);
	p->has_callback = false;
	if (!p->ended)
		virStreamAbort(p->st);
	p->ended = true;
	virResetLastError();
}

static void destroy(struct hv_pump *p)
{
	end_stream(p);
	if (p->watch >= 0)
		virEventRemoveHandle(p->watch);
	if (p->fd >= 0)
		close(p->fd);
	virStreamFree(p->st);
	par_buf_done(&p->inbound);
	par_buf_done(&p->outbound);
	if (p->at) {
		*p->at = p->next;
		if (p->next)
			p->next->at = p->at;
	}
	free(p);
}

static void update_events(struct hv_pump *p)
{
	int socket = VIR_EVENT_HANDLE_HANGUP | VIR_EVENT_HANDLE_ERROR;
	int stream = VIR_STREAM_EVENT_READABLE | VIR_STREAM_EVENT_ERROR | VIR_STREAM_EVENT_HANGUP;

	if (p->inbound.len > 0)
		socket |= VIR_EVENT_HANDLE_WRITABLE;
	if (p->outbound.len == 0 && !p->ended)
		socket |= VIR_EVENT_HANDLE_READABLE;
	else
		stream |= VIR_STREAM_EVENT_WRITABLE;
	virEventUpdateHandle(p->watch, socket);
	if (p->has_callback)
		virStreamEventUpdateCallback(p->st, stream);
}

/* Gives the caller what it takes.  Returns false when the caller is gone. */
static bool flush_inbound(struct hv_pump *p)
{
	while (p->inbound.len > 0) {
		ssize_t n = send(p->fd, p->inbound.data, p->inbound.len, MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		par_buf_drop(&p->inbound, (size_t)n);
	}
	return true;
}

/* Gives the guest what it takes.  Returns false when the stream is gone. */
static bool flush_outbound(struct hv_pump *p)
{
	while (p->outbound.len > 0) {
		int n = virStreamSend(p->st, p->outbound.data, p->outbound.len);

		if (n == -2)
			return true;
		if (n < 0)
			return false;
		par_buf_drop(&p->outbound, (size_t)n);
	}
	return true;
}

/* Takes what the guest sent.  Returns false when the stream is gone or must go. */
static bool receive(struct hv_pump *p)
{
	char chunk[16384];

	for (;;) {
		int n = virStreamRecv(p->st, chunk, sizeof(chunk));

		if (n == -2)
			return true;
		if (n <= 0)
			return false;
		if (p->inbound.len + (size_t)n > INBOUND_MAX) {
			if (!p->lossy)
				return false;
			par_buf_drop(&p->inbound, INBOUND_MAX / 2);
		}
		if (par_buf_put(&p->inbound, chunk, (size_t)n) < 0)
			return false;
		if (!flush_inbound(p))
			return false;
	}
}

/* Reads what the caller wrote.  Returns false when it closed its end. */
static bool read_socket(struct hv_pump *p)
{
	char chunk[OUTBOUND_MAX];
	ssize_t n = recv(p->fd, chunk, sizeof(chunk), 0);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	return n > 0 && par_buf_put(&p->outbound, chunk, (size_t)n) == 0;
}

/* After anything happened: the caller gets the rest of a dead stream, then end of file. */
static void settle(struct hv_pump *p, bool caller_there, bool stream_there)
{
	if (caller_there)
		caller_there = flush_inbound(p);
	if (!stream_there)
		end_stream(p);
	if (!caller_there || (p->ended && p->inbound.len == 0)) {
		destroy(p);
		return;
	}
	update_events(p);
}

static void on_stream(virStreamPtr st, int events, void *opaque)
{
	struct hv_pump *p = opaque;
	bool there = true;

	(void)st;
	if (events & (VIR_STREAM_EVENT_READABLE | VIR_STREAM_EVENT_HANGUP | VIR_STREAM_EVENT_ERROR))
		there = receive(p);
	if (there && (events & VIR_STREAM_EVENT_WRITABLE))
		there = flush_outbound(p);
	if (events & (VIR_STREAM_EVENT_HANGUP | VIR_STREAM_EVENT_ERROR))
		there = false;
	settle(p, true, there);
}

static void on_socket(int watch, int fd, int events, void *opaque)
{
	struct hv_pump *p = opaque;
	bool caller_there = true, stream_there = !p->ended;

	(void)watch;
	(void)fd;
	if (stream_there && (events & VIR_EVENT_HANDLE_READABLE)) {
		caller_there = read_socket(p);
		stream_there = flush_outbound(p);
	} else if (events & (VIR_EVENT_HANDLE_HANGUP | VIR_EVENT_HANDLE_ERROR)) {
		caller_there = false;
	}
	settle(p, caller_there, stream_there);
}

struct add {
	struct hv_pump *p;
	bool ok;
};

/* On the event thread: callbacks start here, so that nothing needs a lock. */
static void add_pump(void *arg)
{
	struct add *a = arg;
	struct hv_pump *p = a->p;
	struct hv_libvirt *h = p->h;

	p->watch = virEventAddHandle(p->fd, 0, on_socket, p, NULL);
	if (p->watch < 0)
		return;
	if (virStreamEventAddCallback(p->st, 0, on_stream, p, NULL) < 0)
		return;
	p->has_callback = true;
	p->next = h->pumps;
	p->at = &h->pumps;
	if (p->next)
		p->next->at = &p->next;
	h->pumps = p;
	update_events(p);
	a->ok = true;
}

static void destroy_pump(void *arg)
{
	destroy(arg);
}

void hv_pumps_end(void *arg)
{
	struct hv_libvirt *h = arg;

	for (struct hv_pump *p = h->pumps, *next; p; p = next) {
		next = p->next;
		settle(p, true, false);
	}
	/* Whoever still has something to read keeps it only while the connection lives. */
	while (h->pumps)
		destroy(h->pumps);
}

/* Takes @st over. */
static int start_pump(struct hv_libvirt *h, virStreamPtr st, bool lossy, int *ret_fd,
		      struct par_error **err)
{
	struct hv_pump *p = calloc(1, sizeof(*p));
	struct add add = { .p = p };
	int pair[2];

	if (!p || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0) {
		int saved = errno;

		virStreamAbort(st);
		virStreamFree(st);
		free(p);
		return par_fail(err, PAR_E_SYSTEM, saved, "could not make a socket");
	}
	*p = (struct hv_pump){ .h = h, .st = st, .lossy = lossy, .fd = pair[0], .watch = -1 };
	hv_loop_call(add_pump, &add);
	if (!add.ok) {
		hv_loop_call(destroy_pump, p);
		close(pair[1]);
		return par_fail(err, PAR_E_NO_MEMORY, 0, "could not watch a stream");
	}
	*ret_fd = pair[1];
	return 0;
}

enum stream_kind { CONSOLE, CONSOLE_STEAL, CHANNEL };

static int open_stream(struct hv_libvirt *h, virConnectPtr conn, const char *uuid,
		       enum stream_kind kind, int *ret_fd, struct par_error **err)
{
	auto_domain dom = NULL;
	auto_stream st = NULL;
	int r = hv_find(conn, uuid, &dom, err);

	if (r < 0)
		return r;
	if (virDomainIsActive(dom) == 0)
		return par_fail(err, PAR_E_WRONG_STATE, 0, "the LPAR \"%s\" is not activated",
				virDomainGetName(dom));
	st = virStreamNew(conn, VIR_STREAM_NONBLOCK);
	if (!st)
		return hv_fail(conn, err, "could not make a stream");
	if (kind == CHANNEL)
		r = virDomainOpenChannel(dom, HV_AGENT_PORT, st, 0);
	else
		r = virDomainOpenConsole(dom, NULL, st,
					 kind == CONSOLE_STEAL ? VIR_DOMAIN_CONSOLE_FORCE : 0);
	if (r < 0 && hv_last_code_is(VIR_ERR_OPERATION_FAILED))
		return par_fail(err, PAR_E_BUSY, 0, "the %s of the LPAR \"%s\" is in use",
				kind == CHANNEL ? "agent's channel" : "console",
				virDomainGetName(dom));
	if (r < 0)
		return hv_fail(conn, err, "could not open the %s of the LPAR \"%s\"",
			       kind == CHANNEL ? "agent's channel" : "console",
			       virDomainGetName(dom));
	return start_pump(h, take_ptr(st), kind != CHANNEL, ret_fd, err);
}

static int open_call(struct hv *hv, const char *uuid, enum stream_kind kind, int *ret_fd,
		     struct par_error **err)
{
	struct hv_libvirt *h = hv_libvirt_of(hv);
	virConnectPtr conn;
	int r = hv_call_begin(h, &conn, err);

	if (r < 0)
		return r;
	r = open_stream(h, conn, uuid, kind, ret_fd, err);
	hv_call_end(h, conn);
	return r;
}

int hv_libvirt_console_open(struct hv *hv, const char *uuid, bool steal, int *ret_fd,
			    struct par_error **err)
{
	return open_call(hv, uuid, steal ? CONSOLE_STEAL : CONSOLE, ret_fd, err);
}

int hv_libvirt_channel_open(struct hv *hv, const char *uuid, int *ret_fd, struct par_error **err)
{
	return open_call(hv, uuid, CHANNEL, ret_fd, err);
}
