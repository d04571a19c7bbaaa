/* SPDX-License-Identifier: Apache-2.0 */
/* Values that are more than one field: what attributes.def names as FN and .applies. */
#include "lpard/core/attributes/attributes_priv.h"

#include <string.h>

const char *const lpar_compat_modes[] = { "default", "POWER8",	"POWER9_base",
					  "POWER9",  "POWER10", NULL };

static int put(struct par_buf *b, const char *text)
{
	return par_buf_puts(b, text) < 0 ? -ENOMEM : 1;
}

static int put_number(struct par_buf *b, uint64_t v)
{
	return put_u64(b, v) < 0 ? -ENOMEM : 1;
}

static int put_units(struct par_buf *b, uint64_t v)
{
	return put_x100(b, v) < 0 ? -ENOMEM : 1;
}

static enum lpar_state state_of(const struct lpar_record *r)
{
	enum lpar_state s = r->live ? r->live->state : LPAR_STATE_NOT_ACTIVATED;

	if (s == LPAR_STATE_NOT_ACTIVATED && r->partition->error_refcode)
		return LPAR_STATE_ERROR;
	return s;
}

static bool is_active(const struct lpar_record *r)
{
	return r->live && lpar_state_active(r->live->state);
}

/* Whose modes the processor listing shows: without a current configuration the default profile's.
 */
static const struct lpar_profile *curr_profile(const struct lpar_record *r)
{
	const struct lpar_partition *p = r->partition;

	if (p->current)
		return &p->current->profile;
	return p->default_profile ? lpar_profile_find(p, p->default_profile) : NULL;
}

bool is_vios(const struct lpar_record *r)
{
	return r->partition && r->partition->env == LPAR_ENV_VIOSERVER;
}

bool is_not_vios(const struct lpar_record *r)
{
	return !is_vios(r);
}

bool has_resources(const struct lpar_record *r)
{
	return r->profile && !r->profile->all_resources;
}

bool has_resources_not_vios(const struct lpar_record *r)
{
	return has_resources(r) && !is_vios(r);
}

bool is_shared_profile(const struct lpar_record *r)
{
	return has_resources(r) && r->profile->proc_mode == LPAR_PROC_SHARED;
}

bool is_curr_shared(const struct lpar_record *r)
{
	const struct lpar_profile *p = curr_profile(r);

	return p && p->proc_mode == LPAR_PROC_SHARED;
}

int get_state(const struct lpar_record *r, struct par_buf *b)
{
	return put(b, lpar_state_text(state_of(r)));
}

int get_resource_config(const struct lpar_record *r, struct par_buf *b)
{
	return put(b, r->partition->current ? "1" : "0");
}

/* The system's serial number and the id in base 36. */
int get_logical_serial(const struct lpar_record *r, struct par_buf *b)
{
	static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	char text[8];
	size_t at = sizeof(text);

	text[--at] = '\0';
	for (uint32_t id = r->partition->id; at > 0; id /= 36) {
		text[--at] = digits[id % 36];
		if (id < 36)
			break;
	}
	if (r->system && r->system->serial)
		par_buf_puts(b, r->system->serial);
	return put(b, text + at);
}

int get_curr_profile(const struct lpar_record *r, struct par_buf *b)
{
	const struct lpar_current *c = r->partition->current;

	return put(b, c && c->profile.name ? c->profile.name : "");
}

int get_curr_compat_mode(const struct lpar_record *r, struct par_buf *b)
{
	const struct lpar_current *c = r->partition->current;

	return put(b, c && c->profile.proc_compat_mode ? c->profile.proc_compat_mode : "default");
}

int get_os(const struct lpar_record *r, struct par_buf *b)
{
	return put(b, is_vios(r) ? "vios" : "aixlinux");
}

int get_uncap_weight(const struct lpar_record *r, struct par_buf *b)
{
	if (r->profile->sharing_mode != LPAR_SHARING_UNCAP)
		return put(b, "0");
	return put_number(b, r->profile->uncap_weight);
}

int get_curr_proc_mode(const struct lpar_record *r, struct par_buf *b)
{
	const struct lpar_profile *p = curr_profile(r);

	return put(b, p && p->proc_mode == LPAR_PROC_DEDICATED ? "ded" : "shared");
}

int get_curr_sharing_mode(const struct lpar_record *r, struct par_buf *b)
{
	const struct lpar_attribute *a = attr_find(LPAR_LIST_PROF, "sharing_mode");
	const struct lpar_profile *p = curr_profile(r);

	if (!p)
		return put(b, "cap");
	return attr_put_field(a, p, b) < 0 ? -ENOMEM : 1;
}

static uint32_t weight_of(const struct lpar_record *r)
{
	const struct lpar_current *c = r->partition->current;

	return c && c->profile.sharing_mode == LPAR_SHARING_UNCAP ? c->profile.uncap_weight : 0;
}

int get_curr_uncap_weight(const struct lpar_record *r, struct par_buf *b)
{
	return put_number(b, weight_of(r));
}

int get_run_uncap_weight(const struct lpar_record *r, struct par_buf *b)
{
	return put_number(b, is_active(r) ? weight_of(r) : 0);
}

int get_run_min_mem(const struct lpar_record *r, struct par_buf *b)
{
	const struct lpar_current *c = r->partition->current;

	return put_number(b, is_active(r) && c ? c->profile.min_mem_mib : 0);
}

int get_run_mem(const struct lpar_record *r, struct par_buf *b)
{
	const struct lpar_current *c = r->partition->current;

	if (!is_active(r))
		return put(b, "0");
	return put_number(b, r->live->mem_mib ? r->live->mem_mib : c ? c->mem_mib : 0);
}

int get_run_procs(const struct lpar_record *r, struct par_buf *b)
{
	const struct lpar_current *c = r->partition->current;

	if (!is_active(r))
		return put(b, "0");
	return put_number(b, r->live->procs ? r->live->procs : c ? c->procs : 0);
}

int get_run_proc_units(const struct lpar_record *r, struct par_buf *b)
{
	const struct lpar_current *c = r->partition->current;
	uint32_t units = 0;

	if (is_active(r))
		units = r->live->proc_units_x100 ? r->live->proc_units_x100
			: c			 ? c->proc_units_x100
						 : 0;
	return put_units(b, units);
}

int get_sys_state(const struct lpar_record *r, struct par_buf *b)
{
	return put(b, lpar_system_state_text(r->system->state));
}

static int put_time(struct par_buf *b, time_t t)
{
	char text[32];
	struct tm tm;

	if (!localtime_r(&t, &tm) || strftime(text, sizeof(text), "%m/%d/%Y %H:%M:%S", &tm) == 0)
		return put(b, "");
	return put(b, text);
}

int get_sys_time(const struct lpar_record *r, struct par_buf *b)
{
	return put_time(b, r->now);
}

int get_refcode_time(const struct lpar_record *r, struct par_buf *b)
{
	return r->refcode->time ? put_time(b, r->refcode->time) : put(b, "");
}

int get_compat_modes(const struct lpar_record *r, struct par_buf *b)
{
	(void)r;
	for (size_t i = 0; lpar_compat_modes[i]; i++) {
		if (i)
			par_buf_putc(b, ',');
		par_buf_puts(b, lpar_compat_modes[i]);
	}
	return b->failed ? -ENOMEM : 1;
}

static uint64_t lmb_of(const struct lpar_record *r)
{
	return r->system->lmb_mib ? r->system->lmb_mib : LPAR_LMB_MIB;
}

int get_configurable_mem(const struct lpar_record *r, struct par_buf *b)
{
	return put_number(b, r->system->mem_mib);
}

/* Whole blocks only: the rest cannot be given away. */
int get_avail_mem(const struct lpar_record *r, struct par_buf *b)
{
	uint64_t used = r->system->firmware_mem_mib + (r->usage ? r->usage->mem_mib : 0);
	uint64_t free_mib = used < r->system->mem_mib ? r->system->mem_mib - used : 0;

	return put_number(b, free_mib / lmb_of(r) * lmb_of(r));
}

int get_mem_region(const struct lpar_record *r, struct par_buf *b)
{
	return put_number(b, lmb_of(r));
}

int get_installed_units(const struct lpar_record *r, struct par_buf *b)
{
	return put_units(b, (uint64_t)r->system->procs * 100);
}

int get_avail_units(const struct lpar_record *r, struct par_buf *b)
{
	uint64_t all = (uint64_t)r->system->procs * 100;
	uint64_t used = r->usage ? r->usage->proc_units_x100 : 0;

	return put_units(b, used < all ? all - used : 0);
}
