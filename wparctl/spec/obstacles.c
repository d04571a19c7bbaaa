/* SPDX-License-Identifier: Apache-2.0 */
/* Obstacles to a checkpoint: see obstacles.h. */
#include "wparctl/spec/obstacles.h"

/* Takes one off *i for each obstacle that is there: true for the one that is wanted. */
static bool is_it(bool there, size_t *i)
{
	return there && (*i)-- == 0;
}

static bool is_open_to_it(const struct wpar_device *d)
{
	return !d->no_export && d->name && !wpar_device_is_standard(d->name);
}

bool wpar_obstacle(const struct wpar_spec *s, size_t i, struct wpar_obstacle *ret)
{
	if (is_it(s->type == WPAR_APPLICATION, &i)) {
		*ret = (struct wpar_obstacle){ "type", "application",
					       "an application workload partition ends with the "
					       "command that waits for it; mkwpar makes a system "
					       "workload partition" };
		return true;
	}
	for (size_t d = 0; d < s->n_devices; d++) {
		if (!is_it(is_open_to_it(&s->devices[d]), &i))
			continue;
		*ret = (struct wpar_obstacle){ "device", s->devices[d].name,
					       "a process that has it open cannot be restored; "
					       "leave it out, or take it away with chwpar -K -D" };
		return true;
	}
	return false;
}
