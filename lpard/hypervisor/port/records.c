/* SPDX-License-Identifier: Apache-2.0 */
/* What both back ends use of the port: names of its values and destructors of its records. */
#include "lpard/core/messages.h"
#include "lpard/core/model/partition.h"
#include "lpard/hypervisor/hypervisor.h"

const char *hv_run_state_name(enum hv_run_state state)
{
	static const char *const names[] = {
		[HV_RUN_OFF] = "off",	      [HV_RUN_RUNNING] = "running",
		[HV_RUN_PAUSED] = "paused",   [HV_RUN_SHUTTING_DOWN] = "shutting down",
		[HV_RUN_CRASHED] = "crashed", [HV_RUN_SUSPENDED] = "suspended",
	};

	return (unsigned int)state < PAR_ARRAY_SIZE(names) ? names[state] : "unknown";
}

const char *hv_event_name(enum hv_event_type type)
{
	static const char *const names[] = {
		[HV_EVENT_CONNECTION] = "connection", [HV_EVENT_DEFINED] = "defined",
		[HV_EVENT_UNDEFINED] = "undefined",   [HV_EVENT_STARTED] = "started",
		[HV_EVENT_STOPPED] = "stopped",	      [HV_EVENT_PAUSED] = "paused",
		[HV_EVENT_RESUMED] = "resumed",	      [HV_EVENT_CRASHED] = "crashed",
		[HV_EVENT_REBOOTED] = "rebooted",     [HV_EVENT_RESOURCES] = "resources",
		[HV_EVENT_LOWERED] = "lowered",
	};

	return (unsigned int)type < PAR_ARRAY_SIZE(names) ? names[type] : "unknown";
}

void hv_facts_done(struct hv_facts *f)
{
	free(f->cpu_model);
	free(f->hostname);
	free(f->host_uuid);
	free(f->type_model);
	free(f->serial);
	free(f->version);
	*f = (struct hv_facts){ 0 };
}

void hv_record_done(struct hv_record *r)
{
	lpar_partition_free(&r->part);
	*r = (struct hv_record){ 0 };
}

void hv_records_done(struct hv_records *r)
{
	for (size_t i = 0; i < r->n; i++)
		lpar_partition_free(&r->v[i].part);
	free(r->v);
	*r = (struct hv_records){ 0 };
}

void hv_unused_done(struct hv_unused *u)
{
	for (size_t i = 0; i < u->n; i++)
		free(u->v[i].name);
	free(u->v);
	*u = (struct hv_unused){ 0 };
}

int hv_no_lpar(const char *uuid, struct par_error **err)
{
	return par_fail(err, PAR_E_NOT_FOUND, 0, LPAR_MSG_NO_PARTITION, uuid);
}
