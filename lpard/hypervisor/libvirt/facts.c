/* SPDX-License-Identifier: Apache-2.0 */
/* What the machine is: memory, processors, accelerator, names. */
#include "lpard/hypervisor/libvirt/libvirt_priv.h"
#include "lpard/hypervisor/libvirt/xml/xml.h"

#include <ctype.h>
#include <string.h>

/* KVM counts when libvirt's domain type says that it would start a ppc64 guest with KVM. */
static bool has_kvm(virConnectPtr conn)
{
	autofree char *caps =
		virConnectGetDomainCapabilities(conn, NULL, "ppc64le", "pseries", "kvm", 0);
	autofree char *type = NULL;

	if (!caps)
		virResetLastError();
	return caps && hv_xml_text(caps, "domain", &type, NULL) == 0 && par_streq(type, "kvm");
}

int hv_probe_accel(struct hv_libvirt *h, virConnectPtr conn, struct par_error **err)
{
	const char *type = virConnectGetType(conn);
	enum fw_accel accel = FW_ACCEL_TCG;

	switch (h->accel_choice) {
	case HV_ACCEL_AUTO:
		accel = has_kvm(conn) ? FW_ACCEL_KVM : FW_ACCEL_TCG;
		break;
	case HV_ACCEL_ONLY_TCG:
		break;
	case HV_ACCEL_ONLY_KVM:
		if (!has_kvm(conn))
			return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
					"\"%s\" has no KVM for ppc64 guests", h->uri);
		accel = FW_ACCEL_KVM;
		break;
	}
	pthread_mutex_lock(&h->lock);
	h->accel = accel;
	h->without = 0;
	h->test_driver = par_streq(type, "TEST");
	pthread_mutex_unlock(&h->lock);
	return 0;
}

/* Seven characters as on a label, the same for a machine each time. */
static char *make_serial(const char *uuid)
{
	static const char digits[] = "0123456789ABCDEFGHJKLMNPQRSTVWXYZ";
	uint64_t h = UINT64_C(14695981039346656037);
	char serial[8];

	for (; *uuid; uuid++)
		h = (h ^ (uint64_t)tolower((unsigned char)*uuid)) * UINT64_C(1099511628211);
	h ^= h >> 29;
	for (int i = 0; i < 7; i++, h /= 31)
		serial[i] = digits[h % (sizeof(digits) - 1)];
	serial[7] = '\0';
	return strdup(serial);
}

static char *make_version(virConnectPtr conn)
{
	unsigned long lib = 0, hyper = 0;
	const char *type = virConnectGetType(conn);

	if (virConnectGetLibVersion(conn, &lib) < 0 || virConnectGetVersion(conn, &hyper) < 0)
		virResetLastError();
	if (!hyper) /* libvirt looks only for an emulator of the host's own architecture */
		return par_strdup_printf("libvirt %lu.%lu.%lu, %s", lib / 1000000,
					 lib / 1000 % 1000, lib % 1000, type ? type : "unknown");
	return par_strdup_printf("libvirt %lu.%lu.%lu, %s %lu.%lu.%lu", lib / 1000000,
				 lib / 1000 % 1000, lib % 1000, type ? type : "unknown",
				 hyper / 1000000, hyper / 1000 % 1000, hyper % 1000);
}

/* The host's NUMA cells, from which libvirt adds the machine's memory up, do not always have all.
 */
uint64_t hv_machine_mib(virConnectPtr conn)
{
	virNodeMemoryStats stats[8];
	int n = PAR_ARRAY_SIZE(stats);
	uint64_t kib = 0;
	virNodeInfo node;

	if (virNodeGetInfo(conn, &node) == 0)
		kib = node.memory;
	else
		virResetLastError();

	if (virNodeGetMemoryStats(conn, VIR_NODE_MEMORY_STATS_ALL_CELLS, stats, &n, 0) < 0) {
		virResetLastError();
		n = 0;
	}
	for (int i = 0; i < n; i++) {
		if (strcmp(stats[i].field, VIR_NODE_MEMORY_STATS_TOTAL) == 0 &&
		    stats[i].value > kib)
			kib = stats[i].value;
	}
	return kib / 1024;
}

static int read_facts(struct hv_libvirt *h, virConnectPtr conn, struct hv_facts *f,
		      struct par_error **err)
{
	autofree char *caps = virConnectGetCapabilities(conn);
	virNodeInfo node;
	int r;

	if (!caps || virNodeGetInfo(conn, &node) < 0)
		return hv_fail(conn, err, "could not read what the machine has");
	f->accel = h->accel;
	f->mem_mib = hv_machine_mib(conn);
	f->processors = node.cpus;
	r = hv_xml_text(caps, "host/uuid", &f->host_uuid, err);
	if (r < 0)
		return r;
	f->hostname = virConnectGetHostname(conn);
	if (!f->hostname)
		virResetLastError();
	if (!f->host_uuid)
		f->host_uuid = strdup("00000000-0000-0000-0000-000000000000");
	if (!f->hostname)
		f->hostname = strdup("");
	f->cpu_model = strdup(h->accel == FW_ACCEL_KVM ? node.model : "POWER9");
	f->type_model = strdup(h->type_model ? h->type_model : "9009-42A");
	if (f->host_uuid)
		f->serial = h->serial ? strdup(h->serial) : make_serial(f->host_uuid);
	f->version = make_version(conn);
	if (!f->host_uuid || !f->hostname || !f->cpu_model || !f->type_model || !f->serial ||
	    !f->version)
		return par_oom(err);
	return 0;
}

int hv_libvirt_facts(struct hv *hv, struct hv_facts *ret, struct par_error **err)
{
	struct hv_libvirt *h = hv_libvirt_of(hv);
	auto_hv_facts f = { 0 };
	virConnectPtr conn;
	int r = hv_call_begin(h, &conn, err);

	if (r < 0)
		return r;
	r = read_facts(h, conn, &f, err);
	hv_call_end(h, conn);
	if (r < 0)
		return r;
	*ret = f;
	f = (struct hv_facts){ 0 };
	return 0;
}
