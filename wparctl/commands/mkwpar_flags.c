/* SPDX-License-Identifier: Apache-2.0 */
/* Flags of mkwpar that do not go together, and what becomes of -e: see mkwpar_flags.h. */
#include "wparctl/commands/mkwpar_flags.h"

#include "wparctl/operations/copy_system.h"
#include "wparctl/operations/image_flags.h"
#include "wparctl/operations/image_volumes.h"
#include "wparctl/spec/keys.h"

#include <string.h>

bool mkwpar_is_versioned(const struct mkwpar_args *a, const struct wpar_spec *s)
{
	return a->versioned || s->version.image_digest;
}

static int refuse_copy(const struct mkwpar_args *a, struct par_error **err)
{
	if (a->copy_flags.n && !a->system_copy)
		return par_fail(err, PAR_E_USAGE, 0, "-T is about a copy of this system: -t");
	if (a->system_copy && a->versioned)
		return par_fail(err, PAR_E_USAGE, 0,
				"-t and -C cannot be used together: -t copies this system, -C is "
				"about an older one");
	if (a->system_copy && a->preserve.given)
		return par_fail(err, PAR_E_USAGE, 0,
				"-t and -p cannot be used together: -p takes files that are there");
	return 0;
}

int mkwpar_refuse(const struct mkwpar_args *a, struct par_error **err)
{
	struct wpar_image_source image = { 0 };
	int r = wpar_image_flags(&a->image_flags, &image, err);
	if (r < 0)
		return r;
	if (a->image_flags.n && !(a->versioned && a->backup) && !(a->system_copy && a->backup))
		return par_fail(
			err, PAR_E_USAGE, 0,
			"-L is about the image of a versioned workload partition: -C -B IMAGE");
	r = refuse_copy(a, err);
	if (r < 0)
		return r;
	if (a->files_of && a->preserve.given)
		return par_fail(err, PAR_E_USAGE, 0, "-B and -p cannot be used together");
	if (a->files_of && a->settings.write_only)
		return par_fail(err, PAR_E_USAGE, 0,
				"-B and -w cannot be used together: a specification does not name "
				"a backup");
	if (a->files_of && a->minimal)
		return par_fail(err, PAR_E_USAGE, 0,
				"--minimal with -B: what starts in it is what the backup has");
	if (a->files_of && a->ask_password && strcmp(a->files_of, "-") == 0)
		return par_fail(err, PAR_E_USAGE, 0,
				"-P and -B - would both read the standard input");
	if (a->start && a->settings.write_only)
		return par_fail(err, PAR_E_USAGE, 0, "-s and -w cannot be used together");
	if (a->preserve.value && a->settings.name &&
	    strcmp(a->preserve.value, a->settings.name) != 0)
		return par_fail(err, PAR_E_USAGE, 0, "-n and -p give two names: %s and %s",
				a->settings.name, a->preserve.value);
	return 0;
}

static int refuse_versioned(const struct mkwpar_args *a, const struct wpar_spec *s,
			    struct par_error **err)
{
	const char flag = a->ask_password ? 'P' : a->made_script ? 'k' : a->resolver ? 'r' : 0;

	if (!mkwpar_is_versioned(a, s))
		return 0;
	if (a->files_of)
		return par_fail(err, PAR_E_USAGE, 0,
				"-B is the image of a versioned workload partition: with -C");
	if (!a->backup && !s->version.image_digest)
		return par_fail(err, PAR_E_USAGE, 0, "-C needs the system image: -B IMAGE");
	if (flag)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"-%c with -C: the files of a versioned workload partition are its "
				"image's",
				flag);
	if (a->preserve.given)
		return par_fail(err, PAR_E_USAGE, 0, "-C and -p cannot be used together");
	return 0;
}

static int refuse_controls(const struct wpar_spec *s, struct par_error **err)
{
	if (s->copy.keep_private || s->copy.keep_wpars)
		return par_fail(err, PAR_E_USAGE, 0,
				"copy_controls of the specification are about a copy of this "
				"system: -t");
	return 0;
}

int mkwpar_refuse_spec(const struct mkwpar_args *a, const struct wpar_spec *s,
		       struct par_error **err)
{
	int r = a->system_copy ? 0 : refuse_controls(s, err);

	if (r < 0)
		return r;
	if (a->system_copy && s->version.image_digest)
		return par_fail(err, PAR_E_USAGE, 0,
				"-t makes a copy of this system, and the specification is that of "
				"a versioned workload partition");
	return refuse_versioned(a, s, err);
}

/* ---- What -e has, beside -C and -t ---- */

void mkwpar_forget_system(const struct mkwpar_args *a, struct wpar_spec *s)
{
	if (!s->version.image_digest)
		wpar_image_mounts_keep(&a->settings.mounts, s);
	wpar_settings_forget_image(s);
}

/* File systems of an old system are none of this one; those of -M are as it says. */
static int mkwpar_forget_mounts(const struct mkwpar_args *a, struct wpar_spec *s,
				struct par_error **err)
{
	while (s->n_mounts > 0)
		wpar_record_remove(s, WPAR_STANZA_MOUNT, s->n_mounts - 1);
	for (size_t i = 0; i < a->settings.mounts.n; i++) {
		const struct par_args *group = &a->settings.mounts.v[i];

		if (!wpar_record_add_pairs(s, WPAR_STANZA_MOUNT, group->v, group->n, "-M", err))
			return -EINVAL;
	}
	return 0;
}

int mkwpar_read_copy(const struct mkwpar_args *a, struct wpar_spec *s, struct par_error **err)
{
	const bool old = a->settings.from_wpar && s->version.image_digest;
	int r = old ? mkwpar_forget_mounts(a, s, err) : 0;

	if (r < 0)
		return r;
	if (a->settings.from_wpar)
		wpar_settings_forget_image(s);
	for (size_t i = 0; i < a->copy_flags.n; i++) {
		const struct par_args *group = &a->copy_flags.v[i];

		if (!wpar_record_add_pairs(s, WPAR_STANZA_COPY, group->v, group->n, "-T", err))
			return -EINVAL;
	}
	wpar_copy_system_settings(s, a->settings.from_wpar != NULL);
	return 0;
}
