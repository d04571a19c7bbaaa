/* SPDX-License-Identifier: Apache-2.0 */
#include "lpard/hypervisor/fake/fake.h"

int hv_fake_open(const struct hv_config *config, hv_event_fn fn, void *user, struct hv **ret,
		 struct par_error **err)
{
	(void)config;
	(void)fn;
	(void)user;
	(void)ret;
	return par_fail(err, PAR_E_NOT_SUPPORTED, 0, "fake");
}
