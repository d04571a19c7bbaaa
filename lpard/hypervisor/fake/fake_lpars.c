/* SPDX-License-Identifier: Apache-2.0 */
/* The LPARs that a fake system has: finding one under the lock, putting one in. */
#include "lpard/hypervisor/fake/fake_priv.h"

#include <string.h>

bool fake_active(const struct fake_lpar *l)
{
	return l->live.run_id >= 0;
}

void fake_lpar_done(struct fake_lpar *l)
{
	lpar_partition_free(&l->part);
	free(l->damaged);
	par_buf_done(&l->console);
}

int fake_begin(struct fake *f, const char *uuid, struct fake_lpar **ret, struct par_error **err)
{
	struct fake_lpar *l;

	pthread_mutex_lock(&f->lock);
	if (f->down)
		return fake_end(f,
				par_fail(err, PAR_E_DISCONNECTED, 0,
					 "no connection to the managed system \"%s\"", f->system));
	if (!uuid)
		return 0;
	l = fake_find(f, uuid);
	if (!l)
		return fake_end(f, hv_no_lpar(uuid, err));
	*ret = l;
	return 0;
}

int fake_end(struct fake *f, int r)
{
	pthread_mutex_unlock(&f->lock);
	return r;
}

struct fake_lpar *fake_find_name(struct fake *f, const char *name)
{
	for (size_t i = 0; i < f->n_lpars; i++) {
		if (strcmp(f->lpars[i].part->name, name) == 0)
			return &f->lpars[i];
	}
	return NULL;
}

/* What the definition would start with. */
static void set_resources(struct fake_lpar *l)
{
	const struct lpar_current *c = l->part->current;

	if (fake_active(l))
		return;
	l->live.mem_mib = c ? c->mem_mib : LPAR_LMB_MIB;
	l->live.vcpus = c ? c->procs : 1;
	l->live.vcpus_max =
		c && c->profile.max_procs > c->procs ? c->profile.max_procs : l->live.vcpus;
	l->live.run_id = -1;
	l->live.persistent = true;
}

/* Replaces the LPAR of that UUID, or adds one. */
int fake_put(struct fake *f, const struct lpar_partition *part, enum lpar_boot_mode boot_mode,
	     struct par_error **err)
{
	struct fake_lpar *l = fake_find(f, part->uuid), *other = fake_find_name(f, part->name), *v;
	struct lpar_partition *copy;

	if ((other && other != l) || (l && strcmp(l->part->name, part->name) != 0))
		return par_fail(err, PAR_E_EXISTS, 0, "the name \"%s\" belongs to another domain",
				part->name);
	copy = lpar_partition_dup(part);
	if (!copy)
		return par_oom(err);
	if (!l) {
		v = reallocarray(f->lpars, f->n_lpars + 1, sizeof(*v));
		if (!v) {
			lpar_partition_free(&copy);
			return par_oom(err);
		}
		f->lpars = v;
		l = &v[f->n_lpars++];
		*l = (struct fake_lpar){ .live.run_id = -1 };
	}
	lpar_partition_free(&l->part);
	l->part = copy;
	par_uuid_upper(copy->uuid, copy->uuid);
	l->boot_mode = boot_mode;
	set_resources(l);
	fake_emit(f, HV_EVENT_DEFINED, l, "");
	return 0;
}
