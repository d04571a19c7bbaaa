/* SPDX-License-Identifier: Apache-2.0 */
/*
 * criu's command lines: see criu_plan.h.  Control groups are left to us (criu would make its own),
 * and what keeps a process from being dumped although it can be restored is allowed: connections,
 * locks, files without a name.
 */
#include "wparctl/checkpoint/criu_plan.h"

#include <stdarg.h>
#include <string.h>

/* A file that was replaced while it ran, such as our own program after an upgrade. */
#define GHOST_LIMIT "64M"

/* Sets *failed when memory ran out; the caller looks once, at the end. */
__attribute__((format(printf, 3, 4))) static void put(struct par_strv *l, bool *failed,
						      const char *fmt, ...)
{
	char part[4096];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(part, sizeof(part), fmt, ap);
	va_end(ap);
	*failed |= n < 0 || (size_t)n >= sizeof(part) || par_strv_add(l, part) < 0;
}

bool wpar_criu_name_fits(const char *path)
{
	/* "mnt[/data]:/data": nothing is escaped there. */
	return par_printable(path) && !strpbrk(path, "[]:,\\ ");
}

bool wpar_criu_is_external(const struct wpar_mount_op *op)
{
	return op->kind == WPAR_OP_BIND;
}

static int fail_name(const char *path, struct par_error **err)
{
	return par_fail(
		err, PAR_E_NOT_SUPPORTED, 0,
		"criu cannot be told of the mount point '%s': it has a character of its own "
		"in it",
		path);
}

static void put_common(const struct wpar_criu *c, const char *what, struct par_strv *ret,
		       bool *failed)
{
	put(ret, failed, "%s", c->program);
	put(ret, failed, "%s", what);
	put(ret, failed, "--images-dir");
	put(ret, failed, "%s", c->images);
	/* Its statistics: what is not the checkpoint's is not beside the images. */
	put(ret, failed, "--work-dir");
	put(ret, failed, "%s", c->work);
	put(ret, failed, "--log-file");
	put(ret, failed, "%s", c->log);
	put(ret, failed, "-v%u", c->level);
	put(ret, failed, "--manage-cgroups=ignore");
	put(ret, failed, "--tcp-established");
	put(ret, failed, "--file-locks");
	put(ret, failed, "--link-remap");
	if (c->step) {
		put(ret, failed, "--action-script");
		put(ret, failed, "%s", c->step);
	}
}

/* What was copied before, and has not changed since, is not copied again. */
static void put_previous(const char *previous, struct par_strv *ret, bool *failed)
{
	if (!previous)
		return;
	put(ret, failed, "--prev-images-dir");
	put(ret, failed, "%s", previous);
}

int wpar_criu_plan_round(const struct wpar_criu *c, pid_t init, const char *previous,
			 struct par_strv *ret, struct par_error **err)
{
	auto_strv argv = { 0 };
	bool failed = false;

	put_common(c, "pre-dump", &argv, &failed);
	put(&argv, &failed, "--tree");
	put(&argv, &failed, "%d", (int)init);
	put(&argv, &failed, "--track-mem");
	put_previous(previous, &argv, &failed);
	if (failed)
		return par_oom(err);
	*ret = argv;
	argv = (struct par_strv){ 0 };
	return 0;
}

int wpar_criu_plan_dump(const struct wpar_criu_dump *d, struct par_strv *ret,
			struct par_error **err)
{
	auto_strv argv = { 0 };
	bool failed = false;

	put_common(&d->criu, "dump", &argv, &failed);
	put(&argv, &failed, "--tree");
	put(&argv, &failed, "%d", (int)d->init);
	put(&argv, &failed, "--ghost-limit=" GHOST_LIMIT);
	put(&argv, &failed, "--network-lock");
	put(&argv, &failed, "%s", d->network_lock);
	put(&argv, &failed, "--leave-running");
	if (d->previous)
		put(&argv, &failed, "--track-mem");
	put_previous(d->previous, &argv, &failed);
	for (size_t i = 0; i < d->externals.n; i++) {
		if (!wpar_criu_name_fits(d->externals.v[i]))
			return fail_name(d->externals.v[i], err);
		put(&argv, &failed, "--external");
		put(&argv, &failed, "mnt[%s]:%s", d->externals.v[i], d->externals.v[i]);
	}
	for (size_t i = 0; i < d->watched.n; i++) {
		put(&argv, &failed, "--irmap-scan-path");
		put(&argv, &failed, "%s", d->watched.v[i]);
	}
	if (failed)
		return par_oom(err);
	*ret = argv;
	argv = (struct par_strv){ 0 };
	return 0;
}

int wpar_criu_plan_restore(const struct wpar_criu_restore *r, struct par_strv *ret,
			   struct par_error **err)
{
	auto_strv argv = { 0 };
	bool failed = false;

	put_common(&r->criu, "restore", &argv, &failed);
	put(&argv, &failed, "--restore-detached");
	put(&argv, &failed, "--root");
	put(&argv, &failed, "%s", r->root);
	for (size_t i = 0; i < r->n_mounts; i++) {
		if (!wpar_criu_name_fits(r->mounts[i].target))
			return fail_name(r->mounts[i].target, err);
		put(&argv, &failed, "--external");
		put(&argv, &failed, "mnt[%s]:%s", r->mounts[i].target, r->mounts[i].path);
	}
	for (size_t i = 0; i < r->n_links; i++) {
		put(&argv, &failed, "--external");
		put(&argv, &failed, "veth[%s]:%s", r->links[i].inner, r->links[i].outer);
	}
	if (failed)
		return par_oom(err);
	*ret = argv;
	argv = (struct par_strv){ 0 };
	return 0;
}
