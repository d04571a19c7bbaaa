/* SPDX-License-Identifier: Apache-2.0 */
/* The mounts of a running WPAR that are seen from outside: see outside_show.h. */
#include "wparctl/runtime/life/outside_show.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/mount_list.h"
#include "wparctl/filesystem/nfs.h"
#include "wparctl/filesystem/outside.h"
#include "wparctl/runtime/launch/launch.h"
#include "wparctl/runtime/life/wpar_log.h"
#include "wparctl/spec/stop_at.h"

#include <fcntl.h>
#include <string.h>

/* The second line of a record, where file systems lie on servers. */
#define NFS_LINE "nfs\n"

static char *record_path(const char *name)
{
	return wpar_path(WPAR_RUN_DIR "/%s/outside", name);
}

static void add_line(struct par_buf *b, const struct wpar_mount_op *op)
{
	par_buf_printf(b, "%u %s\n", op->flags, op->target);
}

static int write_text(const char *name, const struct par_buf *b)
{
	autofree char *path = record_path(name);

	if (!path || b->failed)
		return -ENOMEM;
	return par_fs_replace_volatile(AT_FDCWD, path, b->data, b->len, 0600);
}

int wpar_outside_write_record(const char *name, const struct wpar_mount_plan *p)
{
	auto_buf b = { 0 };

	par_buf_printf(&b, "%s\n%s", p->directory, p->has_nfs ? NFS_LINE : "");
	for (size_t i = 0; i < p->n_ops; i++)
		add_line(&b, &p->ops[i]);
	return write_text(name, &b);
}

char *wpar_outside_read_record(const char *name)
{
	autofree char *path = record_path(name);
	auto_buf b = { 0 };

	if (!path || par_fs_read(path, 1 << 20, &b) < 0 || b.len == 0)
		return NULL;
	return par_buf_steal(&b);
}

/* One of the WPAR's own, which goes inside when root unmounts it. */
static const struct wpar_mount_op *own_op(const struct wpar_mount_plan *p, const char *target)
{
	for (size_t i = 0; i < p->n_ops; i++) {
		if (wpar_outside_may_go(&p->ops[i]) && strcmp(p->ops[i].target, target) == 0)
			return &p->ops[i];
	}
	return NULL;
}

static bool has_line(const char *record, const char *target)
{
	autofree char *end = par_strdup_printf(" %s\n", target);

	return end && strstr(record, end);
}

/* The head, and the record's lines (if any) but those of the file systems of @without. */
static void keep_lines(const char *record, const struct wpar_mount_plan *plan,
		       const struct wpar_mount_plan *without, struct par_buf *b)
{
	autofree char *text = strdup(record);
	char *save = NULL, *line = text ? strtok_r(text, "\n", &save) : NULL;
	bool nfs = plan->has_nfs || strstr(record, "\n" NFS_LINE);

	par_buf_printf(b, "%s\n%s", plan->directory, nfs ? NFS_LINE : "");
	while (line && (line = strtok_r(NULL, "\n", &save))) {
		const char *target = strchr(line, ' ');

		if (target && !(without && own_op(without, target + 1)))
			par_buf_printf(b, "%s\n", line);
	}
	b->failed |= !text;
}

void wpar_outside_note(const char *name, const struct wpar_mount_plan *plan)
{
	autofree char *record = wpar_outside_read_record(name);
	auto_buf b = { 0 };
	bool any = false;

	if (!record)
		return;
	keep_lines(record, plan, NULL, &b);
	for (size_t i = 0; i < plan->n_ops; i++) {
		if (!wpar_outside_may_go(&plan->ops[i]) || has_line(record, plan->ops[i].target))
			continue;
		add_line(&b, &plan->ops[i]);
		any = true;
	}
	if (any)
		write_text(name, &b);
}

/*
 * One that could not be mounted outside is not one that root has unmounted.  What root has mounted
 * is not inside yet.
 */
static void note_mounted(const char *name, const struct wpar_mount_plan *plan)
{
	autofree char *record = wpar_outside_read_record(name);
	auto_mount_plan seen = { 0 };
	auto_buf mountinfo = { 0 }, b = { 0 };

	if (!record || wpar_mounts_below(plan->directory, &mountinfo) < 0 ||
	    wpar_outside_others(plan, mountinfo.data, &seen, NULL) < 0)
		return;
	keep_lines(record, plan, plan, &b);
	for (size_t i = 0; i < seen.n_ops; i++) {
		if (wpar_outside_may_go(&seen.ops[i]))
			add_line(&b, &seen.ops[i]);
	}
	write_text(name, &b);
}

/* Without those of its own that root has unmounted: parts of @plan, but for the array. */
static int leave_unmounted(const struct wpar_mount_plan *plan, const char *record,
			   struct wpar_mount_plan *ret, struct par_error **err)
{
	*ret = *plan;
	ret->n_ops = 0;
	ret->ops = calloc(plan->n_ops + 1, sizeof(*ret->ops));
	if (!ret->ops)
		return par_oom(err);
	for (size_t i = 0; i < plan->n_ops; i++) {
		if (!wpar_outside_may_go(&plan->ops[i]) || has_line(record, plan->ops[i].target))
			ret->ops[ret->n_ops++] = plan->ops[i];
	}
	return 0;
}

static int show_again(const char *name, const struct wpar_mount_plan *plan, const char *record,
		      struct par_error **err)
{
	struct wpar_mount_plan shown;
	int r = leave_unmounted(plan, record, &shown, err);

	if (r < 0)
		return r;
	r = wpar_outside_attach(&shown, err);
	free(shown.ops);
	note_mounted(name, plan);
	return r;
}

/* Killed before all are mounted, whoever goes on mounts those that are written down. */
static int write_first_record(const char *name, const struct wpar_mount_plan *plan)
{
	auto_buf b = { 0 };

	keep_lines("", plan, NULL, &b);
	for (size_t i = 0; !plan->layers.n && i < plan->n_ops; i++) {
		if (wpar_outside_may_go(&plan->ops[i]))
			add_line(&b, &plan->ops[i]);
	}
	return write_text(name, &b);
}

static int show(const char *name, const struct wpar_mount_plan *plan, struct par_error **err)
{
	autofree char *record = wpar_outside_read_record(name);
	int r;

	if (record)
		return show_again(name, plan, record, err);
	/* First: only what is written down is cleared away, also after a kill. */
	r = write_first_record(name, plan);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r,
				"what is mounted below '%s' cannot be written down",
				plan->directory);
	wpar_test_stop_at("shown");
	r = wpar_outside_attach(plan, err);
	note_mounted(name, plan);
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
