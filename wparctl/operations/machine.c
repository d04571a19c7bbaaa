/* SPDX-License-Identifier: Apache-2.0 */
/* What a specification names on this machine: see machine.h. */
#include "wparctl/operations/machine.h"

#include "wparctl/filesystem/id_mapping.h"
#include "wparctl/filesystem/sizes.h"
#include "wparctl/operations/say.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/resources/limits.h"
#include "wparctl/runtime/life/script.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* The word of devtype for a device that was given without. */
static const char *type_of(mode_t mode)
{
	return S_ISBLK(mode) ? "disk" : "pseudo";
}

static bool type_fits(const char *type, mode_t mode)
{
	bool block = strcmp(type, "disk") == 0 || strcmp(type, "cdrom") == 0;

	return block ? S_ISBLK(mode) : S_ISCHR(mode);
}

/* /dev/mem, kmem and port: the kernel opens them for the LPAR's own root only. */
static bool is_memory(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && major(st->st_rdev) == 1 &&
	       (minor(st->st_rdev) == 1 || minor(st->st_rdev) == 2 || minor(st->st_rdev) == 4);
}

static int check_device(const struct wpar_device *d, mode_t *ret_mode, struct par_error **err)
{
	struct stat st;

	if (stat(d->name, &st) < 0)
		return par_fail(err, errno == ENOENT ? PAR_E_NOT_FOUND : PAR_E_SYSTEM,
				errno == ENOENT ? 0 : errno,
				"-D devname=%s: there is no such device", d->name);
	if (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "-D devname=%s: it is not a device",
				d->name);
	if (is_memory(&st))
		return par_fail(err, PAR_E_NOT_PERMITTED, 0,
				"-D devname=%s: no workload partition can open it, for it is the "
				"memory of the whole system",
				d->name);
	if (d->type && !type_fits(d->type, st.st_mode))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-D devname=%s devtype=%s: it is a %s device", d->name, d->type,
				S_ISBLK(st.st_mode) ? "block" : "character");
	*ret_mode = st.st_mode;
	return 0;
}

int wpar_machine_check_devices(const struct wpar_spec *old, struct wpar_spec *s,
			       struct par_error **err)
{
	for (size_t i = 0; i < s->n_devices; i++) {
		struct wpar_device *d = &s->devices[i];
		mode_t mode = 0;
		int r;

		if (!d->name || wpar_device_is_in(old, d))
			continue;
		r = check_device(d, &mode, err);
		if (r < 0)
			return r;
		if (!d->type)
			d->type = strdup(type_of(mode));
		if (!d->type)
			return par_oom(err);
	}
	return 0;
}

static int fail_mount(const struct wpar_mount *m, const char *path, struct par_error **err)
{
	if (errno == ENOENT || errno == ENOTDIR)
		return par_fail(err, PAR_E_NOT_FOUND, 0,
				"-M directory=%s: there is no directory %s", m->directory, path);
	return par_fail(err, PAR_E_SYSTEM, errno, "-M directory=%s: '%s' cannot be looked at",
			m->directory, path);
}

static int need_directory(const struct wpar_mount *m, const char *path, struct par_error **err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return fail_mount(m, path, err);
	if (S_ISDIR(st.st_mode))
		return 0;
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "-M directory=%s: %s is not a directory",
			m->directory, path);
}

/* The file system of the WPAR that @m is mounted on: the one with the longest path above it. */
static const struct wpar_mount *mount_above(const struct wpar_spec *s, const struct wpar_mount *m)
{
	const struct wpar_mount *best = NULL;

	for (size_t i = 0; i < s->n_mounts; i++) {
		const struct wpar_mount *o = &s->mounts[i];

		if (o == m || !wpar_path_is_within(m->directory, o->directory))
			continue;
		if (!best || strlen(o->directory) > strlen(best->directory))
			best = o;
	}
	return best;
}

/* The root of an application WPAR is somebody else in the LPAR's files: closed folders end it. */
static int check_way(const struct wpar_mount *m, struct par_error **err)
{
	autofree char *path = strdup(m->directory);

	for (char *slash = path; slash && (slash = strchr(slash + 1, '/')); *slash = '/') {
		struct stat st;

		*slash = '\0';
		if (stat(path, &st) == 0 && !(st.st_mode & S_IXOTH))
			return par_fail(err, PAR_E_NOT_PERMITTED, 0,
					"-M directory=%s: an application workload partition cannot "
					"reach it, for %s is closed to others (mode %04o)",
					m->directory, path, st.st_mode & 07777);
	}
	return path ? 0 : par_oom(err);
}

/* /tmp of an application WPAR is empty when it starts: one folder is made there, not its parents.
 */
static int check_tmp(const struct wpar_mount *m, struct par_error **err)
{
	if (!strchr(m->directory + strlen("/tmp/"), '/'))
		return 0;
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
			"-M directory=%s: /tmp of an application workload partition is empty; "
			"the directory must be right below it",
			m->directory);
}

/*
 * Nothing is made in a directory of the global environment: what is mounted below one needs its
 * mount point there.
 */
static int check_mount_point(const struct wpar_spec *s, const struct wpar_mount *m,
			     struct par_error **err)
{
	const struct wpar_mount *above = mount_above(s, m);
	autofree char *path = NULL;
	struct stat st;

	/* What a server has there, the start finds out. */
	if (above && (!above->device || wpar_mount_is_nfs(above)))
		return 0;
	if (!above && s->type == WPAR_SYSTEM)
		return 0;
	if (!above && par_starts_with(m->directory, "/tmp/"))
		return check_tmp(m, err);
	path = above ? par_strdup_printf("%s%s", above->device,
					 m->directory + strlen(above->directory))
		     : strdup(m->directory);
	if (!path)
		return par_oom(err);
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return above ? 0 : check_way(m, err);
	return par_fail(err, PAR_E_NOT_FOUND, 0,
			"-M directory=%s: there is no directory %s to mount it on", m->directory,
			path);
}

/*
 * The commands of a WPAR, its PID 1 included, are in its /usr.  The start puts programs of its own
 * over df, mount, uname and systemctl where the LPAR has them, so these must be there too.
 */
static int check_programs(const struct wpar_mount *m, struct par_error **err)
{
	static const char *const needed[] = { "/usr/bin/sh", "/usr/bin/df", "/usr/bin/mount",
					      "/usr/bin/uname", "/usr/bin/systemctl" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(needed); i++) {
		const char *below = needed[i] + strlen(m->directory);
		autofree char *path = NULL;

		if (!wpar_path_is_within(needed[i], m->directory) || access(needed[i], X_OK) < 0)
			continue;
		path = par_strdup_printf("%s%s", m->device, below);
		if (!path)
			return par_oom(err);
		if (access(path, X_OK) < 0)
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"-M directory=%s: %s has no %s", m->directory, m->device,
					below + 1);
	}
	return 0;
}

static int check_mount(const struct wpar_spec *s, const struct wpar_mount *m,
		       struct par_error **err)
{
	bool here = m->device && !wpar_mount_is_nfs(m);
	int r = here ? need_directory(m, m->device, err) : 0;

	if (r < 0)
		return r;
	if (here && s->type == WPAR_SYSTEM && wpar_path_is_within(m->directory, "/usr"))
		r = check_programs(m, err);
	return r < 0 ? r : check_mount_point(s, m, err);
}

static int check_mounts(const struct wpar_spec *s, struct par_error **err)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		int r = check_mount(s, &s->mounts[i], err);

		if (r < 0)
			return r;
	}
	return 0;
}

int wpar_machine_check_files(const struct wpar_spec *s, struct par_error **err)
{
	int r = check_mounts(s, err);

	return r < 0 ? r : wpar_script_check(s, err);
}

/* What the WPAR gets with its ids mapped. */
static int list_mapped(const struct wpar_spec *s, struct par_strv *ret)
{
	autofree char *base = s->type == WPAR_SYSTEM ? wpar_path("%s", s->directory) : NULL;
	autofree char *store = s->version.image_digest ? wpar_path(WPAR_STORE_DIR) : NULL;
	const struct wpar_mount *root = wpar_spec_mount(s, "/");
	int r = 0;

	/* While it is active, what the server has lies in the base directory. */
	if (base && !(root && wpar_mount_is_nfs(root)))
		r = par_strv_add(ret, base);
	if (store && r == 0)
		r = par_strv_add(ret, store);
	for (size_t i = 0; i < s->n_mounts && r == 0; i++) {
		if (s->mounts[i].device && !wpar_mount_is_nfs(&s->mounts[i]))
			r = par_strv_add(ret, s->mounts[i].device);
	}
	return r;
}

int wpar_machine_check_file_systems(const struct wpar_spec *s, struct par_error **err)
{
	auto_strv mapped = { 0 };
	int r = list_mapped(s, &mapped);

	if (r < 0)
		return par_oom(err);
	r = wpar_id_mapping_check(&mapped, err);
	return r < 0 ? r : wpar_sizes_check(s, err);
}

int wpar_machine_fail_controller(const char *controller, struct par_error **err)
{
	return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
			"-R: version 2 control groups of this system have no controller \"%s\"",
			controller);
}

void wpar_machine_tell_limits(const struct wpar_spec *s, FILE *out)
{
	auto_strv controllers = { 0 };

	if (wpar_limits_need(s, &controllers) < 0)
		return;
	for (size_t i = 0; i < controllers.n; i++) {
		if (!wpar_cgroup_has_controller(controllers.v[i]))
			wpar_say_line(out,
				      "Resource controls (-R) of the kind \"%s\" are not in force: "
				      "version 2 control groups of this system have no such "
				      "controller.",
				      controllers.v[i]);
	}
}

int wpar_machine_check_start(const struct wpar_spec *s, FILE *out, struct par_error **err)
{
	int r = wpar_machine_check_files(s, err);

	if (r == 0)
		wpar_machine_tell_limits(s, out);
	for (size_t i = 0; i < s->n_devices && r == 0; i++) {
		const struct wpar_device *d = &s->devices[i];
		auto_error why = NULL;
		mode_t mode;

		if (d->name && !d->no_export && check_device(d, &mode, &why) < 0)
			wpar_say_line(out, "Device %s is not exported: %s.", d->name,
				      why && why->id == PAR_E_NOT_FOUND ? "it is not there"
				      : why && why->id == PAR_E_NOT_PERMITTED
					      ? "no workload partition can open it"
					      : "it is not a device");
	}
	return r;
}
