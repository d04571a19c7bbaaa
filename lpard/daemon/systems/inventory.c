/* SPDX-License-Identifier: Apache-2.0 */
/* The copy of a system's LPARs: see inventory.h. */
#include "lpard/daemon/systems/inventory.h"

#include "lpard/daemon/systems/definition.h"

#include <string.h>
#include <strings.h>

struct lpar_lpar *lpar_managed_by_uuid(const struct lpar_managed *managed, const char *uuid)
{
	for (size_t i = 0; i < managed->n_lpars; i++) {
		if (strcasecmp(managed->lpars[i]->uuid, uuid) == 0)
			return managed->lpars[i];
	}
	return NULL;
}

int lpar_managed_get(const struct lpar_managed *managed, const char *name, uint32_t id,
		     struct lpar_lpar **ret, struct par_error **err)
{
	struct lpar_partition *p;
	int r = lpar_set_get(&managed->set, name, id, &p, err);

	if (r < 0)
		return r;
	*ret = lpar_managed_by_uuid(managed, p->uuid);
	return 0;
}

static int lpars_by_name(const void *a, const void *b)
{
	const struct lpar_lpar *x = *(struct lpar_lpar *const *)a;
	const struct lpar_lpar *y = *(struct lpar_lpar *const *)b;

	return strcmp(x->part->name, y->part->name);
}

void lpar_managed_reorder(struct lpar_managed *managed)
{
	if (managed->n_lpars > 1)
		qsort(managed->lpars, managed->n_lpars, sizeof(struct lpar_lpar *), lpars_by_name);
	for (size_t i = 0; i < managed->n_lpars; i++)
		managed->set.v[i] = managed->lpars[i]->part;
	managed->set.n = managed->n_lpars;
}

static struct lpar_lpar *add_lpar(struct lpar_managed *managed, const char *uuid)
{
	struct lpar_lpar *lpar = lpar_lpar_new(managed, uuid);
	struct lpar_lpar **lpars =
		reallocarray(managed->lpars, managed->n_lpars + 1, sizeof(struct lpar_lpar *));
	struct lpar_partition **v;

	if (lpars)
		managed->lpars = lpars;
	v = reallocarray(managed->set.v, managed->n_lpars + 1, sizeof(struct lpar_partition *));
	if (v)
		managed->set.v = v;
	if (!lpar || !lpars || !v) {
		lpar_lpar_free(&lpar);
		return NULL;
	}
	managed->lpars[managed->n_lpars++] = lpar;
	return lpar;
}

int lpar_managed_reserve(struct lpar_managed *managed, struct lpar_partition *part,
			 struct lpar_lpar **ret, struct par_error **err)
{
	struct lpar_lpar *lpar;

	pthread_mutex_lock(&managed->lock);
	lpar = add_lpar(managed, part->uuid);
	if (lpar) {
		lpar->part = part;
		lpar->reserved = true;
		lpar->live =
			(struct hv_live){ .state = HV_RUN_OFF, .run_id = -1, .persistent = true };
		lpar_managed_reorder(managed);
	}
	pthread_mutex_unlock(&managed->lock);
	if (!lpar) {
		lpar_partition_free(&part);
		return par_oom(err);
	}
	*ret = lpar;
	return 0;
}

static void free_discarded(struct lpar_managed *managed)
{
	while (managed->discarded) {
		struct lpar_lpar *lpar = managed->discarded;

		managed->discarded = lpar->next_discarded;
		lpar_lpar_free(&lpar);
	}
}

static void on_discarded(void *user)
{
	struct lpar_managed *managed = user;

	free_discarded(managed);
	lpar_managed_release(managed);
}

void lpar_managed_discard(struct lpar_lpar *lpar)
{
	struct lpar_managed *managed = lpar->managed;

	lpar->next_discarded = managed->discarded;
	managed->discarded = lpar;
	/* Without memory this LPAR goes with the next one, or with its system. */
	if (par_event_post(managed->daemon->loop, on_discarded, managed) == 0)
		lpar_managed_hold(managed);
}

void lpar_managed_forget(struct lpar_lpar *lpar)
{
	struct lpar_managed *managed = lpar->managed;
	size_t i = 0;

	while (i < managed->n_lpars && managed->lpars[i] != lpar)
		i++;
	if (i == managed->n_lpars)
		return;
	pthread_mutex_lock(&managed->lock);
	managed->n_lpars--;
	memmove(&managed->lpars[i], &managed->lpars[i + 1],
		(managed->n_lpars - i) * sizeof(struct lpar_lpar *));
	lpar_managed_reorder(managed);
	pthread_mutex_unlock(&managed->lock);
	lpar->gone = true;
	lpar_lpar_removed(lpar);
	if (!lpar->job)
		lpar_managed_discard(lpar);
}

void lpar_managed_clear(struct lpar_managed *managed)
{
	free_discarded(managed);
	for (size_t i = 0; i < managed->n_lpars; i++)
		lpar_lpar_free(&managed->lpars[i]);
	managed->n_lpars = managed->set.n = 0;
}

bool lpar_managed_store(struct lpar_managed *managed, struct hv_record *rec, uint64_t asked,
			struct lpar_stored *ret)
{
	struct lpar_lpar *lpar = lpar_managed_by_uuid(managed, rec->part->uuid);
	static const struct hv_live off = { .state = HV_RUN_OFF, .run_id = -1 };

	if (lpar && lpar->asked > asked)
		return false;
	*ret = (struct lpar_stored){ .was = lpar ? lpar->live : off };
	if (lpar)
		ret->redefined = !lpar_definition_same(lpar->part, rec->part);
	else
		lpar = add_lpar(managed, rec->part->uuid);
	if (!lpar)
		return false;
	lpar_partition_free(&lpar->part);
	lpar->part = take_ptr(rec->part);
	lpar->live = rec->live;
	lpar->asked = asked;
	lpar->reserved = false;
	ret->lpar = lpar;
	return true;
}

void lpar_managed_usage(const struct lpar_managed *managed, const struct lpar_lpar *except,
			struct lpar_usage *ret)
{
	*ret = (struct lpar_usage){ .mem_mib = managed->others_mem_mib };
	for (size_t i = 0; i < managed->n_lpars; i++) {
		const struct lpar_lpar *lpar = managed->lpars[i];
		struct lpar_live live = { .holds = lpar->live.run_id >= 0,
					  .mem_mib = lpar->live.mem_mib };

		if (lpar == except)
			continue;
		/* An activation under way holds what it was promised. */
		if (lpar->claim.mem_mib > 0) {
			ret->mem_mib += lpar->claim.mem_mib;
			ret->procs_dedicated += lpar->claim.procs_dedicated;
			ret->proc_units_x100 += lpar->claim.proc_units_x100;
		} else {
			lpar_usage_add(ret, lpar->part, &live);
		}
	}
}
