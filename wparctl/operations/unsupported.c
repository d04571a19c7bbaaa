/* SPDX-License-Identifier: Apache-2.0 */
/* Flags of AIX that nothing here does yet: see unsupported.h. */
#include "wparctl/operations/unsupported.h"

int wpar_refuse_unsupported(const struct par_opt *opts, const void *args, struct par_error **err)
{
	for (const struct par_opt *o = opts; o->kind != PAR_OPT_END; o++) {
		if (!o->help && par_opt_is_given(o, args))
			return par_fail(err, PAR_E_NOT_SUPPORTED, 0, "-%c is not supported yet",
					o->short_name);
	}
	return 0;
}
