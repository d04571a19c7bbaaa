/* SPDX-License-Identifier: Apache-2.0 */
/* The mounts of a running WPAR that are seen from outside: see outside_show.h. */
#include "wparctl/runtime/life/outside_show.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/outside.h"
#include "wparctl/runtime/launch/launch.h"
#include "wparctl/runtime/life/wpar_log.h"

#include <fcntl.h>
#include <string.h>

static char *record_path(const char *name)
{
	return wpar_path(WPAR_RUN_DIR "/%s/outside", name);
}

int wpar_outside_write_record(const char *name, const struct wpar_mount_plan *p)
{
	autofree char *path = record_path(name);
	auto_buf b = { 0 };

	par_buf_printf(&b, "%s\n", p->directory);
	for (size_t i = 0; i < p->n_ops; i++)
		par_buf_printf(&b, "%u %s\n", p->ops[i].flags, p->ops[i].target);
	if (!path || b.failed)
		return -ENOMEM;
	return par_fs_replace_volatile(AT_FDCWD, path, b.data, b.len, 0600);
}

char *wpar_outside_read_record(const char *name)
{
	autofree char *path = record_path(name);
	auto_buf b = { 0 };

	if (!path || par_fs_read(path, 1 << 20, &b) < 0 || b.len == 0)
		return NULL;
	return par_buf_steal(&b);
}

static int show(const char *name, const struct wpar_mount_plan *plan, struct par_error **err)
{
	const struct wpar_mount_plan none = { .directory = plan->directory };
	autofree char *record = wpar_outside_read_record(name);
	int r;

	/* First: only what is written down is cleared away, also after a kill. */
	if (!record) {
		r = wpar_outside_write_record(name, &none);
		if (r < 0)
			return par_fail(err, PAR_E_SYSTEM, r,
					"what is mounted below '%s' cannot be written down",
					plan->directory);
	}
	return wpar_outside_attach(plan, err);
}

static int show_planned(const char *name, struct par_error **err)
{
	auto_mount_plan own = { 0 };
	auto_spec s = { 0 };
	int r = wpar_spec_load(name, &s, err);

	if (r < 0)
		return r;
	r = wpar_launch_plan(&s, &own, err);
	return r < 0 ? r : show(name, &own, err);
}

void wpar_outside_show(const char *name, const struct wpar_mount_plan *plan)
{
	auto_error why = NULL;

	if ((plan ? show(name, plan, &why) : show_planned(name, &why)) < 0)
		wpar_event_log(name, "mount", why);
}

void wpar_outside_end(const char *name)
{
	autofree char *record = wpar_outside_read_record(name);

	if (!record)
		return;
	record[strcspn(record, "\n")] = '\0';
	if (record[0] == '/')
		wpar_outside_detach(record);
}
