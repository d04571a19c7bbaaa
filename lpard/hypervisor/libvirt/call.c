/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every call of this back end starts and ends with: a connection that nobody else uses
 * meanwhile, an error at once when libvirt is not there; and how a new connection is opened.
 *
 * A call can take as long as an emulator hangs, and calls that share a connection wait for each
 * other: libvirt's client loses the wake-up of a second caller now and then (mended in libvirt 10),
 * who then sleeps until the first has ended or the next keepalive comes; and libvirtd takes five
 * calls of one connection at a time.  So a connection is used by one call at a time, and kept for
 * the next.  The keeper's own has the events.
 */
#include "lpard/common/event.h"
#include "lpard/common/now.h"
#include "lpard/hypervisor/libvirt/libvirt_priv.h"

#include <string.h>
#include <sys/eventfd.h>
#include <time.h>

/* What a connection takes, several opened at once, and a rest for other things. */
#define SPARE_DESCRIPTORS 24

/* A libvirtd that hangs is noticed after a good 25 s. */
#define KEEPALIVE_S	 5
#define KEEPALIVE_MISSES 5

/* A libvirtd that died is started again at once where systemd or socket activation does that. */
#define AGAIN_MS       5000
#define AGAIN_PAUSE_MS 100

void hv_emit(struct hv_libvirt *h, const struct hv_event *event)
{
	struct hv_event e = *event;

	if (!e.detail)
		e.detail = "";
	if (h->fn)
		h->fn(&e, h->user);
}

/* With h->lock held: a connection that was kept, NULL when there is none that still works. */
static virConnectPtr take_idle(struct hv_libvirt *h)
{
	while (h->n_idle > 0) {
		virConnectPtr conn = h->idle[--h->n_idle];

		if (virConnectIsAlive(conn) == 1)
			return conn;
		virConnectClose(conn);
	}
	return NULL;
}

/*
 * One more connection.  Where none can be had, for descriptors are short or libvirtd does not let
 * anybody in, the keeper's is shared: @shared, whose reference is taken over.
 */
static virConnectPtr open_another(struct hv_libvirt *h, virConnectPtr shared)
{
	virConnectPtr conn = hv_connection_new(h, NULL);

	pthread_mutex_lock(&h->lock);
	h->opening--;
	pthread_mutex_unlock(&h->lock);
	if (!conn)
		return shared;
	virConnectClose(shared);
	return conn;
}

int hv_call_begin(struct hv_libvirt *h, virConnectPtr *ret, struct par_error **err)
{
	virConnectPtr conn, shared;
	bool another;

	pthread_mutex_lock(&h->lock);
	shared = h->closing ? NULL : h->conn;
	if (!shared) {
		par_fail(err, PAR_E_DISCONNECTED, 0,
			 "no connection to the managed system \"%s\"%s%s", h->system,
			 h->why_down ? ": " : "", h->why_down ? h->why_down : "");
		pthread_mutex_unlock(&h->lock);
		return -ENOTCONN;
	}
	h->calls++;
	conn = take_idle(h);
	another = !conn && h->opening < HV_OPENING_MAX;
	if (another)
		h->opening++;
	if (!conn)
		virConnectRef(shared);
	pthread_mutex_unlock(&h->lock);
	if (!conn)
		conn = another ? open_another(h, shared) : shared;
	*ret = conn;
	return 0;
}

void hv_call_end(struct hv_libvirt *h, virConnectPtr conn)
{
	bool works = virConnectIsAlive(conn) == 1, keep;

	virResetLastError();
	pthread_mutex_lock(&h->lock);
	keep = works && h->conn && conn != h->conn && h->n_idle < HV_IDLE_MAX;
	if (keep)
		h->idle[h->n_idle++] = conn;
	pthread_mutex_unlock(&h->lock);
	if (!keep)
		virConnectClose(conn);
	pthread_mutex_lock(&h->lock);
	h->calls--;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
}

/* Returns true to try on. */
static bool wait_again(struct hv_libvirt *h, uint64_t deadline)
{
	bool go_on;

	pthread_mutex_lock(&h->lock);
	if (!h->closing)
		hv_wait_changed(h, AGAIN_PAUSE_MS);
	go_on = !h->closing && par_now_ms() < deadline;
	pthread_mutex_unlock(&h->lock);
	return go_on;
}

/* A lost connection shows only when it is used: so it is used at once. */
static int begin_used(struct hv_libvirt *h, virConnectPtr *ret, struct par_error **err)
{
	unsigned long version;
	int r = hv_call_begin(h, ret, err);

	if (r < 0)
		return r;
	if (virConnectGetLibVersion(*ret, &version) == 0)
		return 0;
	r = hv_fail(*ret, err, "could not ask libvirt");
	hv_call_end(h, *ret);
	return r;
}

int hv_call_again(struct hv_libvirt *h, virConnectPtr *ret, struct par_error **err)
{
	uint64_t deadline = par_now_ms() + AGAIN_MS;

	for (;;) {
		int r = begin_used(h, ret, err);

		if (r == 0 || !wait_again(h, deadline))
			return r;
		par_error_free(err);
	}
}

void hv_idle_close(struct hv_libvirt *h)
{
	virConnectPtr idle[HV_IDLE_MAX];
	unsigned int n;

	pthread_mutex_lock(&h->lock);
	n = h->n_idle;
	memcpy(idle, h->idle, sizeof(idle));
	h->n_idle = 0;
	pthread_mutex_unlock(&h->lock);
	while (n > 0)
		virConnectClose(idle[--n]);
}

/* Are there descriptors for one more connection, and some to go on with? */
static bool descriptors_left(void)
{
	int fds[SPARE_DESCRIPTORS];
	size_t n = 0;
	bool enough;

	while (n < PAR_ARRAY_SIZE(fds) && (fds[n] = eventfd(0, EFD_CLOEXEC)) >= 0)
		n++;
	enough = n == PAR_ARRAY_SIZE(fds);
	while (n > 0)
		close(fds[--n]);
	return enough;
}

virConnectPtr hv_connection_new(struct hv_libvirt *h, struct par_error **err)
{
	virConnectPtr conn;

	if (!descriptors_left()) {
		par_fail(err, PAR_E_SYSTEM, EMFILE, "could not connect to \"%s\"", h->uri);
		return NULL;
	}
	conn = virConnectOpenAuth(h->uri, NULL, 0);
	if (!conn)
		hv_fail(NULL, err, "could not connect to \"%s\"", h->uri);
	/* Drivers inside this process (test:///default) know no keepalive. */
	else if (virConnectSetKeepAlive(conn, KEEPALIVE_S, KEEPALIVE_MISSES) < 0)
		virResetLastError();
	return conn;
}

/* Waits on h->changed, at most @ms (-1: for ever); h->lock is held. */
void hv_wait_changed(struct hv_libvirt *h, int ms)
{
	struct timespec ts;

	if (ms < 0) {
		pthread_cond_wait(&h->changed, &h->lock);
		return;
	}
	ts = par_after_ms(CLOCK_MONOTONIC, (uint64_t)ms);
	pthread_cond_timedwait(&h->changed, &h->lock, &ts);
}
