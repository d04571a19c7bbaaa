/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every call of this back end starts and ends with: a reference of the connection that is
 * there, an error at once when none is; and how a new connection is opened.
 */
#include "lpard/hypervisor/libvirt/libvirt_priv.h"

#include <sys/eventfd.h>
#include <time.h>

/* What a connection takes, several opened at once, and a rest for other things. */
#define SPARE_DESCRIPTORS 24

void hv_emit(struct hv_libvirt *h, const struct hv_event *event)
{
	struct hv_event e = *event;

	if (!e.detail)
		e.detail = "";
	if (h->fn)
		h->fn(&e, h->user);
}

int hv_call_begin(struct hv_libvirt *h, virConnectPtr *ret, struct par_error **err)
{
	int r = 0;

	pthread_mutex_lock(&h->lock);
	if (h->conn && !h->closing) {
		virConnectRef(h->conn);
		*ret = h->conn;
		h->calls++;
	} else {
		r = par_fail(err, PAR_E_DISCONNECTED, 0,
			     "no connection to the managed system \"%s\"%s%s", h->system,
			     h->why_down ? ": " : "", h->why_down ? h->why_down : "");
	}
	pthread_mutex_unlock(&h->lock);
	return r;
}

void hv_call_end(struct hv_libvirt *h, virConnectPtr conn)
{
	virConnectClose(conn);
	pthread_mutex_lock(&h->lock);
	h->calls--;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
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
	clock_gettime(CLOCK_MONOTONIC, &ts);
	ts.tv_sec += ms / 1000;
	ts.tv_nsec += (long)(ms % 1000) * 1000000;
	if (ts.tv_nsec >= 1000000000) {
		ts.tv_sec++;
		ts.tv_nsec -= 1000000000;
	}
	pthread_cond_timedwait(&h->changed, &h->lock, &ts);
}
