/* SPDX-License-Identifier: Apache-2.0 */
/* Flags that are refused: see refused.h. */
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

int wpar_refuse_pairs(const struct wpar_option_pair *pairs, size_t n, struct par_error **err)
{
	for (size_t i = 0; i < n; i++) {
		if (pairs[i].one && pairs[i].other)
			return par_fail(err, PAR_E_USAGE, 0, "%s cannot be used together",
					pairs[i].names);
	}
	return 0;
}
