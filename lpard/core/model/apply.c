/* SPDX-License-Identifier: Apache-2.0 */
/* Applying a profile: which of the wished resources a partition gets. */
#include "lpard/core/messages.h"
#include "lpard/core/model/partition.h"

#include <inttypes.h>
#include <string.h>

/* What the machine has left for this partition. */
struct room {
	uint64_t lmb_mib;
	uint64_t mem_mib;
	uint64_t units_x100;
};

static struct room room_of(const struct lpar_system *sys, const struct lpar_usage *usage)
{
	uint64_t mem = sys->firmware_mem_mib + usage->mem_mib;
	uint64_t units = (uint64_t)sys->procs * 100;
	struct room r = { .lmb_mib = sys->lmb_mib ? sys->lmb_mib : LPAR_LMB_MIB };

	r.mem_mib = mem < sys->mem_mib ? (sys->mem_mib - mem) / r.lmb_mib * r.lmb_mib : 0;
	r.units_x100 = usage->proc_units_x100 < units ? units - usage->proc_units_x100 : 0;
	return r;
}

static uint64_t least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* all_resources: the whole of what is free, as dedicated processors. */
static void take_all(struct lpar_profile *p, const struct lpar_system *sys, const struct room *room)
{
	p->min_mem_mib = room->lmb_mib;
	p->desired_mem_mib = room->mem_mib;
	p->max_mem_mib = sys->mem_mib / room->lmb_mib * room->lmb_mib;
	p->proc_mode = LPAR_PROC_DEDICATED;
	p->sharing_mode = LPAR_SHARING_KEEP_IDLE;
	p->min_procs = 1;
	p->desired_procs = (uint32_t)(room->units_x100 / 100);
	p->max_procs = sys->procs;
}

static int fail_room(struct lpar_partition *p, const char *what, struct par_error **err)
{
	char refcode[32];

	snprintf(refcode, sizeof(refcode), "B2001230 LP=%05" PRIu32, p->id);
	free(p->error_refcode);
	p->error_refcode = strdup(refcode);
	if (!p->error_refcode)
		return par_oom(err);
	return par_fail(err, PAR_E_NO_RESOURCES, 0, LPAR_MSG_ERROR_STATE, p->name, refcode, what);
}

/* The desired amount if it is free, else what is free, but never less than the minimum. */
static int assign(struct lpar_partition *p, struct lpar_current *c, const struct room *room,
		  struct par_error **err)
{
	const struct lpar_profile *w = &c->profile;
	uint64_t least_units;
	char why[128];

	c->mem_mib = least(w->desired_mem_mib, room->mem_mib);
	if (c->mem_mib < w->min_mem_mib) {
		snprintf(why, sizeof(why),
			 "It needs %" PRIu64 " MB of memory, and %" PRIu64 " MB are available",
			 w->min_mem_mib, room->mem_mib);
		return fail_room(p, why, err);
	}
	if (w->proc_mode == LPAR_PROC_DEDICATED) {
		least_units = (uint64_t)w->min_procs * 100;
		c->procs = (uint32_t)least(w->desired_procs, room->units_x100 / 100);
		c->proc_units_x100 = c->procs * 100;
	} else {
		least_units = w->min_proc_units_x100;
		c->proc_units_x100 = (uint32_t)least(w->desired_proc_units_x100, room->units_x100);
		/* Every virtual processor needs its least units. */
		c->procs =
			(uint32_t)least(w->desired_procs, c->proc_units_x100 / LPAR_MIN_UNITS_X100);
	}
	if (c->proc_units_x100 < least_units || c->procs < w->min_procs) {
		snprintf(why, sizeof(why),
			 "It needs %" PRIu64 ".%02" PRIu64 " processing units, and %" PRIu64
			 ".%02" PRIu64 " are available",
			 least_units / 100, least_units % 100, room->units_x100 / 100,
			 room->units_x100 % 100);
		return fail_room(p, why, err);
	}
	return 0;
}

/* What the partition itself takes over from a profile. */
static int take_over(struct lpar_partition *p, const struct lpar_profile *from)
{
	char *group = from->work_group_id ? strdup(from->work_group_id) : NULL;
	char *ctrl = from->power_ctrl_lpar_ids ? strdup(from->power_ctrl_lpar_ids) : NULL;

	if ((from->work_group_id && !group) || (from->power_ctrl_lpar_ids && !ctrl)) {
		free(group);
		free(ctrl);
		return -ENOMEM;
	}
	free(p->work_group_id);
	free(p->power_ctrl_lpar_ids);
	p->work_group_id = group;
	p->power_ctrl_lpar_ids = ctrl;
	p->boot_mode = from->boot_mode;
	p->auto_start = from->auto_start;
	p->redundant_err_path_reporting = from->redundant_err_path_reporting;
	return 0;
}

/* The profile to apply: a copy of its wishes. */
static int wish(struct lpar_partition *p, const char *name, struct lpar_profile *ret,
		struct par_error **err)
{
	struct lpar_profile *from;
	bool last = name && strcmp(name, LPAR_LAST_VALID) == 0;
	int r;

	if (last) {
		if (!p->current)
			return par_fail(err, PAR_E_WRONG_STATE, 0, LPAR_MSG_NO_CURRENT, p->name);
		from = &p->current->profile;
	} else {
		r = lpar_profile_get(p,
				     name		  ? name
				     : p->default_profile ? p->default_profile
							  : "",
				     &from, err);
		if (r < 0)
			return r;
	}
	if (lpar_profile_copy(from, ret) < 0)
		return par_oom(err);
	/* The last configuration once more: what it was given, with what was changed since. */
	if (last) {
		ret->desired_mem_mib = p->current->mem_mib;
		ret->desired_procs = p->current->procs;
		ret->desired_proc_units_x100 = p->current->proc_units_x100;
	}
	return 0;
}

int lpar_profile_apply(struct lpar_partition *p, const char *name, const struct lpar_system *sys,
		       const struct lpar_usage *usage, struct par_error **err)
{
	par_cleanup(lpar_current_free) struct lpar_current *c = calloc(1, sizeof(*c));
	struct room room = room_of(sys, usage);
	bool last = name && strcmp(name, LPAR_LAST_VALID) == 0;
	int r;

	if (!c)
		return par_oom(err);
	r = wish(p, name, &c->profile, err);
	if (r < 0)
		return r;
	if (c->profile.all_resources)
		take_all(&c->profile, sys, &room);
	r = assign(p, c, &room, err);
	if (r < 0)
		return r;
	if (last) {
		/* What was wished for stays on record. */
		c->profile.desired_mem_mib = p->current->profile.desired_mem_mib;
		c->profile.desired_procs = p->current->profile.desired_procs;
		c->profile.desired_proc_units_x100 = p->current->profile.desired_proc_units_x100;
	} else if (take_over(p, &c->profile) < 0) {
		return par_oom(err);
	}
	if (p->sync_curr_profile == 2)
		p->sync_curr_profile = 1;
	free(p->error_refcode);
	p->error_refcode = NULL;
	free(p->left_error);
	p->left_error = NULL;
	lpar_current_free(&p->current);
	p->current = take_ptr(c);
	return 0;
}
