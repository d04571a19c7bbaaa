/* SPDX-License-Identifier: Apache-2.0 */
#include "lpard/hypervisor/libvirt/stream_turn.h"
#include "lpard/common/now.h"

#include <stdio.h>
#include <strings.h>
#include <time.h>

#define ENDS_WAIT_MS 2000

void hv_turns_init(struct hv_turns *t)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&t->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&t->over, &attr);
	pthread_condattr_destroy(&attr);
	t->taken = NULL;
}

void hv_turns_done(struct hv_turns *t)
{
	pthread_cond_destroy(&t->over);
	pthread_mutex_destroy(&t->lock);
}

/* With t->lock held: does anybody do the other kind of thing to that LPAR? */
static bool must_wait(const struct hv_turns *t, const struct hv_turn *turn)
{
	for (const struct hv_turn *other = t->taken; other; other = other->next) {
		if (other->kind != turn->kind && strcasecmp(other->uuid, turn->uuid) == 0)
			return true;
	}
	return false;
}

void hv_turn_take(struct hv_turns *t, struct hv_turn *turn, const char *uuid,
		  enum hv_turn_kind kind)
{
	struct timespec until = par_after_ms(CLOCK_MONOTONIC, ENDS_WAIT_MS);
	int r = 0;

	turn->kind = kind;
	snprintf(turn->uuid, sizeof(turn->uuid), "%s", uuid);
	pthread_mutex_lock(&t->lock);
	while (r == 0 && must_wait(t, turn)) {
		if (kind == HV_TURN_ENDS)
			r = pthread_cond_timedwait(&t->over, &t->lock, &until);
		else
			pthread_cond_wait(&t->over, &t->lock);
	}
	turn->next = t->taken;
	t->taken = turn;
	pthread_mutex_unlock(&t->lock);
}

void hv_turn_give(struct hv_turns *t, struct hv_turn *turn)
{
	struct hv_turn **at = &t->taken;

	pthread_mutex_lock(&t->lock);
	while (*at != turn)
		at = &(*at)->next;
	*at = turn->next;
	pthread_cond_broadcast(&t->over);
	pthread_mutex_unlock(&t->lock);
}
