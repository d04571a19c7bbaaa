/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The keeper of a connection: a thread that opens it, waits till it is lost, and opens it again
 * with a growing pause.
 */
#include "lpard/common/event.h"
#include "lpard/hypervisor/libvirt/libvirt_priv.h"

#include <string.h>

#define PAUSE_MIN_MS 100
#define PAUSE_MAX_MS 5000

static void on_close(virConnectPtr conn, int reason, void *opaque)
{
	struct hv_libvirt *h = opaque;

	(void)conn;
	(void)reason;
	pthread_mutex_lock(&h->lock);
	h->lost = true;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
}

static void set_state(struct hv_libvirt *h, enum hv_connection state, virConnectPtr conn,
		      struct par_error *why)
{
	struct hv_event e = { .type = HV_EVENT_CONNECTION, .connection = state };

	pthread_mutex_lock(&h->lock);
	h->state = state;
	h->conn = conn;
	free(h->why_down);
	h->why_down = why && why->msg ? strdup(why->msg) : NULL;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
	e.message = why ? why->msg : NULL;
	hv_emit(h, &e);
}

static void discard_connection(struct hv_libvirt *h, virConnectPtr conn)
{
	virConnectUnregisterCloseCallback(conn, on_close);
	hv_events_unregister(h, conn);
	virConnectClose(conn);
}

static virConnectPtr open_connection(struct hv_libvirt *h, struct par_error **err)
{
	virConnectPtr conn = hv_connection_new(h, err);

	if (!conn)
		return NULL;
	pthread_mutex_lock(&h->lock);
	h->lost = false;
	pthread_mutex_unlock(&h->lock);
	/* Drivers inside this process (test:///default) have no such callback. */
	if (virConnectRegisterCloseCallback(conn, on_close, h, NULL) < 0)
		virResetLastError();
	if (hv_events_register(h, conn, err) < 0 || hv_probe_accel(h, conn, err) < 0) {
		discard_connection(h, conn);
		return NULL;
	}
	return conn;
}

static void nothing(void *arg)
{
	(void)arg;
}

/* Holds one connection until it is lost or we close.  Returns true to go on. */
static bool hold_connection(struct hv_libvirt *h, virConnectPtr conn)
{
	auto_error why = NULL;
	bool closing;

	set_state(h, HV_CONNECTION_UP, conn, NULL);
	pthread_mutex_lock(&h->lock);
	while (!h->lost && !h->closing)
		hv_wait_changed(h, -1);
	closing = h->closing;
	h->conn = NULL;
	pthread_mutex_unlock(&h->lock);
	/* Calls under way have connections of their own, which end when libvirtd has. */
	hv_idle_close(h);
	hv_loop_call(hv_pumps_end, h);
	discard_connection(h, conn);
	hv_loop_call(nothing, NULL); /* none of its callbacks runs any more */
	if (closing)
		return false;
	par_fail(&why, PAR_E_DISCONNECTED, 0, "libvirt at \"%s\" closed the connection", h->uri);
	set_state(h, HV_CONNECTION_DOWN, NULL, why);
	return true;
}

static bool pause_for(struct hv_libvirt *h, unsigned int ms)
{
	uint64_t deadline = par_now_ms() + ms;
	bool go_on;

	pthread_mutex_lock(&h->lock);
	for (uint64_t now; !h->closing && (now = par_now_ms()) < deadline;)
		hv_wait_changed(h, (int)(deadline - now));
	go_on = !h->closing;
	pthread_mutex_unlock(&h->lock);
	return go_on;
}

void *hv_keeper(void *arg)
{
	struct hv_libvirt *h = arg;
	unsigned int pause = PAUSE_MIN_MS;

	hv_thread_block_signals();
	for (;;) {
		auto_error why = NULL;
		virConnectPtr conn = open_connection(h, &why);

		if (conn) {
			pause = PAUSE_MIN_MS;
			if (!hold_connection(h, conn))
				return NULL;
		} else {
			/* Told once: a listener need not hear of each attempt. */
			pthread_mutex_lock(&h->lock);
			free(h->why_down);
			h->why_down = why && why->msg ? strdup(why->msg) : NULL;
			pthread_mutex_unlock(&h->lock);
		}
		if (!pause_for(h, pause))
			return NULL;
		pause = pause * 2 < PAUSE_MAX_MS ? pause * 2 : PAUSE_MAX_MS;
	}
}
