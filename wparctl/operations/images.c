/* SPDX-License-Identifier: Apache-2.0 */
/* What is taken out of the store of system images: see images.h. */
#include "wparctl/operations/images.h"

#include "wparctl/operations/definition.h"
#include "wparctl/runtime/runtime.h"
#include "wparctl/versioned/versioned.h"

#include <string.h>

bool wpar_images_is_unused(const struct wpar_stored_image *m)
{
	return !m->remainder && m->wpars.n == 0 && !m->unknown_users;
}

int wpar_images_remove(const struct wpar_stored_image *m, struct par_error **err)
{
	int r;

	if (m->wpars.n)
		return par_fail(err, PAR_E_WRONG_STATE, 0,
				"the image %.12s is in use by %s%s; remove its workload partitions "
				"first",
				m->digest, m->wpars.v[0], m->wpars.n > 1 ? " and others" : "");
	if (m->unknown_users)
		return par_fail(err, PAR_E_WRONG_STATE, 0,
				"a specification in /etc/wpars cannot be read, and may name the "
				"image %.12s; see lswpar",
				m->digest);
	r = wpar_definition_remove_image(m->digest, err);
	if (r != 0)
		return r < 0 ? r : 0;
	return par_fail(err, PAR_E_BUSY, 0,
			"another command is about to use the image %.12s; retry the command",
			m->digest);
}

/* The versions of all its WPARs; false: one of them runs, or that cannot be told. */
static bool all_at_rest(const struct wpar_stored_image *m, struct wpar_spec *specs)
{
	for (size_t i = 0; i < m->wpars.n; i++) {
		enum wpar_state st;

		if (wpar_spec_load(m->wpars.v[i], &specs[i], NULL) < 0 ||
		    wpar_state_probe(&specs[i], &st, NULL) < 0 || st != WPAR_STATE_DEFINED)
			return false;
	}
	return true;
}

int wpar_images_tidy(const struct wpar_stored_image *m, struct par_error **err)
{
	struct wpar_spec *specs = calloc(m->wpars.n + 1, sizeof(*specs));
	autofree const struct wpar_version **versions = calloc(m->wpars.n + 1, sizeof(*versions));
	int r = 0;

	if (!specs || !versions) {
		free(specs);
		return par_oom(err);
	}
	if (!m->unknown_users && all_at_rest(m, specs)) {
		for (size_t i = 0; i < m->wpars.n; i++)
			versions[i] = &specs[i].version;
		r = wpar_layers_clear(m->digest, versions, m->wpars.n, err);
	}
	for (size_t i = 0; i < m->wpars.n; i++)
		wpar_spec_done(&specs[i]);
	free(specs);
	return r;
}
