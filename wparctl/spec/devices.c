/* SPDX-License-Identifier: Apache-2.0 */
/* The devices of a WPAR (-D), and those that every WPAR has. */
#include "wparctl/spec/spec.h"

#include <string.h>

const char *const wpar_standard_devices[] = { "/dev/console", "/dev/full",   "/dev/null",
					      "/dev/ptmx",    "/dev/random", "/dev/tty",
					      "/dev/urandom", "/dev/zero",   NULL };

bool wpar_device_is_standard(const char *path)
{
	static const char *const others[] = { "/dev/fd",     "/dev/pts",   "/dev/shm",
					      "/dev/stderr", "/dev/stdin", "/dev/stdout" };

	/* What would lie below one cannot be there either. */
	for (size_t i = 0; wpar_standard_devices[i]; i++) {
		if (wpar_path_is_within(path, wpar_standard_devices[i]))
			return true;
	}
	for (size_t i = 0; i < PAR_ARRAY_SIZE(others); i++) {
		if (wpar_path_is_within(path, others[i]))
			return true;
	}
	return false;
}

const char *wpar_device_inside(const struct wpar_device *d)
{
	return d->virtual_name ? d->virtual_name : d->name;
}

bool wpar_device_is_in(const struct wpar_spec *s, const struct wpar_device *d)
{
	for (size_t i = 0; s && i < s->n_devices; i++) {
		const struct wpar_device *e = &s->devices[i];

		if (par_streq(e->name, d->name) && par_streq(e->type, d->type) &&
		    par_streq(e->virtual_name, d->virtual_name) && par_streq(e->id, d->id) &&
		    e->no_export == d->no_export && e->rootvg == d->rootvg)
			return true;
	}
	return false;
}

bool wpar_device_is_kept_out(const struct wpar_spec *s, const char *path)
{
	for (size_t i = 0; i < s->n_devices; i++) {
		if (s->devices[i].no_export && par_streq(s->devices[i].name, path))
			return true;
	}
	return false;
}
