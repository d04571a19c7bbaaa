/* SPDX-License-Identifier: Apache-2.0 */
/* Domains as records: our metadata and what is so right now. */
#include "lpard/common/text.h"
#include "lpard/hypervisor/libvirt/libvirt_priv.h"
#include "lpard/hypervisor/libvirt/xml/xml.h"

#include <string.h>

static int look_up(virConnectPtr conn, const char *uuid, virDomainPtr *ret, struct par_error **err)
{
	char lower[PAR_UUID_LEN];

	if (par_uuid_lower(uuid, lower) < 0)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "\"%s\" is not a UUID", uuid);
	*ret = virDomainLookupByUUIDString(conn, lower);
	if (*ret)
		return 0;
	if (hv_last_code_is(VIR_ERR_NO_DOMAIN))
		return hv_no_lpar(lower, err);
	return hv_fail(conn, err, "could not look for the LPAR");
}

int hv_find(virConnectPtr conn, const char *uuid, virDomainPtr *ret, struct par_error **err)
{
	auto_domain dom = NULL;
	autofree char *meta = NULL;
	const char *name;
	int r = look_up(conn, uuid, &dom, err);

	if (r < 0)
		return r;
	name = virDomainGetName(dom);
	meta = virDomainGetMetadata(dom, VIR_DOMAIN_METADATA_ELEMENT, HV_METADATA_URI,
				    VIR_DOMAIN_AFFECT_CURRENT);
	if (!meta && hv_last_code_is(VIR_ERR_NO_DOMAIN_METADATA))
		return par_fail(err, PAR_E_NOT_FOUND, 0, "the domain \"%s\" is not an LPAR", name);
	if (!meta)
		return hv_fail(conn, err, "could not read the domain \"%s\"", name);
	*ret = take_ptr(dom);
	return 0;
}

/* The definition's metadata; a domain without a definition has only the running one's. */
static char *read_metadata(virDomainPtr dom)
{
	char *meta = virDomainGetMetadata(dom, VIR_DOMAIN_METADATA_ELEMENT, HV_METADATA_URI,
					  VIR_DOMAIN_AFFECT_CONFIG);

	if (!meta && !hv_last_code_is(VIR_ERR_NO_DOMAIN_METADATA) &&
	    !hv_last_code_is(VIR_ERR_NO_DOMAIN))
		meta = virDomainGetMetadata(dom, VIR_DOMAIN_METADATA_ELEMENT, HV_METADATA_URI,
					    VIR_DOMAIN_AFFECT_CURRENT);
	return meta;
}

/* A partition of which no more than its id can be told, and perhaps not even that. */
static int make_damaged(const struct hv_stored *stored, const char *why,
			struct lpar_partition **ret, struct par_error **err)
{
	auto_partition part = calloc(1, sizeof(*part));
	const char *id = stored->n > 0 ? par_attrs_get(&stored->v[0].attrs, "lpar_id") : NULL;
	uint64_t number = 0;

	if (!part || !(part->damaged = strdup(why)))
		return par_oom(err);
	/* A new LPAR must not be given its id. */
	if (id && par_parse_u64(id, LPAR_ID_MAX, &number) == 0)
		part->id = (uint32_t)number;
	*ret = take_ptr(part);
	return 0;
}

static int load_stored(const char *meta, struct hv_stored *stored, struct lpar_partition **ret,
		       struct par_error **err)
{
	unsigned int version = 0;
	int r = hv_xml_read_stored(meta, strlen(meta), &version, stored, err);

	return r < 0 ? r : hv_stored_load(version, stored, ret, err);
}

static int load_partition(virDomainPtr dom, const char *meta, struct lpar_partition **ret,
			  struct par_error **err)
{
	auto_stored stored = { 0 };
	auto_partition part = NULL;
	auto_error why = NULL;
	char uuid[VIR_UUID_STRING_BUFLEN];
	char *name;
	int r = load_stored(meta, &stored, &part, &why);

	if (r < 0 && why && why->id != PAR_E_NO_MEMORY)
		r = make_damaged(&stored, par_error_text(why), &part, err);
	else if (r < 0)
		return par_oom(err);
	if (r < 0)
		return r;
	/* The domain's own name and UUID are the truth: virsh may have renamed it. */
	name = strdup(virDomainGetName(dom));
	if (!name || virDomainGetUUIDString(dom, uuid) < 0) {
		free(name);
		return par_oom(err);
	}
	par_text_clean(name, PAR_TEXT_FOREIGN, PAR_TEXT_LINE);
	free(part->name);
	part->name = name;
	par_uuid_upper(uuid, part->uuid);
	*ret = take_ptr(part);
	return 0;
}

static enum hv_run_state run_state(virDomainPtr dom, int state, int reason)
{
	switch (state) {
	case VIR_DOMAIN_RUNNING:
	case VIR_DOMAIN_BLOCKED:
		return HV_RUN_RUNNING;
	case VIR_DOMAIN_PAUSED:
	case VIR_DOMAIN_PMSUSPENDED:
		return reason == VIR_DOMAIN_PAUSED_CRASHED ? HV_RUN_CRASHED : HV_RUN_PAUSED;
	case VIR_DOMAIN_SHUTDOWN:
		return HV_RUN_SHUTTING_DOWN;
	case VIR_DOMAIN_CRASHED:
		return HV_RUN_CRASHED;
	default:
		break;
	}
	if (reason == VIR_DOMAIN_SHUTOFF_CRASHED)
		return HV_RUN_CRASHED;
	return virDomainHasManagedSaveImage(dom, 0) == 1 ? HV_RUN_SUSPENDED : HV_RUN_OFF;
}

/*
 * Nothing here asks the emulator.  What does, as the statistics of memory do, waits for ever for
 * one that hangs, and not even the plug of that LPAR could be pulled.
 */
static int read_live(virConnectPtr conn, virDomainPtr dom, struct hv_live *live,
		     struct par_error **err)
{
	const char *name = virDomainGetName(dom);
	virDomainInfo info;
	int state, reason, n;

	*live = (struct hv_live){ 0 };
	if (virDomainGetInfo(dom, &info) < 0 || virDomainGetState(dom, &state, &reason, 0) < 0)
		return hv_fail(conn, err, "could not read the state of \"%s\"", name);
	live->state = run_state(dom, state, reason);
	live->run_id = (int)virDomainGetID(dom);
	live->mem_mib = info.memory / 1024;
	live->vcpus = info.nrVirtCpu;
	n = virDomainGetVcpusFlags(dom, VIR_DOMAIN_VCPU_MAXIMUM | VIR_DOMAIN_AFFECT_CURRENT);
	live->vcpus_max = n > 0 ? (unsigned int)n : info.nrVirtCpu;
	live->persistent = virDomainIsPersistent(dom) != 0;
	virResetLastError();
	return 0;
}

static int read_record(virConnectPtr conn, virDomainPtr dom, struct hv_record *ret,
		       struct par_error **err)
{
	const char *name = virDomainGetName(dom);
	autofree char *meta = read_metadata(dom);
	int r;

	if (!meta &&
	    (hv_last_code_is(VIR_ERR_NO_DOMAIN_METADATA) || hv_last_code_is(VIR_ERR_NO_DOMAIN)))
		return par_fail(err, PAR_E_NOT_FOUND, 0, "the domain \"%s\" is not an LPAR", name);
	if (!meta)
		return hv_fail(conn, err, "could not read the domain \"%s\"", name);
	r = load_partition(dom, meta, &ret->part, err);
	if (r < 0)
		return r;
	r = read_live(conn, dom, &ret->live, err);
	if (r < 0)
		hv_record_done(ret);
	return r;
}

static int get_record(virConnectPtr conn, const char *uuid, struct hv_record *ret,
		      struct par_error **err)
{
	auto_domain dom = NULL;
	int r = look_up(conn, uuid, &dom, err);

	return r < 0 ? r : read_record(conn, dom, ret, err);
}

int hv_libvirt_get(struct hv *hv, const char *uuid, struct hv_record *ret, struct par_error **err)
{
	struct hv_libvirt *h = hv_libvirt_of(hv);
	auto_hv_record record = { 0 };
	virConnectPtr conn;
	int r = hv_call_begin(h, &conn, err);

	if (r < 0)
		return r;
	r = get_record(conn, uuid, &record, err);
	hv_call_end(h, conn);
	if (r < 0)
		return r;
	*ret = record;
	record = (struct hv_record){ 0 };
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct hv_record *ra = a, *rb = b;

	return strcmp(ra->part->name, rb->part->name);
}

/* What a domain that is not an LPAR takes away from them; one that is gone takes nothing. */
static uint64_t mem_of_other(virConnectPtr conn, virDomainPtr dom)
{
	struct hv_live live;
	bool runs = virDomainIsActive(dom) == 1 && read_live(conn, dom, &live, NULL) == 0;

	virResetLastError();
	return runs ? live.mem_mib : 0;
}

/*
 * One domain of the list.  A foreign domain, or one that went away meanwhile, is passed over, but
 * for its memory.
 */
static int add_domain(virConnectPtr conn, virDomainPtr dom, struct hv_records *ret,
		      struct par_error **err)
{
	auto_error why = NULL;
	struct hv_record *rec = &ret->v[ret->n];
	int r = read_record(conn, dom, rec, &why);

	if (r == 0) {
		ret->n++;
		ret->damaged += rec->part->damaged != NULL;
		return 0;
	}
	if (why && why->id == PAR_E_NOT_FOUND) {
		ret->others_mem_mib += mem_of_other(conn, dom);
		return 0;
	}
	par_error_move(err, &why);
	return r;
}

static int add_domains(virConnectPtr conn, virDomainPtr *doms, int n, struct hv_records *ret,
		       struct par_error **err)
{
	ret->v = calloc((size_t)n + 1, sizeof(*ret->v));
	if (!ret->v)
		return par_oom(err);
	for (int i = 0; i < n; i++) {
		int r = add_domain(conn, doms[i], ret, err);

		if (r < 0)
			return r;
	}
	qsort(ret->v, ret->n, sizeof(*ret->v), by_name);
	return 0;
}

static int list_records(virConnectPtr conn, struct hv_records *ret, struct par_error **err)
{
	virDomainPtr *doms = NULL;
	int n = virConnectListAllDomains(conn, &doms, 0), r;

	if (n < 0)
		return hv_fail(conn, err, "could not list the LPARs");
	r = add_domains(conn, doms, n, ret, err);
	for (int i = 0; i < n; i++)
		virDomainFree(doms[i]);
	free(doms);
	return r;
}

int hv_libvirt_list(struct hv *hv, struct hv_records *ret, struct par_error **err)
{
	struct hv_libvirt *h = hv_libvirt_of(hv);
	auto_hv_records records = { 0 };
	virConnectPtr conn;
	int r = hv_call_begin(h, &conn, err);

	if (r < 0)
		return r;
	r = list_records(conn, &records, err);
	hv_call_end(h, conn);
	if (r < 0)
		return r;
	*ret = records;
	records = (struct hv_records){ 0 };
	return 0;
}

static int add_others(virConnectPtr conn, uint64_t *ret_mem_mib, struct par_error **err)
{
	virDomainPtr *doms = NULL;
	int n = virConnectListAllDomains(conn, &doms, VIR_CONNECT_LIST_DOMAINS_ACTIVE);

	if (n < 0)
		return hv_fail(conn, err, "could not list the domains that run");
	*ret_mem_mib = 0;
	for (int i = 0; i < n; i++) {
		autofree char *meta = read_metadata(doms[i]);

		if (!meta)
			*ret_mem_mib += mem_of_other(conn, doms[i]);
		virDomainFree(doms[i]);
	}
	free(doms);
	return 0;
}

int hv_libvirt_others(struct hv *hv, uint64_t *ret_mem_mib, struct par_error **err)
{
	struct hv_libvirt *h = hv_libvirt_of(hv);
	virConnectPtr conn;
	int r = hv_call_begin(h, &conn, err);

	if (r < 0)
		return r;
	r = add_others(conn, ret_mem_mib, err);
	hv_call_end(h, conn);
	return r;
}
