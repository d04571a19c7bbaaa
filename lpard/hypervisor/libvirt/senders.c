/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The threads of streams, and the memory of the back end, which the last of them may have to free.
 *
 * A guest that does not read holds its stream's thread till libvirtd gives the guest up, and a
 * libvirtd that lost a message holds the thread for ever (stream_turn.h): who closes the back end
 * does not wait that long.
 */
#include "lpard/common/now.h"
#include "lpard/hypervisor/libvirt/libvirt_priv.h"

/* How long a back end that is closed waits for the threads of its streams. */
#define WAIT_MS 10000

void hv_libvirt_free(struct hv_libvirt *h)
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
	hv_turns_done(&h->turns);
	pthread_mutex_destroy(&h->upload);
	pthread_cond_destroy(&h->changed);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

void hv_sender_ended(struct hv_libvirt *h)
{
	bool last;

	pthread_mutex_lock(&h->lock);
	last = --h->senders == 0 && h->abandoned;
	pthread_cond_broadcast(&h->changed);
	pthread_mutex_unlock(&h->lock);
	if (last)
		hv_libvirt_free(h);
}

bool hv_senders_wait(struct hv_libvirt *h)
{
	uint64_t now, deadline = par_now_ms() + WAIT_MS;
	bool none;

	pthread_mutex_lock(&h->lock);
	while (h->senders > 0 && (now = par_now_ms()) < deadline)
		hv_wait_changed(h, (int)(deadline - now));
	none = h->senders == 0;
	h->abandoned = !none;
	pthread_mutex_unlock(&h->lock);
	return none;
}
