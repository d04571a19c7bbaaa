/* SPDX-License-Identifier: Apache-2.0 */
/* libvirt's errors as ours, and the destructors of its objects. */
#include "lpard/common/text.h"
#include "lpard/hypervisor/libvirt/libvirt_priv.h"

#include <string.h>

bool hv_last_code_is(int code)
{
	const virError *e = virGetLastError();

	return e && e->code == code;
}

static enum par_error_id kind_of(virConnectPtr conn, const virError *e)
{
	if (conn && virConnectIsAlive(conn) != 1)
		return PAR_E_DISCONNECTED;
	switch (e ? e->code : 0) {
	case VIR_ERR_NO_DOMAIN:
	case VIR_ERR_NO_STORAGE_POOL:
	case VIR_ERR_NO_STORAGE_VOL:
	case VIR_ERR_NO_NETWORK:
		return PAR_E_NOT_FOUND;
	case VIR_ERR_DOM_EXIST:
	case VIR_ERR_STORAGE_VOL_EXIST:
		return PAR_E_EXISTS;
	case VIR_ERR_NO_MEMORY:
		return PAR_E_NO_MEMORY;
	case VIR_ERR_NO_SUPPORT:
	case VIR_ERR_CONFIG_UNSUPPORTED:
	case VIR_ERR_OPERATION_UNSUPPORTED:
		return PAR_E_NOT_SUPPORTED;
	case VIR_ERR_OPERATION_INVALID:
		return PAR_E_WRONG_STATE;
	case VIR_ERR_OPERATION_TIMEOUT:
		return PAR_E_TIMED_OUT;
	case VIR_ERR_AUTH_FAILED:
	case VIR_ERR_AUTH_CANCELLED:
	case VIR_ERR_ACCESS_DENIED:
		return PAR_E_NOT_PERMITTED;
	default:
		break;
	}
	/* qemu's own words: it could not get the memory. */
	if (e && e->message && strstr(e->message, "annot allocate memory"))
		return PAR_E_NO_RESOURCES;
	if (e && e->message && strstr(e->message, "No space left on device"))
		return PAR_E_NO_SPACE;
	return PAR_E_SYSTEM;
}

int hv_fail(virConnectPtr conn, struct par_error **err, const char *fmt, ...)
{
	virErrorPtr e = virSaveLastError();
	enum par_error_id id = kind_of(conn, e);
	autofree char *what = NULL, *why = NULL, *uri = NULL;
	va_list ap;
	int r;

	va_start(ap, fmt);
	if (vasprintf(&what, fmt, ap) < 0)
		what = NULL;
	va_end(ap);
	why = strdup(e && e->message ? e->message : "libvirt gave no reason");
	virFreeError(e);
	if (!what || !why)
		return par_oom(err);
	/* qemu's own errors have several lines, and quote what stands in a domain. */
	par_text_clean(what, PAR_TEXT_FOREIGN, PAR_TEXT_LINE);
	par_text_clean(why, PAR_TEXT_FOREIGN, PAR_TEXT_LINE);
	if (id != PAR_E_DISCONNECTED)
		return par_fail(err, id, 0, "%s: %s", what, par_trim(why));
	/* libvirt only tells how its client noticed: "Cannot write data: Broken pipe". */
	uri = virConnectGetURI(conn);
	r = par_fail(err, id, 0, "%s: libvirt at \"%s\" closed the connection (%s)", what,
		     uri ? uri : "?", par_trim(why));
	return r;
}

void hv_cleanup_domain(virDomainPtr *d)
{
	if (*d)
		virDomainFree(*d);
}

void hv_cleanup_pool(virStoragePoolPtr *p)
{
	if (*p)
		virStoragePoolFree(*p);
}

void hv_cleanup_volume(virStorageVolPtr *v)
{
	if (*v)
		virStorageVolFree(*v);
}

void hv_cleanup_stream(virStreamPtr *s)
{
	if (*s)
		virStreamFree(*s);
}
