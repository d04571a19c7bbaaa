/* SPDX-License-Identifier: Apache-2.0 */
/* What a copy of the running system has: see system_plan.h. */
#include "wparctl/backup/system_plan.h"

#include "wparctl/backup/mount_places.h"
#include "wparctl/backup/system_links.h"
#include "wparctl/spec/spec.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of the kernel and its start, which a WPAR does not have. */
static const char *const private[] = {
	"/boot", "/lib/modules", "/usr/lib/modules", "/lib/firmware", "/usr/lib/firmware",
};

/* Of other WPARs. */
static const char *const wpars[] = {
	WPAR_BASE_DIR,
	WPAR_STORE_DIR,
	"/var/adm/wpars",
	"/etc/wpars",
};

/* What each system has of its own: its identity, its disks, how it starts. */
static const char *const own[] = {
	"^\\./etc/machine-id$",
	"^\\./etc/hostname$",
	"^\\./etc/fstab$",
	"^\\./etc/mtab$",
	"^\\./etc/inittab$",
	"^\\./etc/init$",
	"^\\./etc/telinit$",
	"^\\./etc/objrepos$",
	"^\\./etc/objrepos/",
	"^\\./etc/ssh/ssh_host_[^/]*$",
	"^\\./var/lib/dbus/machine-id$",
	"^\\./var/lib/systemd/random-seed$",
	"^\\./var/lib/systemd/credential\\.secret$",
	"^\\./var/lib/urandom/random-seed$",
	"^\\./var/lib/urandom/\\.seed$",
};

static int add_all(struct par_strv *l, const char *const *v, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (par_strv_add(l, v[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* Where the images of its file systems are: ".volumes/NAME" beside it. */
static int add_base(struct wpar_system_plan *p, const char *base, bool alone)
{
	const char *slash = strrchr(base, '/');
	autofree char *volumes = NULL;

	if (par_strv_add(&p->empty, base) < 0)
		return -ENOMEM;
	volumes = !slash  ? strdup("")
		  : alone ? par_strdup_printf("%.*s/.volumes%s", (int)(slash - base), base, slash)
			  : par_strdup_printf("%.*s/.volumes", (int)(slash - base), base);
	return volumes ? par_strv_add(&p->empty, volumes) : -ENOMEM;
}

static int add_wpars(struct wpar_system_plan *p, const struct wpar_system_facts *f)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(wpars); i++) {
		autofree char *path = par_strdup_printf("%s%s", f->prefix, wpars[i]);

		if (!path || par_strv_add(&p->empty, path) < 0)
			return -ENOMEM;
	}
	for (size_t i = 0; i < f->bases->n; i++) {
		if (add_base(p, f->bases->v[i], false) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* ---- Swap ---- */

/* @path of the system has another name in the copy where it lies behind a link. */
static int omit_there(struct wpar_system_plan *p, const char *path, const char *after)
{
	autofree char *name = wpar_system_links_name(p, path);

	return name ? wpar_system_plan_omit(p, name, after) : -ENOMEM;
}

/* "/swapfile file 1048572 0 -2"; those that are devices have no file. */
static int add_swaps(struct wpar_system_plan *p, const char *swaps)
{
	char path[PATH_MAX], kind[16];

	for (const char *l = swaps; l && *l; l = strchr(l, '\n'), l = l ? l + 1 : NULL) {
		if (sscanf(l, "%4095s %15s", path, kind) != 2 || strcmp(kind, "file") != 0)
			continue;
		wpar_mount_unescape(path);
		if (omit_there(p, path, "$") < 0)
			return -ENOMEM;
	}
	return 0;
}

static int add_identity(struct wpar_system_plan *p, const struct par_strv *paths)
{
	for (size_t i = 0; paths && i < paths->n; i++) {
		if (omit_there(p, paths->v[i], "$") < 0)
			return -ENOMEM;
	}
	return 0;
}

static int add_directories(struct wpar_system_plan *p, const struct wpar_system_facts *f)
{
	if (add_base(p, f->base, true) < 0 || wpar_system_plan_close_always(p) < 0)
		return -ENOMEM;
	if (!f->keep_private && add_all(&p->empty, private, PAR_ARRAY_SIZE(private)) < 0)
		return -ENOMEM;
	return f->keep_wpars ? 0 : add_wpars(p, f);
}

int wpar_system_plan_make(const struct wpar_system_facts *f, struct wpar_system_plan *ret)
{
	autofree char *cf = par_strdup_printf("%s" WPAR_CONFIG_DIR "/%s.cf", f->prefix, f->name);
	int r;

	*ret = (struct wpar_system_plan){ 0 };
	if (!cf || wpar_system_plan_tree(ret, "/", 0) < 0 || add_directories(ret, f) < 0 ||
	    add_all(&ret->patterns, own, PAR_ARRAY_SIZE(own)) < 0)
		return -ENOMEM;
	/* Its own definition, where those of others come, too. */
	if (wpar_system_plan_omit(ret, cf, "$") < 0)
		return -ENOMEM;
	r = wpar_system_plan_mounts(ret, f);
	if (r < 0)
		return r;
	r = wpar_system_links_turn(ret, f);
	if (r < 0)
		return r;
	return add_swaps(ret, f->swaps) < 0 || add_identity(ret, f->identity) < 0 ? -ENOMEM : 0;
}
