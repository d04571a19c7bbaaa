/* SPDX-License-Identifier: Apache-2.0 */
/* The choice of a back end: see hypervisor.h. */
#include "lpard/hypervisor/hypervisor.h"

#include "lpard/common/str.h"
#include "lpard/hypervisor/fake/fake.h"
#include "lpard/hypervisor/libvirt/hv_libvirt.h"

int hv_open(const struct hv_config *config, hv_event_fn fn, void *user, struct hv **ret,
	    struct par_error **err)
{
	if (!config->uri || !*config->uri)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "the system \"%s\" has no URI",
				config->system ? config->system : "");
	if (par_starts_with(config->uri, "fake:"))
		return hv_fake_open(config, fn, user, ret, err);
	return hv_libvirt_open(config, fn, user, ret, err);
}

void hv_close(struct hv **hv)
{
	if (!*hv)
		return;
	(*hv)->ops->close(*hv);
	*hv = NULL;
}
