/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection and its keeper: a thread that opens it, waits till it is lost, and opens it again
 * with a growing pause.  Calls take a reference of what is there and fail at once when nothing is.
 */
#include "lpard/common/event.h"
#include "lpard/hypervisor/libvirt/libvirt_priv.h"

#include <string.h>
#include <sys/eventfd.h>
#include <time.h>

#define PAUSE_MIN_MS	 100
#define PAUSE_MAX_MS	 5000
#define KEEPALIVE_S	 5
#define KEEPALIVE_MISSES 5
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

static void discard(struct hv_libvirt *h, virConnectPtr conn)
{
	virConnectUnregisterCloseCallback(conn, on_close);
	hv_events_unregister(h, conn);
	virConnectClose(conn);
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

static virConnectPtr open_one(struct hv_libvirt *h, struct par_error **err)
{
	virConnectPtr conn = hv_connection_new(h, err);

	if (!conn)
		return NULL;
	pthread_mutex_lock(&h->lock);
	h->lost = false;
	pthread_mutex_unlock(&h->lock);
	/* Neither exists for drivers inside this process (test:///default). */
	if (virConnectRegisterCloseCallback(conn, on_close, h, NULL) < 0 ||
	    virConnectSetKeepAlive(conn, KEEPALIVE_S, KEEPALIVE_MISSES) < 0)
		virResetLastError();
	if (hv_events_register(h, conn, err) < 0 || hv_probe_accel(h, conn, err) < 0) {
		discard(h, conn);
		return NULL;
	}
	return conn;
}

/* Waits on h->changed, at most @ms (-1: for ever); h->lock is held. */
static void wait_changed(struct hv_libvirt *h, int ms)
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

static void nothing(void *arg)
{
	(void)arg;
}

/* Holds one connection until it is lost or we close.  Returns true to go on. */
static bool hold(struct hv_libvirt *h, virConnectPtr conn)
{
	auto_error why = NULL;
	bool closing;

	set_state(h, HV_CONNECTION_UP, conn, NULL);
	pthread_mutex_lock(&h->lock);
	while (!h->lost && !h->closing)
		wait_changed(h, -1);
	closing = h->closing;
	h->conn = NULL;
	/* On a dead connection they fail soon.  No stream is opened after this. */
	while (h->calls > 0)
		wait_changed(h, -1);
	pthread_mutex_unlock(&h->lock);
	hv_loop_call(hv_pumps_end, h);
	discard(h, conn);
	hv_loop_call(nothing, NULL); /* no callback of it runs any more */
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
		wait_changed(h, (int)(deadline - now));
	go_on = !h->closing;
	pthread_mutex_unlock(&h->lock);
	return go_on;
}

static void *keep(void *arg)
{
	struct hv_libvirt *h = arg;
	unsigned int pause = PAUSE_MIN_MS;

	hv_thread_block_signals();
	for (;;) {
		auto_error why = NULL;
		virConnectPtr conn = open_one(h, &why);

		if (conn) {
			pause = PAUSE_MIN_MS;
			if (!hold(h, conn))
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

static enum hv_connection connection(struct hv *hv)
{
	struct hv_libvirt *h = hv_libvirt_of(hv);
	enum hv_connection state;

	pthread_mutex_lock(&h->lock);
	state = h->state;
	pthread_mutex_unlock(&h->lock);
	return state;
}

static int wait_up(struct hv *hv, unsigned int timeout_ms, struct par_error **err)
{
	struct hv_libvirt *h = hv_libvirt_of(hv);
	uint64_t deadline = par_now_ms() + timeout_ms;
	int r = 0;

	pthread_mutex_lock(&h->lock);
	while (h->state != HV_CONNECTION_UP) {
		uint64_t now = par_now_ms();

		if (now >= deadline) {
			par_fail(err, PAR_E_DISCONNECTED, 0, "%s",
				 h->why_down ? h->why_down : "the connection is not up yet");
			r = -ETIMEDOUT;
			break;
		}
		wait_changed(h, (int)(deadline - now));
	}
	pthread_mutex_unlock(&h->lock);
	return r;
}

static void destroy(struct hv_libvirt *h)
{
	free(h->system);
	free(h->uri);
	free(h->pool);
	free(h->pool_path);
	free(h->network);
	free(h->type_model);
	free(h->serial);
	free(h->why_down);
	free(h->pool_target);
	pthread_mutex_destroy(&h->upload);
	pthread_cond_destroy(&h->changed);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

static void close_it(struct hv *hv)
{
	struct hv_libvirt *h = hv_libvirt_of(hv);

	pthread_mutex_lock(&h->lock);
	h->closing = true;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
	pthread_join(h->keeper, NULL);
	hv_loop_call(hv_pumps_end, h);
	/* A guest that does not read holds its stream's thread till libvirtd gives it up. */
	pthread_mutex_lock(&h->lock);
	while (h->senders > 0)
		wait_changed(h, -1);
	pthread_mutex_unlock(&h->lock);
	hv_loop_unref();
	destroy(h);
}

static const struct hv_ops ops = {
	.name = "libvirt",
	.close = close_it,
	.connection = connection,
	.wait_up = wait_up,
	.facts = hv_libvirt_facts,
	.list = hv_libvirt_list,
	.get = hv_libvirt_get,
	.define = hv_libvirt_define,
	.save = hv_libvirt_save,
	.rename = hv_libvirt_rename,
	.undefine = hv_libvirt_undefine,
	.start = hv_libvirt_start,
	.stop = hv_libvirt_stop,
	.restart = hv_libvirt_restart,
	.console_open = hv_libvirt_console_open,
	.channel_open = hv_libvirt_channel_open,
	.image_ensure = hv_libvirt_image_ensure,
	.image_remove = hv_libvirt_image_remove,
	.disk_ensure = hv_libvirt_disk_ensure,
	.disk_remove = hv_libvirt_disk_remove,
	.pool_remove = hv_libvirt_pool_remove,
};

static char *copy(const char *value, const char *otherwise)
{
	if (!value)
		value = otherwise;
	return value ? strdup(value) : NULL;
}

int hv_libvirt_open(const struct hv_config *config, hv_event_fn fn, void *user, struct hv **ret,
		    struct par_error **err)
{
	struct hv_libvirt *h = calloc(1, sizeof(*h));
	pthread_condattr_t attr;
	int r;

	if (!h)
		return par_oom(err);
	h->hv.ops = &ops;
	h->fn = fn;
	h->user = user;
	h->accel_choice = config->accel;
	h->system = copy(config->system, "");
	h->uri = copy(config->uri, NULL);
	h->pool = copy(config->pool, "lpard");
	h->pool_path = copy(config->pool_path, "/var/lib/libvirt/images/lpard");
	h->network = copy(config->network, "default");
	h->type_model = copy(config->type_model, NULL);
	h->serial = copy(config->serial, NULL);
	pthread_mutex_init(&h->lock, NULL);
	pthread_mutex_init(&h->upload, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&h->changed, &attr);
	pthread_condattr_destroy(&attr);
	if (!h->system || !h->uri || !h->pool || !h->pool_path || !h->network)
		r = par_oom(err);
	else
		r = hv_loop_ref(err);
	if (r == 0) {
		r = pthread_create(&h->keeper, NULL, keep, h);
		if (r) {
			hv_loop_unref();
			r = par_fail(err, PAR_E_SYSTEM, r, "could not start a thread");
		}
	}
	if (r < 0) {
		destroy(h);
		return r;
	}
	*ret = &h->hv;
	return 0;
}
