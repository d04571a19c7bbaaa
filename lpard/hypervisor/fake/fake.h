/* SPDX-License-Identifier: Apache-2.0 */
/* A managed system in memory, for tests of whatever stands above the port. */
#pragma once

#include "lpard/hypervisor/hypervisor.h"

int hv_fake_open(const struct hv_config *config, hv_event_fn fn, void *user, struct hv **ret,
		 struct par_error **err);
