/* SPDX-License-Identifier: Apache-2.0 */
/* The real back end: libvirt, local or remote. */
#pragma once

#include "lpard/hypervisor/hypervisor.h"

int hv_libvirt_open(const struct hv_config *config, hv_event_fn fn, void *user, struct hv **ret,
		    struct par_error **err);
