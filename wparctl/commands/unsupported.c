/* SPDX-License-Identifier: Apache-2.0 */
/* Flags of AIX that nothing here does yet: see unsupported.h. */
#include "wparctl/commands/unsupported.h"

static bool is_given(const struct par_opt *o, const void *args)
{
	const void *field = (const char *)args + o->offset;

	switch (o->type) {
	case PAR_OPT_FLAG:
		return *(const bool *)field;
	case PAR_OPT_COUNT:
		return *(const unsigned int *)field != 0;
	case PAR_OPT_STR:
		return *(const char *const *)field != NULL;
	case PAR_OPT_STR_OPTIONAL:
		return ((const struct par_opt_value *)field)->given;
	case PAR_OPT_U64:
		return *(const uint64_t *)field != 0;
	case PAR_OPT_LIST:
		return ((const struct par_args *)field)->n > 0;
	case PAR_OPT_PAIRS:
		return ((const struct par_groups *)field)->n > 0;
	case PAR_OPT_END:
		return false;
	}
	return false;
}

int wpar_refuse_unsupported(const struct par_opt *opts, const void *args, struct par_error **err)
{
	for (const struct par_opt *o = opts; o->type != PAR_OPT_END; o++) {
		if (!o->help && is_given(o, args))
			return par_fail(err, PAR_E_NOT_SUPPORTED, 0, "-%c is not supported yet",
					o->short_name);
	}
	return 0;
}
