/* SPDX-License-Identifier: Apache-2.0 */
/* The back end as the port knows it: opened, its operations, closed. */
#include "lpard/common/event.h"
#include "lpard/hypervisor/libvirt/libvirt_priv.h"

#include <string.h>

static enum hv_connection hv_libvirt_connection(struct hv *hv)
{
	struct hv_libvirt *h = hv_libvirt_of(hv);
	enum hv_connection state;

	pthread_mutex_lock(&h->lock);
	state = h->state;
	pthread_mutex_unlock(&h->lock);
	return state;
}

static int hv_libvirt_wait_up(struct hv *hv, unsigned int timeout_ms, struct par_error **err)
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
		hv_wait_changed(h, (int)(deadline - now));
	}
	pthread_mutex_unlock(&h->lock);
	return r;
}

static void hv_libvirt_close(struct hv *hv)
{
	struct hv_libvirt *h = hv_libvirt_of(hv);
	bool nobody;

	pthread_mutex_lock(&h->lock);
	h->closing = true;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
	pthread_join(h->keeper, NULL);
	pthread_mutex_lock(&h->lock);
	while (h->calls > 0)
		hv_wait_changed(h, -1);
	pthread_mutex_unlock(&h->lock);
	hv_idle_close(h);
	hv_loop_call(hv_pumps_end, h);
	nobody = hv_senders_wait(h);
	hv_loop_unref();
	if (nobody)
		hv_libvirt_free(h);
}

static const struct hv_ops ops = {
	.name = "libvirt",
	.close = hv_libvirt_close,
	.connection = hv_libvirt_connection,
	.wait_up = hv_libvirt_wait_up,
	.facts = hv_libvirt_facts,
	.list = hv_libvirt_list,
	.get = hv_libvirt_get,
	.others = hv_libvirt_others,
	.define = hv_libvirt_define,
	.save = hv_libvirt_save,
	.rename = hv_libvirt_rename,
	.undefine = hv_libvirt_undefine,
	.start = hv_libvirt_start,
	.discard_saved = hv_libvirt_discard_saved,
	.stop = hv_libvirt_stop,
	.restart = hv_libvirt_restart,
	.console_open = hv_libvirt_console_open,
	.channel_open = hv_libvirt_channel_open,
	.image_ensure = hv_libvirt_image_ensure,
	.image_remove = hv_libvirt_image_remove,
	.disk_ensure = hv_libvirt_disk_ensure,
	.disk_remove = hv_libvirt_disk_remove,
	.pool_remove = hv_libvirt_pool_remove,
	.unused = hv_libvirt_unused,
};

static char *copy_setting(const char *value, const char *otherwise)
{
	if (!value)
		value = otherwise;
	return value ? strdup(value) : NULL;
}

static int start_keeper(struct hv_libvirt *h, struct par_error **err)
{
	int r;

	if (!h->system || !h->uri || !h->pool || !h->pool_path || !h->network)
		return par_oom(err);
	r = hv_loop_ref(err);
	if (r < 0)
		return r;
	r = pthread_create(&h->keeper, NULL, hv_keeper, h);
	if (r) {
		hv_loop_unref();
		return par_fail(err, PAR_E_SYSTEM, r, "could not start a thread");
	}
	return 0;
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
	h->system = copy_setting(config->system, "");
	h->uri = copy_setting(config->uri, NULL);
	h->pool = copy_setting(config->pool, "lpard");
	h->pool_path = copy_setting(config->pool_path, "/var/lib/libvirt/images/lpard");
	h->network = copy_setting(config->network, "default");
	h->type_model = copy_setting(config->type_model, NULL);
	h->serial = copy_setting(config->serial, NULL);
	pthread_mutex_init(&h->lock, NULL);
	pthread_mutex_init(&h->upload, NULL);
	hv_turns_init(&h->turns);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&h->changed, &attr);
	pthread_condattr_destroy(&attr);
	r = start_keeper(h, err);
	if (r < 0) {
		hv_libvirt_free(h);
		return r;
	}
	*ret = &h->hv;
	return 0;
}
