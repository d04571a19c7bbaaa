/* SPDX-License-Identifier: Apache-2.0 */
/* What others do to a fake system behind lpard's back, as virsh does to a real one: see fake.h. */
#include "lpard/hypervisor/fake/fake_priv.h"

#include <string.h>

static struct fake_lpar *lock_lpar(struct fake *f, const char *name)
{
	pthread_mutex_lock(&f->lock);
	return fake_find_name(f, name);
}

void hv_fake_pause(struct hv *hv, const char *name, bool paused)
{
	struct fake *f = fake_of(hv);
	struct fake_lpar *l = lock_lpar(f, name);

	if (l && fake_active(l)) {
		l->live.state = paused ? HV_RUN_PAUSED : HV_RUN_RUNNING;
		fake_emit(f, paused ? HV_EVENT_PAUSED : HV_EVENT_RESUMED, l, "");
	}
	pthread_mutex_unlock(&f->lock);
}

void hv_fake_save(struct hv *hv, const char *name, bool saved)
{
	struct fake *f = fake_of(hv);
	struct fake_lpar *l = lock_lpar(f, name);

	if (l && saved && fake_active(l))
		fake_guest_stop(f, l, "saved");
	else if (l && !saved && l->live.state == HV_RUN_SUSPENDED)
		l->live.state = HV_RUN_OFF; /* of which no event tells */
	pthread_mutex_unlock(&f->lock);
}

void hv_fake_damage(struct hv *hv, const char *name, const char *why)
{
	struct fake *f = fake_of(hv);
	struct fake_lpar *l = lock_lpar(f, name);

	if (l) {
		free(l->damaged);
		l->damaged = why ? strdup(why) : NULL;
		fake_emit(f, HV_EVENT_DEFINED, l, "metadata");
	}
	pthread_mutex_unlock(&f->lock);
}

void hv_fake_others(struct hv *hv, uint64_t mem_mib)
{
	struct fake *f = fake_of(hv);
	struct fake_lpar other = { .part = &(struct lpar_partition){
					   .name = (char[]){ "other" },
					   .uuid = "0074E700-0000-4000-8000-000000000000" } };

	pthread_mutex_lock(&f->lock);
	f->others_mem_mib = mem_mib;
	fake_emit(f, mem_mib ? HV_EVENT_STARTED : HV_EVENT_STOPPED, &other, "");
	pthread_mutex_unlock(&f->lock);
}
