/* SPDX-License-Identifier: Apache-2.0 */
/* Flags of AIX that Linux has nothing for: see refused.h. */
#include "wparctl/operations/refused.h"

int wpar_refuse_options(const struct par_opt *opts, const void *args, struct par_error **err)
{
	for (const struct par_opt *o = opts; o->kind != PAR_OPT_END; o++) {
		if (!o->refused || !par_opt_is_given(o, args))
			continue;
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0, "-%c: %s", o->short_name, o->refused);
	}
	return 0;
}
