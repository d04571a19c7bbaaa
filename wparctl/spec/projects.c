/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file systems of a WPAR's own, which lie below its base directory: how large each may become,
 * and by which project id the kernel counts it.  wparctl/filesystem/sizes.h carries it out.
 */
#include "wparctl/spec/keys.h"

#include <string.h>

bool wpar_mount_is_own(const struct wpar_mount *m)
{
	return !m->device &&
	       (!m->vfs || strcmp(m->vfs, "directory") == 0 || strcmp(m->vfs, "overlay") == 0);
}

uint64_t wpar_mount_size_mib(const struct wpar_spec *s, const struct wpar_mount *m)
{
	static const char *const sized[] = { "/", "/home", "/tmp", "/var" };

	if (m->size_mib)
		return m->size_mib == WPAR_UNLIMITED ? 0 : m->size_mib;
	for (size_t i = 0; !wpar_spec_is_versioned(s) && i < PAR_ARRAY_SIZE(sized); i++) {
		if (par_streq(m->directory, sized[i]))
			return WPAR_SIZE_DEFAULT_MIB;
	}
	return 0;
}

uint32_t wpar_mount_project(const struct wpar_spec *s, const struct wpar_mount *m)
{
	return m->project && s->idbase ? s->idbase + m->project : 0;
}

static bool is_taken(const struct wpar_spec *s, uint32_t number)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		if (s->mounts[i].project == number)
			return true;
	}
	return false;
}

void wpar_spec_keep_projects(struct wpar_spec *s, const struct wpar_spec *before)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		struct wpar_mount *m = &s->mounts[i];
		const struct wpar_mount *old =
			before ? wpar_spec_mount(before, m->directory) : NULL;

		m->project = old && wpar_mount_is_own(m) ? old->project : 0;
	}
}

void wpar_spec_number_projects(struct wpar_spec *s, const struct wpar_spec *before)
{
	uint32_t next = 1;

	wpar_spec_keep_projects(s, before);
	for (size_t i = 0; s->type == WPAR_SYSTEM && i < s->n_mounts; i++) {
		struct wpar_mount *m = &s->mounts[i];

		if (!wpar_mount_is_own(m) || m->project)
			continue;
		while (is_taken(s, next))
			next++;
		m->project = next;
	}
}
