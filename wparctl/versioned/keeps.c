/* SPDX-License-Identifier: Apache-2.0 */
/* Versions and checkpoints: see keeps.h. */
#include "wparctl/versioned/keeps.h"

#include "wparctl/versioned/runs.h"

const char *wpar_version_keeps(const struct wpar_version *v)
{
	if (!v->image_digest || !v->architecture || wpar_machine_is_here(v->architecture))
		return NULL;
	return "its programs are run by an interpreter that lies outside of it, which criu cannot "
	       "take along; savewpar saves it";
}

int wpar_version_checkpointable(const struct wpar_spec *s, struct par_error **err)
{
	const char *why = s->checkpointable ? wpar_version_keeps(&s->version) : NULL;

	return why ? par_fail(
			     err, PAR_E_NOT_SUPPORTED, 0,
			     "-c (checkpointable): with machine \"%s\" there can be no checkpoint: "
			     "%s",
			     s->version.architecture, why)
		   : 0;
}
