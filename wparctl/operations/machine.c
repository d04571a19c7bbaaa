/* SPDX-License-Identifier: Apache-2.0 */
/* What a specification names on this machine: see machine.h. */
#include "wparctl/operations/machine.h"

#include "wparctl/operations/say.h"
#include "wparctl/runtime/life/script.h"

#include <string.h>
#include <sys/stat.h>

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
	if (d->type && !type_fits(d->type, st.st_mode))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-D devname=%s devtype=%s: it is a %s device", d->name, d->type,
				S_ISBLK(st.st_mode) ? "block" : "character");
	*ret_mode = st.st_mode;
	return 0;
}

int wpar_machine_check_devices(struct wpar_spec *s, struct par_error **err)
{
	for (size_t i = 0; i < s->n_devices; i++) {
		struct wpar_device *d = &s->devices[i];
		mode_t mode = 0;
		int r;

		if (!d->name)
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

	if (above && !above->device)
		return 0;
	if (!above && s->type == WPAR_SYSTEM)
		return 0;
	path = above ? par_strdup_printf("%s%s", above->device,
					 m->directory + strlen(above->directory))
		     : strdup(m->directory);
	if (!path)
		return par_oom(err);
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode))
		return 0;
	return par_fail(err, PAR_E_NOT_FOUND, 0,
			"-M directory=%s: there is no directory %s to mount it on", m->directory,
			path);
}

/* The commands of a WPAR, its PID 1 included, are in its /usr. */
static int check_usr(const struct wpar_mount *m, struct par_error **err)
{
	static const char *const needed[] = { "bin/sh", "bin/df" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(needed); i++) {
		autofree char *path = par_strdup_printf("%s/%s", m->device, needed[i]);

		if (!path)
			return par_oom(err);
		if (access(path, X_OK) < 0)
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"-M directory=/usr: %s has no %s", m->device, needed[i]);
	}
	return 0;
}

static int check_mount(const struct wpar_spec *s, const struct wpar_mount *m,
		       struct par_error **err)
{
	int r = m->device ? need_directory(m, m->device, err) : 0;

	if (r == 0 && m->device && s->type == WPAR_SYSTEM && strcmp(m->directory, "/usr") == 0)
		r = check_usr(m, err);
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

int wpar_machine_check_start(const struct wpar_spec *s, FILE *out, struct par_error **err)
{
	int r = wpar_machine_check_files(s, err);

	for (size_t i = 0; i < s->n_devices && r == 0; i++) {
		const struct wpar_device *d = &s->devices[i];
		auto_error why = NULL;
		mode_t mode;

		if (d->name && !d->no_export && check_device(d, &mode, &why) < 0)
			wpar_say_line(out, "Device %s is not exported: %s.", d->name,
				      why && why->id == PAR_E_NOT_FOUND ? "it is not there"
									: "it is not a device");
	}
	return r;
}
