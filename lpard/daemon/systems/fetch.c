/* SPDX-License-Identifier: Apache-2.0 */
/* Reading one LPAR anew: see fetch.h. */
#include "lpard/daemon/systems/fetch.h"

#include "lpard/common/log.h"
#include "lpard/daemon/systems/inventory.h"

#include <string.h>

/* What a worker read of one LPAR. */
struct lpar_answer {
	struct lpar_answer *next;
	char uuid[PAR_UUID_LEN];
	uint64_t asked;
	struct hv_record rec;
	uint64_t others_mem_mib; /* when it is no LPAR: what it is or was is one of these */
	bool others;
	int result;
	struct par_error *err;
};

static void answer_free(struct lpar_answer *a)
{
	hv_record_done(&a->rec);
	par_error_free(&a->err);
	free(a);
}

void lpar_managed_fetch(struct lpar_managed *managed, const char *uuid)
{
	struct lpar_answer *a = calloc(1, sizeof(*a)), **at = &managed->answers;

	if (!a)
		return;
	snprintf(a->uuid, sizeof(a->uuid), "%s", uuid);
	a->asked = ++managed->asked;
	a->result = managed->hv->ops->get(managed->hv, uuid, &a->rec, &a->err);
	if (a->result < 0 && a->err && a->err->id == PAR_E_NOT_FOUND)
		a->others = managed->hv->ops->others(managed->hv, &a->others_mem_mib, NULL) == 0;
	pthread_mutex_lock(&managed->lock);
	while (*at)
		at = &(*at)->next;
	*at = a;
	pthread_mutex_unlock(&managed->lock);
}

static void store_answer(struct lpar_managed *managed, struct lpar_answer *a)
{
	struct lpar_stored stored;
	bool is_new;

	pthread_mutex_lock(&managed->lock);
	is_new = lpar_managed_store(managed, &a->rec, a->asked, &stored);
	if (is_new)
		lpar_managed_reorder(managed);
	pthread_mutex_unlock(&managed->lock);
	if (is_new)
		lpar_lpar_stored(stored.lpar, &stored.was, stored.redefined);
}

static void take_over_answer(struct lpar_managed *managed, struct lpar_answer *a)
{
	struct lpar_lpar *lpar = lpar_managed_by_uuid(managed, a->uuid);
	enum par_error_id why = a->err ? a->err->id : PAR_E_SYSTEM;

	if (a->others) {
		pthread_mutex_lock(&managed->lock);
		managed->others_mem_mib = a->others_mem_mib;
		pthread_mutex_unlock(&managed->lock);
	}
	if (a->result == 0) {
		store_answer(managed, a);
	} else if (why == PAR_E_NOT_FOUND) {
		if (lpar && !lpar->reserved && lpar->asked < a->asked)
			lpar_managed_forget(lpar);
	} else if (why != PAR_E_DISCONNECTED) {
		par_log(PAR_LOG_WARNING, "lpar=%s cannot be read: %s",
			lpar ? lpar->part->name : a->uuid, par_error_text(a->err));
	}
}

void lpar_managed_answers(struct lpar_managed *managed)
{
	struct lpar_answer *list;

	pthread_mutex_lock(&managed->lock);
	list = managed->answers;
	managed->answers = NULL;
	pthread_mutex_unlock(&managed->lock);
	while (list) {
		struct lpar_answer *a = list;

		list = a->next;
		take_over_answer(managed, a);
		answer_free(a);
	}
}

struct refetch {
	struct lpar_managed *managed;
	char uuid[PAR_UUID_LEN];
};

static void refetch_work(void *user)
{
	struct refetch *f = user;

	lpar_managed_fetch(f->managed, f->uuid);
}

void lpar_managed_refetch(struct lpar_managed *managed, const char *uuid)
{
	struct refetch *f = calloc(1, sizeof(*f));

	if (!f)
		return;
	f->managed = managed;
	snprintf(f->uuid, sizeof(f->uuid), "%s", uuid);
	if (lpar_managed_run(managed, refetch_work, free, f) < 0)
		free(f);
}
