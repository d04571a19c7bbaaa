/* SPDX-License-Identifier: Apache-2.0 */
/* The devices that a list exports: see device_exports.h. */
#include "wparctl/operations/device_exports.h"

#include "wparctl/spec/device_list.h"
#include "wparctl/spec/keys.h"

#include <glob.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_FILE (1 << 20)

/* 1: there is a list; 0: there is none, and none was named. */
static int read_list(const char *file, struct wpar_device_list *ret, char **ret_path,
		     struct par_error **err)
{
	autofree char *path = file ? strdup(file) : wpar_path(WPAR_CONFIG_DIR "/devexports");
	auto_buf text = { 0 };
	int r;

	if (!path)
		return par_oom(err);
	r = wpar_config_read(path, MAX_FILE, &text, err);
	if (r == -ENOENT && !file)
		return 0;
	if (r == -ENOENT)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "-b %s: there is no such file", file);
	if (r < 0)
		return r;
	r = wpar_device_list_parse(text.data ? text.data : "", text.len, ret, err);
	if (r < 0) {
		par_error_wrap(err, "%s", path);
		return r;
	}
	*ret_path = take_ptr(path);
	return 1;
}

static const struct wpar_device *find_device(const struct wpar_spec *s, const char *path)
{
	for (size_t i = 0; i < s->n_devices; i++) {
		if (par_streq(s->devices[i].name, path))
			return &s->devices[i];
	}
	return NULL;
}

/* What @old has already is not looked at, nor what every WPAR has. */
static int check_listed(const struct wpar_device_list *l, const char *path,
			const struct wpar_spec *old, const struct wpar_spec *s,
			struct par_error **err)
{
	for (size_t i = 0; i < s->n_devices; i++) {
		const struct wpar_device *d = &s->devices[i];

		if (!d->name || d->no_export || wpar_device_is_in(old, d) ||
		    wpar_device_is_standard(wpar_device_inside(d)))
			continue;
		if (!wpar_device_list_find(l, d->name))
			return par_fail(err, PAR_E_NOT_PERMITTED, 0,
					"-D devname=%s: %s does not list it, so no workload "
					"partition can have it",
					d->name, path);
	}
	return 0;
}

static int add(struct wpar_spec *s, const char *path, bool no_export, struct par_error **err)
{
	struct wpar_device *d = wpar_record_add(s, WPAR_STANZA_DEVICE);

	if (!d)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "there are too many devices");
	d->name = strdup(path);
	d->no_export = no_export;
	return d->name ? 0 : par_oom(err);
}

/* Where every device is meant ("/dev/" and an asterisk), those that every WPAR has are not. */
static const struct wpar_device_entry *find_named(const struct wpar_device_list *l,
						  const char *path)
{
	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->v[i].value, path) == 0)
			return &l->v[i];
	}
	return NULL;
}

/*
 * One that -D names stays as that has it; of those that every WPAR has only "no" says anything, in
 * an entry of their own. The first entry that a device matches counts.
 */
static int export_one(const struct wpar_device_list *l, const char *path, struct wpar_spec *s,
		      struct par_error **err)
{
	bool standard = wpar_device_is_standard(path);
	const struct wpar_device_entry *e =
		standard ? find_named(l, path) : wpar_device_list_find(l, path);
	struct stat st;

	if (!e || e->no_auto != standard || find_device(s, path))
		return 0;
	if (stat(path, &st) < 0 || (!S_ISCHR(st.st_mode) && !S_ISBLK(st.st_mode)))
		return 0;
	return add(s, path, standard, err);
}

static int export_entry(const struct wpar_device_list *l, const struct wpar_device_entry *e,
			struct wpar_spec *s, struct par_error **err)
{
	glob_t found = { 0 };
	int r = glob(e->value, GLOB_NOCHECK, NULL, &found) == GLOB_NOSPACE ? par_oom(err) : 0;

	for (size_t i = 0; r == 0 && i < found.gl_pathc; i++)
		r = export_one(l, found.gl_pathv[i], s, err);
	globfree(&found);
	return r;
}

int wpar_devices_export(const char *file, struct wpar_spec *s, struct par_error **err)
{
	autofree char *path = NULL;
	auto_device_list l = { 0 };
	int r = read_list(file, &l, &path, err);

	if (r <= 0)
		return r;
	r = check_listed(&l, path, NULL, s, err);
	for (size_t i = 0; r == 0 && i < l.n; i++)
		r = export_entry(&l, &l.v[i], s, err);
	return r;
}

int wpar_devices_check(const struct wpar_spec *old, const struct wpar_spec *s,
		       struct par_error **err)
{
	autofree char *path = NULL;
	auto_device_list l = { 0 };
	int r = read_list(NULL, &l, &path, err);

	return r <= 0 ? r : check_listed(&l, path, old, s, err);
}
