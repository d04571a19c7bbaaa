/* SPDX-License-Identifier: Apache-2.0 */
/* libvirt's domain events, turned into those of the port. */
#include "lpard/hypervisor/libvirt/libvirt_priv.h"

/* Names and UUID of the domain, handed over with the event. */
static void emit(struct hv_libvirt *h, virDomainPtr dom, enum hv_event_type type,
		 const char *detail)
{
	char uuid[VIR_UUID_STRING_BUFLEN];
	struct hv_event e = { .type = type, .uuid = uuid, .detail = detail };

	if (virDomainGetUUIDString(dom, uuid) < 0)
		return;
	e.name = virDomainGetName(dom);
	e.connection = HV_CONNECTION_UP;
	hv_emit(h, &e);
}

static const char *started_by(int detail)
{
	switch (detail) {
	case VIR_DOMAIN_EVENT_STARTED_RESTORED:
	case VIR_DOMAIN_EVENT_STARTED_FROM_SNAPSHOT:
		return "restored";
	case VIR_DOMAIN_EVENT_STARTED_MIGRATED:
		return "migrated";
	default:
		return "booted";
	}
}

static const char *stopped_by(int detail)
{
	switch (detail) {
	case VIR_DOMAIN_EVENT_STOPPED_SHUTDOWN:
		return "shutdown";
	case VIR_DOMAIN_EVENT_STOPPED_DESTROYED:
		return "destroyed";
	case VIR_DOMAIN_EVENT_STOPPED_CRASHED:
		return "crashed";
	case VIR_DOMAIN_EVENT_STOPPED_MIGRATED:
		return "migrated";
	case VIR_DOMAIN_EVENT_STOPPED_SAVED:
		return "saved";
	default:
		return "failed";
	}
}

static void on_lifecycle(virConnectPtr conn, virDomainPtr dom, int event, int detail, void *opaque)
{
	struct hv_libvirt *h = opaque;

	(void)conn;
	switch (event) {
	case VIR_DOMAIN_EVENT_DEFINED:
		emit(h, dom, HV_EVENT_DEFINED, "");
		break;
	case VIR_DOMAIN_EVENT_UNDEFINED:
		/* Half of a renaming: the other half says DEFINED. */
		if (detail != VIR_DOMAIN_EVENT_UNDEFINED_RENAMED)
			emit(h, dom, HV_EVENT_UNDEFINED, "");
		break;
	case VIR_DOMAIN_EVENT_STARTED:
		emit(h, dom, HV_EVENT_STARTED, started_by(detail));
		break;
	case VIR_DOMAIN_EVENT_STOPPED:
		emit(h, dom, HV_EVENT_STOPPED, stopped_by(detail));
		break;
	case VIR_DOMAIN_EVENT_SUSPENDED:
	case VIR_DOMAIN_EVENT_PMSUSPENDED:
		emit(h, dom, HV_EVENT_PAUSED, "");
		break;
	case VIR_DOMAIN_EVENT_RESUMED:
		emit(h, dom, HV_EVENT_RESUMED, "");
		break;
	case VIR_DOMAIN_EVENT_SHUTDOWN:
		emit(h, dom, HV_EVENT_RESOURCES, "shutting down");
		break;
	case VIR_DOMAIN_EVENT_CRASHED:
		emit(h, dom, HV_EVENT_CRASHED, "");
		break;
	default:
		break;
	}
}

static void on_reboot(virConnectPtr conn, virDomainPtr dom, void *opaque)
{
	(void)conn;
	emit(opaque, dom, HV_EVENT_REBOOTED, "");
}

static void on_metadata(virConnectPtr conn, virDomainPtr dom, int type, const char *uri,
			void *opaque)
{
	(void)conn;
	(void)type;
	(void)uri;
	emit(opaque, dom, HV_EVENT_DEFINED, "metadata");
}

static void on_device(virConnectPtr conn, virDomainPtr dom, const char *alias, void *opaque)
{
	(void)conn;
	(void)alias;
	emit(opaque, dom, HV_EVENT_RESOURCES, "device");
}

static void on_tunable(virConnectPtr conn, virDomainPtr dom, virTypedParameterPtr params, int n,
		       void *opaque)
{
	(void)conn;
	(void)params;
	(void)n;
	emit(opaque, dom, HV_EVENT_RESOURCES, "tunable");
}

/* As VIR_DOMAIN_EVENT_CALLBACK, by way of the type from which compilers let any function be cast.
 */
#define GENERIC(fn) ((virConnectDomainEventGenericCallback)(void (*)(void))(fn))

static const struct {
	int id;
	virConnectDomainEventGenericCallback fn;
	bool needed; /* the test driver has only some */
} events[] = {
	{ VIR_DOMAIN_EVENT_ID_LIFECYCLE, GENERIC(on_lifecycle), true },
	{ VIR_DOMAIN_EVENT_ID_REBOOT, GENERIC(on_reboot), false },
	{ VIR_DOMAIN_EVENT_ID_METADATA_CHANGE, GENERIC(on_metadata), false },
	{ VIR_DOMAIN_EVENT_ID_DEVICE_ADDED, GENERIC(on_device), false },
	{ VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED, GENERIC(on_device), false },
	{ VIR_DOMAIN_EVENT_ID_TUNABLE, GENERIC(on_tunable), false },
};

_Static_assert(PAR_ARRAY_SIZE(events) <= HV_EVENTS_MAX, "room for every event's number");

int hv_events_register(struct hv_libvirt *h, virConnectPtr conn, struct par_error **err)
{
	h->n_callbacks = 0;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(events); i++) {
		int id = virConnectDomainEventRegisterAny(conn, NULL, events[i].id, events[i].fn, h,
							  NULL);

		if (id >= 0)
			h->callbacks[h->n_callbacks++] = id;
		else if (events[i].needed)
			return hv_fail(conn, err, "could not ask for libvirt's events");
		else
			virResetLastError();
	}
	return 0;
}

void hv_events_unregister(struct hv_libvirt *h, virConnectPtr conn)
{
	while (h->n_callbacks > 0)
		virConnectDomainEventDeregisterAny(conn, h->callbacks[--h->n_callbacks]);
}
