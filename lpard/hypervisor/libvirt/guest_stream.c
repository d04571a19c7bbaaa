/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Consoles and channels as sockets: a pump moves bytes between a libvirt stream and one end of a
 * socket pair; the caller has the other.
 *
 * Two habits of libvirt shape the pump.  libvirt's client takes whatever the server sends into
 * memory, without a limit: so the pump always takes the bytes out, on the event thread, and keeps
 * at most INBOUND_MAX of what the caller does not read.  And libvirtd stops reading a connection
 * when a guest does not take what was sent to it; then sending blocks, and so does everything else
 * on that connection.  So each stream has a connection and a sending thread of its own, and a guest
 * can hold up nothing else.
 *
 * And libvirtd 11 loops for ever, deaf to all, when a guest ends while libvirtd still holds bytes
 * for it; an LPAR without an agent reads none.  So nothing is sent to a port that no program in the
 * guest has opened.
 */
#include "lpard/common/event.h"
#include "lpard/common/now.h"
#include "lpard/common/str.h"
#include "lpard/hypervisor/libvirt/libvirt_priv.h"
#include "lpard/hypervisor/libvirt/xml/xml.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define INBOUND_MAX  (1024 * 1024)
#define OUTBOUND_MAX 16384

#define READY_TRIES    100 /* to open a console of an LPAR that is being started */
#define BUSY_TRIES     40  /* to open one that is in use: whoever had it may be just leaving */
#define READY_PAUSE_US 50000

#define OVER_PAUSE_US 100000 /* see stream_turn.h */

#define HEARD_MS   1000 /* who said something that long ago listens still */
#define CLOSED_MIN 250	/* ms until a closed port is looked at again; doubles */
#define CLOSED_MAX 8000

struct hv_pump {
	struct hv_libvirt *h;
	struct hv_pump *next, **at; /* in h->pumps */
	virConnectPtr conn;
	virStreamPtr st;
	char uuid[VIR_UUID_STRING_BUFLEN];
	_Atomic uint64_t heard; /* when bytes came from the guest (par_now_ms); 0: never */
	bool has_callback;
	bool lossy; /* a console: the oldest bytes may go */
	bool ended; /* the stream is gone; what is left is still given to the caller */
	bool over;  /* and it was libvirtd that ended the stream */
	int fd;
	int watch;
	struct par_buf inbound; /* from the guest */

	pthread_mutex_t lock; /* what follows: shared with the sending thread */
	pthread_cond_t work;
	struct par_buf outbound; /* to the guest */
	bool sending;
	bool waiting; /* inbound is not empty */
	bool dead;    /* the sending thread cleans up and ends */
};

static void on_socket(int watch, int fd, int events, void *opaque);
static void on_stream(virStreamPtr st, int events, void *opaque);

/* Nothing more comes from the stream. */
static void end_stream(struct hv_pump *p)
{
	if (p->has_callback)
		virStreamEventRemoveCallback(p->st);
	p->has_callback = false;
	p->ended = true;
	virResetLastError();
}

/* Ends the pump; its thread, which may hang in a send, does the rest. */
static void pump_end(struct hv_pump *p)
{
	end_stream(p);
	if (p->at) {
		*p->at = p->next;
		if (p->next)
			p->next->at = p->at;
	}
	pthread_mutex_lock(&p->lock);
	if (p->watch >= 0)
		virEventRemoveHandle(p->watch);
	close(p->fd);
	p->dead = true;
	pthread_cond_signal(&p->work);
	pthread_mutex_unlock(&p->lock);
}

/* With p->lock held. */
static int socket_events(const struct hv_pump *p)
{
	int events = VIR_EVENT_HANDLE_HANGUP | VIR_EVENT_HANDLE_ERROR;

	if (p->waiting)
		events |= VIR_EVENT_HANDLE_WRITABLE;
	if (!p->sending && !p->ended)
		events |= VIR_EVENT_HANDLE_READABLE;
	return events;
}

static void update_events(struct hv_pump *p)
{
	pthread_mutex_lock(&p->lock);
	p->waiting = p->inbound.len > 0;
	virEventUpdateHandle(p->watch, socket_events(p));
	pthread_mutex_unlock(&p->lock);
}

static bool send_all(struct hv_pump *p, const char *data, size_t len)
{
	while (len > 0) {
		struct hv_turn turn;
		int n;

		hv_turn_take(&p->h->turns, &turn, p->uuid, HV_TURN_SENDS);
		n = virStreamSend(p->st, data, len);
		hv_turn_give(&p->h->turns, &turn);
		if (n == -2)
			usleep(10000);
		else if (n < 0)
			return false;
		else
			data += n, len -= (size_t)n;
	}
	return true;
}

static void pump_free(struct hv_pump *p)
{
	struct hv_libvirt *h = p->h;
	struct hv_turn turn;

	/* libvirtd tells that a stream is over before it has let go of the stream. */
	if (p->over)
		usleep(OVER_PAUSE_US);
	/*
	 * The end of its connection ends the stream.  Not virStreamAbort(): where libvirtd has just
	 * ended the stream itself it drops the request, and the answer is waited for for ever.
	 */
	hv_turn_take(&h->turns, &turn, p->uuid, HV_TURN_SENDS);
	virStreamFree(p->st);
	virConnectClose(p->conn);
	hv_turn_give(&h->turns, &turn);
	par_buf_done(&p->inbound);
	par_buf_done(&p->outbound);
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	free(p);
	hv_sender_ended(h);
}

static bool port_is_open(virConnectPtr conn, const char *uuid)
{
	auto_domain dom = virDomainLookupByUUIDString(conn, uuid);
	autofree char *xml = dom ? virDomainGetXMLDesc(dom, 0) : NULL;

	virResetLastError();
	return xml && hv_xml_port_is_open(xml, HV_AGENT_PORT);
}

/* Does anybody in the guest read what would be sent? */
static bool guest_listens(struct hv_pump *p)
{
	uint64_t heard = atomic_load(&p->heard);
	virConnectPtr conn;
	bool is_open;

	if (p->lossy || (heard != 0 && par_now_ms() - heard < HEARD_MS))
		return true;
	/* Not the stream's connection, which may be held up. */
	if (hv_call_begin(p->h, &conn, NULL) < 0)
		return false;
	is_open = port_is_open(conn, p->uuid);
	hv_call_end(p->h, conn);
	return is_open;
}

/* With p->lock held, which is given up meanwhile: returns when the guest listens, or false. */
static bool wait_until_listens(struct hv_pump *p)
{
	unsigned int pause_ms = CLOSED_MIN;
	struct timespec until;
	bool listens;

	for (;;) {
		pthread_mutex_unlock(&p->lock);
		listens = guest_listens(p);
		until = par_after_ms(CLOCK_REALTIME, pause_ms);
		pthread_mutex_lock(&p->lock);
		if (listens || p->dead)
			return listens && !p->dead;
		pthread_cond_timedwait(&p->work, &p->lock, &until);
		if (p->dead)
			return false;
		pause_ms = pause_ms * 2 > CLOSED_MAX ? CLOSED_MAX : pause_ms * 2;
	}
}

/* The sending thread of one stream. */
static void *sender(void *arg)
{
	struct hv_pump *p = arg;

	hv_thread_block_signals();
	pthread_mutex_lock(&p->lock);
	while (!p->dead) {
		struct par_buf b;
		bool sent;

		if (p->outbound.len == 0) {
			pthread_cond_wait(&p->work, &p->lock);
			continue;
		}
		if (!wait_until_listens(p))
			continue;
		b = p->outbound;
		p->outbound = (struct par_buf){ 0 };
		pthread_mutex_unlock(&p->lock);
		sent = send_all(p, b.data, b.len);
		par_buf_done(&b);
		pthread_mutex_lock(&p->lock);
		p->sending = false;
		if (p->dead)
			break;
		if (sent)
			virEventUpdateHandle(p->watch, socket_events(p));
		else
			shutdown(p->fd,
				 SHUT_RDWR); /* the event thread sees it, and ends the pump */
	}
	pthread_mutex_unlock(&p->lock);
	pump_free(p);
	return NULL;
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
		atomic_store(&p->heard, par_now_ms());
		pthread_mutex_lock(&p->lock);
		pthread_cond_signal(&p->work); /* who speaks listens */
		pthread_mutex_unlock(&p->lock);
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

/* Hands the caller's bytes to the sending thread.  False: the caller closed its end. */
static bool read_socket(struct hv_pump *p)
{
	char chunk[OUTBOUND_MAX];
	ssize_t n = recv(p->fd, chunk, sizeof(chunk), 0);
	bool put;

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n == 0)
		return false;
	pthread_mutex_lock(&p->lock);
	put = par_buf_put(&p->outbound, chunk, (size_t)n) == 0;
	p->sending = true;
	pthread_cond_signal(&p->work);
	pthread_mutex_unlock(&p->lock);
	return put;
}

/* After anything happened: the caller gets the rest of a dead stream, then end of file. */
static void settle(struct hv_pump *p, bool caller_there, bool stream_there)
{
	if (caller_there)
		caller_there = flush_inbound(p);
	if (!stream_there) {
		p->over = true;
		end_stream(p);
	}
	if (!caller_there || (p->ended && p->inbound.len == 0)) {
		pump_end(p);
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
	if (events & (VIR_STREAM_EVENT_HANGUP | VIR_STREAM_EVENT_ERROR))
		there = false;
	settle(p, true, there);
}

static void on_socket(int watch, int fd, int events, void *opaque)
{
	struct hv_pump *p = opaque;
	bool caller_there = true;

	(void)watch;
	(void)fd;
	if (!p->ended && (events & VIR_EVENT_HANDLE_READABLE)) {
		caller_there = read_socket(p);
	} else if (events & (VIR_EVENT_HANDLE_HANGUP | VIR_EVENT_HANDLE_ERROR)) {
		caller_there = false;
	}
	settle(p, caller_there, true);
}

struct add {
	struct hv_pump *p;
	bool ok;
};

/* On the event thread: callbacks start here, so that only the sender needs a lock. */
static void add_pump(void *arg)
{
	static const int wanted =
		VIR_STREAM_EVENT_READABLE | VIR_STREAM_EVENT_ERROR | VIR_STREAM_EVENT_HANGUP;
	struct add *a = arg;
	struct hv_pump *p = a->p;
	struct hv_libvirt *h = p->h;

	p->watch = virEventAddHandle(p->fd, 0, on_socket, p, NULL);
	if (p->watch < 0 || virStreamEventAddCallback(p->st, wanted, on_stream, p, NULL) < 0) {
		pump_end(p);
		return;
	}
	p->has_callback = true;
	p->next = h->pumps;
	p->at = &h->pumps;
	if (p->next)
		p->next->at = &p->next;
	h->pumps = p;
	update_events(p);
	a->ok = true;
}

void hv_pumps_end(void *arg)
{
	struct hv_libvirt *h = arg;

	for (struct hv_pump *p = h->pumps, *next; p; p = next) {
		next = p->next;
		settle(p, true, false);
	}
	/* A caller that still has bytes to read can read them only while the connection lives. */
	while (h->pumps)
		pump_end(h->pumps);
}

static int start_sender(struct hv_pump *p)
{
	struct hv_libvirt *h = p->h;
	pthread_attr_t attr;
	pthread_t thread;
	int r;

	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_attr_init(&attr);
	pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	pthread_mutex_lock(&h->lock);
	h->senders++;
	r = pthread_create(&thread, &attr, sender, p);
	if (r)
		h->senders--;
	pthread_mutex_unlock(&h->lock);
	pthread_attr_destroy(&attr);
	return r;
}

/* Takes over @conn and @st when all goes well. */
static int start_pump(struct hv_libvirt *h, virConnectPtr conn, virStreamPtr st, const char *uuid,
		      bool lossy, int *ret_fd, struct par_error **err)
{
	struct hv_pump *p = calloc(1, sizeof(*p));
	struct add add = { .p = p };
	int pair[2], r;

	if (!p || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) < 0) {
		int saved = errno;

		free(p);
		return par_fail(err, PAR_E_SYSTEM, saved, "could not make a socket");
	}
	p->h = h;
	p->conn = conn;
	p->st = st;
	snprintf(p->uuid, sizeof(p->uuid), "%s", uuid);
	p->lossy = lossy;
	p->fd = pair[0];
	p->watch = -1;
	r = start_sender(p);
	if (r) {
		close(pair[0]);
		close(pair[1]);
		free(p);
		return par_fail(err, PAR_E_SYSTEM, r, "could not start a thread");
	}
	hv_loop_call(add_pump, &add);
	if (!add.ok) /* the caller sees the end of file at once */
		virResetLastError();
	*ret_fd = pair[1];
	return 0;
}

enum stream_kind { CONSOLE, CONSOLE_STEAL, CHANNEL };

/*
 * libvirt's code for a stream that is in use is that of other failures, too.  An LPAR that is just
 * being started has no terminal yet; and what looks like in use can be what is left of the session
 * before, which libvirtd ends a moment after its client, or of another LPAR's that had the same
 * terminal.
 */
static bool failed_with(const char *words)
{
	const virError *e = virGetLastError();

	return e && e->code == VIR_ERR_OPERATION_FAILED && e->message && strstr(e->message, words);
}

static bool is_in_use(void)
{
	return failed_with("Active console session exists") ||
	       failed_with("Active channel stream exists");
}

/* Is it worth to try once more, after so many tries? */
static bool is_not_ready(int tries)
{
	if (failed_with("not yet assigned"))
		return tries < READY_TRIES;
	return is_in_use() && tries < BUSY_TRIES;
}

static int open_stream(virConnectPtr conn, const char *uuid, enum stream_kind kind,
		       virStreamPtr *ret, struct par_error **err)
{
	const char *what = kind == CHANNEL ? "agent's channel" : "console", *name;
	auto_domain dom = NULL;
	auto_stream st = NULL;
	int r = hv_find(conn, uuid, &dom, err);

	if (r < 0)
		return r;
	name = virDomainGetName(dom);
	if (virDomainIsActive(dom) == 0)
		return par_fail(err, PAR_E_WRONG_STATE, 0, "the LPAR \"%s\" is not activated",
				name);
	st = virStreamNew(conn, VIR_STREAM_NONBLOCK);
	if (!st)
		return hv_fail(conn, err, "could not make a stream");
	for (int tries = 1;; tries++) {
		if (kind == CHANNEL)
			r = virDomainOpenChannel(dom, HV_AGENT_PORT, st, 0);
		else
			r = virDomainOpenConsole(dom, NULL, st,
						 kind == CONSOLE_STEAL ? VIR_DOMAIN_CONSOLE_FORCE
								       : 0);
		if (r == 0 || !is_not_ready(tries))
			break;
		usleep(READY_PAUSE_US);
	}
	if (r < 0 && is_in_use())
		return par_fail(err, PAR_E_BUSY, 0, "the %s of the LPAR \"%s\" is in use", what,
				name);
	if (r < 0)
		return hv_fail(conn, err, "could not open the %s of the LPAR \"%s\"", what, name);
	*ret = take_ptr(st);
	return 0;
}

/* The pump owns the connection and the stream once it has started. */
static int open_pumped(struct hv_libvirt *h, virConnectPtr conn, const char *uuid,
		       enum stream_kind kind, int *ret_fd, struct par_error **err)
{
	virStreamPtr st = NULL;
	int r = open_stream(conn, uuid, kind, &st, err);

	if (r < 0)
		return r;
	r = start_pump(h, conn, st, uuid, kind != CHANNEL, ret_fd, err);
	if (r < 0)
		virStreamFree(st);
	return r;
}

static int open_call(struct hv *hv, const char *uuid, enum stream_kind kind, int *ret_fd,
		     struct par_error **err)
{
	struct hv_libvirt *h = hv_libvirt_of(hv);
	virConnectPtr main_conn, conn;
	struct hv_turn turn;
	int r = hv_call_begin(h, &main_conn, err);

	if (r < 0)
		return r;
	conn = hv_connection_new(h, err);
	if (kind == CONSOLE_STEAL)
		hv_turn_take(&h->turns, &turn, uuid, HV_TURN_ENDS);
	r = conn ? open_pumped(h, conn, uuid, kind, ret_fd, err) : -EIO;
	if (kind == CONSOLE_STEAL)
		hv_turn_give(&h->turns, &turn);
	if (r < 0 && conn)
		virConnectClose(conn);
	hv_call_end(h, main_conn);
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
