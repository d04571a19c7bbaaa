/* SPDX-License-Identifier: Apache-2.0 */
/* Making, changing, starting and stopping the domains of LPARs. */
#include "lpard/hypervisor/libvirt/libvirt_priv.h"
#include "lpard/hypervisor/libvirt/xml/xml.h"

#include <string.h>

#define LIBVIRT_LOGS "/var/log/libvirt/qemu"

/* The name may belong to another domain, the UUID to a foreign one: say which, before libvirt. */
static int check_free(virConnectPtr conn, const char *uuid, const char *name,
		      struct par_error **err)
{
	auto_domain by_uuid = virDomainLookupByUUIDString(conn, uuid), by_name = NULL;
	auto_domain ours = NULL;
	char other[VIR_UUID_STRING_BUFLEN];

	if (by_uuid && hv_find(conn, uuid, &ours, NULL) < 0)
		return par_fail(err, PAR_E_EXISTS, 0,
				"the UUID %s belongs to a domain that is not an LPAR", uuid);
	if (by_uuid && strcmp(virDomainGetName(by_uuid), name) != 0)
		return par_fail(err, PAR_E_EXISTS, 0, "the LPAR %s has the name \"%s\"", uuid,
				virDomainGetName(by_uuid));
	by_name = virDomainLookupByName(conn, name);
	if (by_name && virDomainGetUUIDString(by_name, other) == 0 && strcmp(other, uuid) != 0)
		return par_fail(err, PAR_E_EXISTS, 0, "the name \"%s\" belongs to another domain",
				name);
	virResetLastError();
	return 0;
}

/* A running domain's copy, which virsh shows, is kept in step; the definition is what counts. */
static void save_live(virDomainPtr dom, const char *xml)
{
	if (virDomainIsActive(dom) == 1)
		virDomainSetMetadata(dom, VIR_DOMAIN_METADATA_ELEMENT, xml, "lpard",
				     HV_METADATA_URI, VIR_DOMAIN_AFFECT_LIVE);
	virResetLastError();
}

/* The adapters that the LPAR has had from us; none when its metadata cannot be read. */
static int plan_old_nics(struct hv_libvirt *h, virDomainPtr dom, const char *uuid,
			 struct hv_domain_plan *ret, struct par_error **err)
{
	autofree char *meta = virDomainGetMetadata(dom, VIR_DOMAIN_METADATA_ELEMENT,
						   HV_METADATA_URI, VIR_DOMAIN_AFFECT_CONFIG);
	auto_stored stored = { 0 };
	auto_partition part = NULL;
	unsigned int version;

	memcpy(ret->uuid, uuid, sizeof(ret->uuid));
	if (!meta || hv_xml_read_stored(meta, strlen(meta), &version, &stored, NULL) < 0 ||
	    hv_stored_load(version, &stored, &part, NULL) < 0)
		return 0;
	return hv_plan_nics(part, h->network, ret, err);
}

/* What others have put into the definition that there is goes into the one planned, *xml. */
static int keep_foreign(struct hv_libvirt *h, virConnectPtr conn, const struct hv_domain_plan *plan,
			const struct hv_definition *d, const char *pool_path, char **xml,
			struct par_error **err)
{
	auto_domain dom = virDomainLookupByUUIDString(conn, plan->uuid);
	struct hv_xml_before before = { .pool_path = pool_path, .disk = d->disk };
	autofree char *old = NULL, *planned = NULL;
	auto_domain_plan nics = { 0 };
	int r;

	if (!dom && hv_last_code_is(VIR_ERR_NO_DOMAIN))
		return 0;
	old = dom ? virDomainGetXMLDesc(dom, VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE)
		  : NULL;
	if (!old)
		return hv_fail(conn, err, "could not read the LPAR \"%s\"", plan->name);
	r = plan_old_nics(h, dom, plan->uuid, &nics, err);
	if (r < 0)
		return r;
	before.nics = nics.nics;
	before.n_nics = nics.n_nics;
	planned = take_ptr(*xml);
	return hv_xml_merge(planned, old, &before, xml, err);
}

static int define_domain(struct hv_libvirt *h, virConnectPtr conn, const struct hv_definition *d,
			 struct par_error **err)
{
	struct hv_plan_host host = { .accel = h->accel,
				     .test_driver = h->test_driver,
				     .network = h->network,
				     .mem_mib = hv_machine_mib(conn) };
	autofree char *pool_path = NULL, *xml = NULL, *stored = NULL;
	auto_domain_plan plan = { 0 };
	auto_domain dom = NULL;
	int r = hv_pool_path(h, conn, &pool_path, err);

	if (r < 0)
		return r;
	host.pool_path = pool_path;
	pthread_mutex_lock(&h->lock);
	host.without = h->without;
	pthread_mutex_unlock(&h->lock);
	r = hv_plan_domain(d, &host, &plan, err);
	if (r < 0)
		return r;
	r = hv_xml_domain(&plan, &xml, err);
	if (r < 0)
		return r;
	r = hv_xml_stored(&plan.stored, &stored, err);
	if (r < 0)
		return r;
	r = check_free(conn, plan.uuid, plan.name, err);
	if (r < 0)
		return r;
	r = keep_foreign(h, conn, &plan, d, pool_path, &xml, err);
	if (r < 0)
		return r;
	dom = virDomainDefineXML(conn, xml);
	if (!dom)
		return hv_fail(conn, err, "could not define the LPAR \"%s\"", plan.name);
	save_live(dom, stored);
	return 0;
}

int hv_libvirt_define(struct hv *hv, const struct hv_definition *d, struct par_error **err)
{
	struct hv_libvirt *h = hv_libvirt_of(hv);
	virConnectPtr conn;
	int r = hv_call_begin(h, &conn, err);

	if (r < 0)
		return r;
	r = define_domain(h, conn, d, err);
	hv_call_end(h, conn);
	return r;
}

static int save_metadata(virConnectPtr conn, const struct lpar_partition *part,
			 struct par_error **err)
{
	auto_stored stored = { 0 };
	autofree char *xml = NULL;
	auto_domain dom = NULL;
	int r = hv_find(conn, part->uuid, &dom, err);

	if (r < 0)
		return r;
	if (hv_stored_make(part, &stored) < 0)
		return par_oom(err);
	r = hv_xml_stored(&stored, &xml, err);
	if (r < 0)
		return r;
	if (virDomainSetMetadata(dom, VIR_DOMAIN_METADATA_ELEMENT, xml, "lpard", HV_METADATA_URI,
				 VIR_DOMAIN_AFFECT_CONFIG) < 0)
		return hv_fail(conn, err, "could not store the LPAR \"%s\"", part->name);
	save_live(dom, xml);
	return 0;
}

int hv_libvirt_save(struct hv *hv, const struct lpar_partition *part, struct par_error **err)
{
	struct hv_libvirt *h = hv_libvirt_of(hv);
	virConnectPtr conn;
	int r = hv_call_begin(h, &conn, err);

	if (r < 0)
		return r;
	r = save_metadata(conn, part, err);
	hv_call_end(h, conn);
	return r;
}

/* Everything that is done to one LPAR and needs nothing but its domain. */
struct action {
	struct hv_libvirt *h;
	virConnectPtr conn;
	virDomainPtr dom;
	const char *uuid;
	const char *name;
	const char *new_name;
	bool flag;
	int how;
};

static int with_domain(struct hv *hv, const char *uuid, struct action *a,
		       int (*fn)(struct action *a, struct par_error **err), struct par_error **err)
{
	struct hv_libvirt *h = hv_libvirt_of(hv);
	auto_domain dom = NULL;
	int r = hv_call_begin(h, &a->conn, err);

	if (r < 0)
		return r;
	r = hv_find(a->conn, uuid, &dom, err);
	if (r == 0) {
		a->h = h;
		a->dom = dom;
		a->uuid = uuid;
		a->name = virDomainGetName(dom);
		r = fn(a, err);
	}
	hv_cleanup_domain(&dom);
	dom = NULL;
	hv_call_end(h, a->conn);
	return r;
}

static int must_be(struct action *a, bool active, struct par_error **err)
{
	int is = virDomainIsActive(a->dom);

	if (is < 0)
		return hv_fail(a->conn, err, "could not read the state of \"%s\"", a->name);
	if (active == (is == 1))
		return 0;
	return par_fail(err, PAR_E_WRONG_STATE, 0,
			active ? "the LPAR \"%s\" is not activated"
			       : "the LPAR \"%s\" is activated",
			a->name);
}

static int do_rename(struct action *a, struct par_error **err)
{
	auto_domain other = NULL;
	int r = must_be(a, false, err);

	if (r < 0 || strcmp(a->name, a->new_name) == 0)
		return r;
	other = virDomainLookupByName(a->conn, a->new_name);
	if (other)
		return par_fail(err, PAR_E_EXISTS, 0, "the name \"%s\" belongs to another domain",
				a->new_name);
	if (virDomainRename(a->dom, a->new_name, 0) < 0)
		return hv_fail(a->conn, err, "could not rename the LPAR \"%s\"", a->name);
	return 0;
}

int hv_libvirt_rename(struct hv *hv, const char *uuid, const char *name, struct par_error **err)
{
	struct action a = { .new_name = name };

	return with_domain(hv, uuid, &a, do_rename, err);
}

static int do_undefine(struct action *a, struct par_error **err)
{
	int r = must_be(a, false, err);

	if (r < 0)
		return r;
	if (virDomainUndefineFlags(a->dom, VIR_DOMAIN_UNDEFINE_MANAGED_SAVE |
						   VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA |
						   VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA |
						   VIR_DOMAIN_UNDEFINE_NVRAM) == 0)
		return 0;
	/* The test driver knows no flags. */
	if (virDomainUndefine(a->dom) < 0)
		return hv_fail(a->conn, err, "could not remove the LPAR \"%s\"", a->name);
	return 0;
}

int hv_libvirt_undefine(struct hv *hv, const char *uuid, struct par_error **err)
{
	struct action a = { 0 };

	return with_domain(hv, uuid, &a, do_undefine, err);
}

/* A network that is defined but down (libvirt was just installed, or restarted) is started. */
static int ensure_network(struct action *a, struct par_error **err)
{
	autofree char *xml = virDomainGetXMLDesc(a->dom, VIR_DOMAIN_XML_INACTIVE);
	autofree char *interface = NULL;
	virNetworkPtr net;
	int r = 0;

	if (!xml)
		return hv_fail(a->conn, err, "could not read the LPAR \"%s\"", a->name);
	if (hv_xml_text(xml, "devices/interface", &interface, err) < 0)
		return -EBADMSG;
	if (!interface)
		return 0;
	net = virNetworkLookupByName(a->conn, a->h->network);
	if (!net && hv_last_code_is(VIR_ERR_NO_NETWORK))
		return par_fail(
			err, PAR_E_NOT_FOUND, 0,
			"the LPAR has virtual Ethernet adapters, and libvirt has no network "
			"\"%s\" to connect them to; define it (virsh net-define), or name "
			"another one by network= in lpard.conf",
			a->h->network);
	if (!net)
		return hv_fail(a->conn, err, "could not connect the LPAR \"%s\" to a network",
			       a->name);
	if (virNetworkIsActive(net) == 0 && virNetworkCreate(net) < 0) {
		r = hv_fail(a->conn, err, "could not start the network \"%s\"", a->h->network);
		if (virNetworkIsActive(net) == 1) { /* another was faster */
			par_error_free(err);
			r = 0;
		}
	}
	virNetworkFree(net);
	return r;
}

static void tell_lowered(struct action *a, const char *option)
{
	char uuid[VIR_UUID_STRING_BUFLEN] = "";
	autofree char *message = par_strdup_printf(
		"KVM there does not give LPARs the machine option %s: they run without it", option);
	struct hv_event e = { .type = HV_EVENT_LOWERED, .name = a->name, .message = message };

	virDomainGetUUIDString(a->dom, uuid);
	e.uuid = uuid;
	hv_emit(a->h, &e);
}

/*
 * When qemu refused to start for want of an option that the machine's KVM does not have and that a
 * guest can do without (libvirt's capabilities do not tell that beforehand), define the domain
 * without the option.
 * Returns 1 when that was done, 0 when the failure is of another kind; then libvirt's last error is
 * still that of the start.
 */
static int lower(struct action *a, unsigned int *tried, struct par_error **err)
{
	struct fw_feature features[FW_OPTIONS + 1], refused[FW_OPTIONS + 1];
	unsigned int option = fw_refused_option(virGetLastErrorMessage());
	autofree char *xml = NULL, *lowered = NULL;
	virDomainPtr dom;
	int r;

	if (!option || *tried & option || a->h->accel != FW_ACCEL_KVM)
		return 0;
	*tried |= option;
	pthread_mutex_lock(&a->h->lock);
	a->h->without |= option;
	fw_features(a->h->without, features);
	pthread_mutex_unlock(&a->h->lock);
	fw_features(option, refused);
	xml = virDomainGetXMLDesc(a->dom, VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_SECURE);
	if (!xml)
		return hv_fail(a->conn, err, "could not read the LPAR \"%s\"", a->name);
	r = hv_xml_with_features(xml, features, &lowered, err);
	if (r < 0)
		return r;
	dom = virDomainDefineXML(a->conn, lowered);
	if (!dom)
		return hv_fail(a->conn, err, "could not define the LPAR \"%s\"", a->name);
	virDomainFree(dom);
	tell_lowered(a, refused[0].element);
	return 1;
}

/* Where qemu of this machine says more than libvirt hands on. */
static void name_log(const struct action *a, struct par_error **err)
{
	autofree char *path = par_strdup_printf(LIBVIRT_LOGS "/%s.log", a->name);
	char *text;

	if (!path || !err || !*err || !(*err)->msg || access(path, F_OK) < 0)
		return;
	text = par_strdup_printf("%s; the log \"%s\" has more", (*err)->msg, path);
	if (!text)
		return;
	free((*err)->msg);
	(*err)->msg = text;
}

/* What users meet, in words of ours: "…: Image is not in qcow2 format" */
static int fail_start(struct action *a, struct par_error **err)
{
	static const char mark[] = "Image is not in ";
	const char *last = virGetLastErrorMessage(), *at = last ? strstr(last, mark) : NULL;
	char format[16] = "";
	int r;

	if (at)
		snprintf(format, sizeof(format), "%.*s", (int)strcspn(at + strlen(mark), " "),
			 at + strlen(mark));
	r = hv_fail(a->conn, err, "could not activate the LPAR \"%s\"", a->name);
	if (format[0])
		r = par_fail(
			err, PAR_E_CORRUPT, 0,
			"a disk of the LPAR is not in the format that its definition names, %s; "
			"convert it (qemu-img convert -O %s), or put the right one there",
			format, format);
	name_log(a, err);
	return r;
}

static int do_start(struct action *a, struct par_error **err)
{
	unsigned int tried = 0, flags = a->flag ? VIR_DOMAIN_START_FORCE_BOOT : 0;
	int r = must_be(a, false, err);

	if (r < 0)
		return r;
	r = ensure_network(a, err);
	if (r < 0)
		return r;
	while (virDomainCreateWithFlags(a->dom, flags) < 0) {
		r = lower(a, &tried, err);
		if (r < 0)
			return r;
		if (r == 0)
			return fail_start(a, err);
	}
	return 0;
}

int hv_libvirt_start(struct hv *hv, const char *uuid, bool discard_saved, struct par_error **err)
{
	struct action a = { .flag = discard_saved };

	return with_domain(hv, uuid, &a, do_start, err);
}

/*
 * libvirt that was killed in the middle of a start keeps that start for ever, over its own restarts
 * too, and no other operation gets in.  Pulling the plug ends an emulator before it waits for other
 * operations: so there is none when that has failed.
 */
static int tell_stuck(struct action *a, struct par_error **err)
{
	int state = 0, reason = 0;

	if (!err || !*err || (*err)->id != PAR_E_TIMED_OUT ||
	    virDomainGetState(a->dom, &state, &reason, 0) < 0 || state != VIR_DOMAIN_PAUSED ||
	    reason != VIR_DOMAIN_PAUSED_STARTING_UP)
		return -ETIMEDOUT;
	par_error_free(err);
	return par_fail(
		err, PAR_E_TIMED_OUT, 0,
		"libvirtd was killed while it started the LPAR \"%s\", has no emulator for it "
		"and does not end that start: stop libvirtd there, remove "
		"/run/libvirt/qemu/%s.xml and %s.pid, start libvirtd and retry the command",
		a->name, a->name, a->name);
}

static int do_discard_saved(struct action *a, struct par_error **err)
{
	int r = must_be(a, false, err);

	if (r < 0 || virDomainHasManagedSaveImage(a->dom, 0) == 0)
		return r;
	if (virDomainManagedSaveRemove(a->dom, 0) < 0)
		return hv_fail(a->conn, err, "could not remove the saved memory of \"%s\"",
			       a->name);
	return 0;
}

int hv_libvirt_discard_saved(struct hv *hv, const char *uuid, struct par_error **err)
{
	struct action a = { 0 };

	return with_domain(hv, uuid, &a, do_discard_saved, err);
}

/* libvirt's error, when there is one, is the last. */
static int destroy(struct action *a)
{
	struct hv_turn turn;
	int r;

	hv_turn_take(&a->h->turns, &turn, a->uuid, HV_TURN_ENDS);
	r = virDomainDestroy(a->dom);
	hv_turn_give(&a->h->turns, &turn);
	return r;
}

static int do_stop(struct action *a, struct par_error **err)
{
	int r = must_be(a, true, err);

	if (r < 0)
		return r;
	if (a->how == HV_STOP_IMMEDIATE)
		r = destroy(a);
	else
		r = virDomainShutdown(a->dom);
	if (r == 0)
		return 0;
	r = hv_fail(a->conn, err, "could not shut the LPAR \"%s\" down", a->name);
	return a->how == HV_STOP_IMMEDIATE && r == -ETIMEDOUT ? tell_stuck(a, err) : r;
}

int hv_libvirt_stop(struct hv *hv, const char *uuid, enum hv_stop how, struct par_error **err)
{
	struct action a = { .how = how };

	return with_domain(hv, uuid, &a, do_stop, err);
}

static int do_restart(struct action *a, struct par_error **err)
{
	int r = must_be(a, true, err);

	if (r < 0)
		return r;
	if (a->how == HV_RESTART_IMMEDIATE)
		r = virDomainReset(a->dom, 0);
	else
		r = virDomainReboot(a->dom, 0);
	if (r < 0)
		return hv_fail(a->conn, err, "could not restart the LPAR \"%s\"", a->name);
	return 0;
}

int hv_libvirt_restart(struct hv *hv, const char *uuid, enum hv_restart how, struct par_error **err)
{
	struct action a = { .how = how };

	return with_domain(hv, uuid, &a, do_restart, err);
}
