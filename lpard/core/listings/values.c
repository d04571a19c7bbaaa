/* SPDX-License-Identifier: Apache-2.0 */
/* Values that are more than a member: what attributes.def names as FN and IF. */
#include "lpard/core/listings/values.h"

#include <string.h>

static int put(struct par_buf *b, const char *text)
{
	return par_buf_puts(b, text);
}

static int put_number(struct par_buf *b, uint64_t v)
{
	return par_buf_put_u64(b, v);
}

static int put_units(struct par_buf *b, uint64_t v)
{
	return par_buf_put_x100(b, v);
}

static bool is_active(const struct lpar_record *r)
{
	return lpar_live_active(r->live);
}

/* Whose modes the processor listing shows: the default profile's when nothing was applied yet. */
static const struct lpar_profile *curr_profile(const struct lpar_record *r)
{
	const struct lpar_partition *p = r->partition;

	if (p->current)
		return &p->current->profile;
	return p->default_profile ? lpar_profile_find(p, p->default_profile) : NULL;
}

static bool is_vios(const struct lpar_record *r)
{
	return r->partition && r->partition->env == LPAR_ENV_VIOSERVER;
}

static bool has_resources(const struct lpar_record *r)
{
	return r->profile && !r->profile->all_resources;
}

static bool is_curr_shared(const struct lpar_record *r)
{
	const struct lpar_profile *p = curr_profile(r);

	return p && p->proc_mode == LPAR_PROC_SHARED;
}

static int get_state(const struct lpar_record *r, struct par_buf *b)
{
	return put(b, lpar_state_text(lpar_partition_state(r->partition, r->live)));
}

static int get_resource_config(const struct lpar_record *r, struct par_buf *b)
{
	return put(b, r->partition->current ? "1" : "0");
}

/* The system's serial number and the id in base 36. */
static int get_logical_serial(const struct lpar_record *r, struct par_buf *b)
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

static int get_curr_profile(const struct lpar_record *r, struct par_buf *b)
{
	const struct lpar_current *c = r->partition->current;

	return put(b, c && c->profile.name ? c->profile.name : "");
}

static int get_curr_compat_mode(const struct lpar_record *r, struct par_buf *b)
{
	const struct lpar_current *c = r->partition->current;

	return put(b, c && c->profile.proc_compat_mode ? c->profile.proc_compat_mode : "default");
}

static int get_os(const struct lpar_record *r, struct par_buf *b)
{
	return put(b, is_vios(r) ? "vios" : "aixlinux");
}

static int get_uncap_weight(const struct lpar_record *r, struct par_buf *b)
{
	if (r->profile->sharing_mode != LPAR_SHARING_UNCAP)
		return put(b, "0");
	return put_number(b, r->profile->uncap_weight);
}

static int get_curr_proc_mode(const struct lpar_record *r, struct par_buf *b)
{
	const struct lpar_profile *p = curr_profile(r);

	return put(b, p && p->proc_mode == LPAR_PROC_DEDICATED ? "ded" : "shared");
}

static int get_curr_sharing_mode(const struct lpar_record *r, struct par_buf *b)
{
	const struct lpar_attribute *a = lpar_attribute_find(LPAR_LIST_PROF, "sharing_mode");
	const struct lpar_profile *p = curr_profile(r);

	if (!p)
		return put(b, "cap");
	return par_field_print(&a->field, p, b);
}

static uint32_t weight_of(const struct lpar_record *r)
{
	const struct lpar_current *c = r->partition->current;

	return c && c->profile.sharing_mode == LPAR_SHARING_UNCAP ? c->profile.uncap_weight : 0;
}

static int get_curr_uncap_weight(const struct lpar_record *r, struct par_buf *b)
{
	return put_number(b, weight_of(r));
}

static int get_run_uncap_weight(const struct lpar_record *r, struct par_buf *b)
{
	return put_number(b, is_active(r) ? weight_of(r) : 0);
}

static int get_run_min_mem(const struct lpar_record *r, struct par_buf *b)
{
	const struct lpar_current *c = r->partition->current;

	return put_number(b, is_active(r) && c ? c->profile.min_mem_mib : 0);
}

static int get_run_mem(const struct lpar_record *r, struct par_buf *b)
{
	const struct lpar_current *c = r->partition->current;

	if (!is_active(r))
		return put(b, "0");
	return put_number(b, r->live->mem_mib ? r->live->mem_mib : c ? c->mem_mib : 0);
}

static int get_run_procs(const struct lpar_record *r, struct par_buf *b)
{
	const struct lpar_current *c = r->partition->current;

	if (!is_active(r))
		return put(b, "0");
	return put_number(b, r->live->procs ? r->live->procs : c ? c->procs : 0);
}

static int get_run_proc_units(const struct lpar_record *r, struct par_buf *b)
{
	const struct lpar_current *c = r->partition->current;
	uint32_t units = 0;

	if (is_active(r))
		units = r->live->proc_units_x100 ? r->live->proc_units_x100
			: c			 ? c->proc_units_x100
						 : 0;
	return put_units(b, units);
}

static int get_sys_state(const struct lpar_record *r, struct par_buf *b)
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

static int get_sys_time(const struct lpar_record *r, struct par_buf *b)
{
	return put_time(b, r->now);
}

static int get_refcode_time(const struct lpar_record *r, struct par_buf *b)
{
	return r->refcode->time ? put_time(b, r->refcode->time) : put(b, "");
}

static int get_compat_modes(const struct lpar_record *r, struct par_buf *b)
{
	return lpar_system_put_compat_modes(r->system, b);
}

static uint64_t lmb_of(const struct lpar_record *r)
{
	return r->system->lmb_mib ? r->system->lmb_mib : LPAR_LMB_MIB;
}

static int get_configurable_mem(const struct lpar_record *r, struct par_buf *b)
{
	return put_number(b, r->system->mem_mib);
}

/* Whole blocks only: the rest cannot be given away. */
static int get_avail_mem(const struct lpar_record *r, struct par_buf *b)
{
	uint64_t used = r->system->firmware_mem_mib + (r->usage ? r->usage->mem_mib : 0);
	uint64_t free_mib = used < r->system->mem_mib ? r->system->mem_mib - used : 0;

	return put_number(b, free_mib / lmb_of(r) * lmb_of(r));
}

static int get_mem_region(const struct lpar_record *r, struct par_buf *b)
{
	return put_number(b, lmb_of(r));
}

static int get_installed_units(const struct lpar_record *r, struct par_buf *b)
{
	return put_units(b, (uint64_t)r->system->procs * 100);
}

static int get_avail_units(const struct lpar_record *r, struct par_buf *b)
{
	uint64_t all = (uint64_t)r->system->procs * 100;
	uint64_t used = r->usage ? r->usage->proc_units_x100 : 0;

	return put_units(b, used < all ? all - used : 0);
}

/* So many virtual processors can be made of the machine's units. */
static int get_sys_virtual_procs(const struct lpar_record *r, struct par_buf *b)
{
	return put_number(b, (uint64_t)r->system->procs * 100 / LPAR_MIN_UNITS_X100);
}

static int (*const putters[LPAR_VALUE_COUNT])(const struct lpar_record *r, struct par_buf *b) = {
	[LPAR_VALUE_ADAPTER_KIND] = lpar_get_adapter_kind,
	[LPAR_VALUE_DRC_NAME] = lpar_get_drc_name,
	[LPAR_VALUE_ETH_ADAPTERS] = lpar_get_eth_adapters,
	[LPAR_VALUE_FC_ADAPTERS] = lpar_get_fc_adapters,
	[LPAR_VALUE_IS_TRUNK] = lpar_get_is_trunk,
	[LPAR_VALUE_MAC] = lpar_get_mac,
	[LPAR_VALUE_NEXT_SLOT] = lpar_get_next_slot,
	[LPAR_VALUE_POOL_IDS] = lpar_get_pool_ids,
	[LPAR_VALUE_POOL_NAMES] = lpar_get_pool_names,
	[LPAR_VALUE_REMOTE_ID] = lpar_get_remote_id,
	[LPAR_VALUE_REMOTE_NAME] = lpar_get_remote_name,
	[LPAR_VALUE_REMOTE_SLOT] = lpar_get_remote_slot,
	[LPAR_VALUE_SCSI_ADAPTERS] = lpar_get_scsi_adapters,
	[LPAR_VALUE_SERIAL_ADAPTERS] = lpar_get_serial_adapters,
	[LPAR_VALUE_TRUNK_PRIORITY] = lpar_get_trunk_priority,
	[LPAR_VALUE_VLAN_IDS] = lpar_get_vlan_ids,
	[LPAR_VALUE_VNETWORK] = lpar_get_vnetwork,
	[LPAR_VALUE_AVAIL_MEM] = get_avail_mem,
	[LPAR_VALUE_AVAIL_UNITS] = get_avail_units,
	[LPAR_VALUE_COMPAT_MODES] = get_compat_modes,
	[LPAR_VALUE_CONFIGURABLE_MEM] = get_configurable_mem,
	[LPAR_VALUE_CURR_COMPAT_MODE] = get_curr_compat_mode,
	[LPAR_VALUE_CURR_PROC_MODE] = get_curr_proc_mode,
	[LPAR_VALUE_CURR_PROFILE] = get_curr_profile,
	[LPAR_VALUE_CURR_SHARING_MODE] = get_curr_sharing_mode,
	[LPAR_VALUE_CURR_UNCAP_WEIGHT] = get_curr_uncap_weight,
	[LPAR_VALUE_INSTALLED_UNITS] = get_installed_units,
	[LPAR_VALUE_LOGICAL_SERIAL] = get_logical_serial,
	[LPAR_VALUE_MEM_REGION] = get_mem_region,
	[LPAR_VALUE_OS] = get_os,
	[LPAR_VALUE_REFCODE_TIME] = get_refcode_time,
	[LPAR_VALUE_RESOURCE_CONFIG] = get_resource_config,
	[LPAR_VALUE_RUN_MEM] = get_run_mem,
	[LPAR_VALUE_RUN_MIN_MEM] = get_run_min_mem,
	[LPAR_VALUE_RUN_PROC_UNITS] = get_run_proc_units,
	[LPAR_VALUE_RUN_PROCS] = get_run_procs,
	[LPAR_VALUE_RUN_UNCAP_WEIGHT] = get_run_uncap_weight,
	[LPAR_VALUE_STATE] = get_state,
	[LPAR_VALUE_SYS_STATE] = get_sys_state,
	[LPAR_VALUE_SYS_TIME] = get_sys_time,
	[LPAR_VALUE_SYS_VIRTUAL_PROCS] = get_sys_virtual_procs,
	[LPAR_VALUE_UNCAP_WEIGHT] = get_uncap_weight,
};

int lpar_value_put(enum lpar_value value, const struct lpar_record *r, struct par_buf *b)
{
	return putters[value](r, b);
}

bool lpar_condition_holds(enum lpar_condition condition, const struct lpar_record *r)
{
	switch (condition) {
	case LPAR_IF_ANY:
		return true;
	case LPAR_IF_VIOS:
		return is_vios(r);
	case LPAR_IF_NOT_VIOS:
		return !is_vios(r);
	case LPAR_IF_RESOURCES:
		return has_resources(r);
	case LPAR_IF_RESOURCES_NOT_VIOS:
		return has_resources(r) && !is_vios(r);
	case LPAR_IF_SHARED_PROFILE:
		return has_resources(r) && r->profile->proc_mode == LPAR_PROC_SHARED;
	case LPAR_IF_CURRENT_SHARED:
		return is_curr_shared(r);
	case LPAR_IF_TRUNK:
		return r->adapter && r->adapter->trunk_priority > 0;
	case LPAR_IF_NEVER:
		return false;
	}
	return false;
}
