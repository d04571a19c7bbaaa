/* SPDX-License-Identifier: Apache-2.0 */
/* The mounts of a running WPAR that are seen from outside: see outside_show.h. */
#include "wparctl/runtime/life/outside_show.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/nfs.h"
#include "wparctl/filesystem/outside.h"
#include "wparctl/runtime/launch/launch.h"
#include "wparctl/runtime/life/wpar_log.h"

#include <fcntl.h>
#include <string.h>

/* The second line of a record, where file systems lie on servers. */
#define NFS_LINE "nfs\n"

static char *record_path(const char *name)
{
	return wpar_path(WPAR_RUN_DIR "/%s/outside", name);
}

int wpar_outside_write_record(const char *name, const struct wpar_mount_plan *p)
{
	autofree char *path = record_path(name);
	auto_buf b = { 0 };

	par_buf_printf(&b, "%s\n%s", p->directory, p->has_nfs ? NFS_LINE : "");
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

/* The mounts that go inside when root unmounts them: a watch that has not looked yet must know
 * them.
 */
static void note_own(const char *name, const struct wpar_mount_plan *plan)
{
	auto_mount_plan own = { 0 };
	auto_buf mountinfo = { 0 };
	bool any = false;

	for (size_t i = 0; i < plan->n_ops; i++)
		any |= wpar_outside_may_go(&plan->ops[i]);
	if (!any || par_fs_read("/proc/self/mountinfo", 64 << 20, &mountinfo) < 0 ||
	    wpar_outside_others(plan, mountinfo.data, &own, NULL) < 0)
		return;
	wpar_outside_write_record(name, &own);
}

static int show(const char *name, const struct wpar_mount_plan *plan, struct par_error **err)
{
	const struct wpar_mount_plan none = { .directory = plan->directory,
					      .has_nfs = plan->has_nfs };
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
	r = wpar_outside_attach(plan, err);
	if (!record)
		note_own(name, plan);
	return r;
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

bool wpar_outside_needs_server(char *record)
{
	char *rest = strchr(record, '\n');
	bool nfs = rest && par_starts_with(rest + 1, NFS_LINE);

	if (rest)
		*rest = '\0';
	return nfs;
}

void wpar_outside_end(const char *name)
{
	autofree char *record = wpar_outside_read_record(name);
	bool nfs = record && wpar_outside_needs_server(record);

	if (!record || record[0] != '/')
		return;
	if (nfs)
		wpar_nfs_detach(record);
	wpar_outside_detach(record);
}

bool wpar_outside_give_up(const char *name, bool ask)
{
	autofree char *record = wpar_outside_read_record(name);

	if (!record || !wpar_outside_needs_server(record))
		return false;
	wpar_nfs_give_up(record, ask);
	return true;
}
