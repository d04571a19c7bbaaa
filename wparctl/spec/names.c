/* SPDX-License-Identifier: Apache-2.0 */
/* What a WPAR may be called: see spec.h. */
#include "lpard/common/text.h"
#include "wparctl/spec/spec.h"

#include <string.h>

int wpar_name_check(const char *name, struct par_error **err)
{
	autofree char *shown = strdup(name);
	size_t len = strlen(name);

	if (!shown)
		return par_oom(err);
	par_text_clean(shown, 256, PAR_TEXT_LINE);
	if (len == 0)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"The workload partition name is empty.");
	if (len > WPAR_NAME_MAX)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"The workload partition name is longer than %d bytes.",
				WPAR_NAME_MAX);
	if (name[0] == '-' || name[0] == '0')
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"The workload partition name %s is not valid: it may not begin "
				"with '-' or '0'.",
				shown);
	if (!par_printable(name) || strpbrk(name, " =:/!;'\"<>~&()*+[],.^{}|\\`"))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"The workload partition name %s is not valid: it may not have "
				"white space, control characters or any of "
				"= : / ! ; ' \" < > ~ & ( ) * + [ ] , . ^ { } | \\ `.",
				shown);
	/* AIX's commands mean the global environment and all WPARs by them (ps -@ ALL). */
	if (strcasecmp(name, "Global") == 0 || strcasecmp(name, "ALL") == 0)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"The workload partition name %s is reserved.", shown);
	return 0;
}
