/* SPDX-License-Identifier: Apache-2.0 */
/* A copy of this system: see copy_system.h; backup/system_copy.c reads and writes its files. */
#include "wparctl/operations/copy_system.h"

#include "wparctl/backup/system_copy.h"
#include "wparctl/backup/system_links.h"
#include "wparctl/operations/definition.h"
#include "wparctl/spec/keys.h"
#include "wparctl/spec/stop_at.h"
#include "wparctl/versioned/image_data.h"
#include "wparctl/spec/level.h"
#include "wparctl/versioned/versioned.h"

#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>

/* The LPAR's own, mounted where it is there. */
static bool is_shared(const struct wpar_mount *m)
{
	return (strcmp(m->directory, "/usr") == 0 || strcmp(m->directory, "/opt") == 0) &&
	       par_streq(m->vfs, "namefs") && par_streq(m->device, m->directory);
}

void wpar_copy_system_settings(struct wpar_spec *s, bool like)
{
	s->private_usr = true;
	for (size_t i = s->n_mounts; like && i > 0; i--) {
		if (s->mounts[i - 1].directory && is_shared(&s->mounts[i - 1]))
			wpar_record_remove(s, WPAR_STANZA_MOUNT, i - 1);
	}
}

void wpar_copy_system_sizes(struct wpar_spec *s)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		if (wpar_mount_is_own(&s->mounts[i]) && !wpar_mount_is_volume(&s->mounts[i]) &&
		    s->mounts[i].size_mib == 0)
			s->mounts[i].size_mib = WPAR_UNLIMITED;
	}
}

int wpar_copy_system_places(const struct wpar_spec *s, struct par_error **err)
{
	autofd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	auto_system_links links = { 0 };

	return wpar_system_links_find(root, s, &links, err);
}

static const char *word(const char *text)
{
	return text && par_printable(text) ? text : "?";
}

static int check_level(const char *image, const struct wpar_version *v, struct par_error **err)
{
	char system[WPAR_LEVEL_MAX] = "", level[WPAR_LEVEL_MAX] = "";
	struct utsname here;

	uname(&here);
	if (!wpar_system_here(system) || !wpar_level_here(level))
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"-t -B: the level of this system is not known, by its "
				"/etc/os-release, so no image can be of the same one");
	if (par_streq(v->os_id, system) && par_streq(v->os_level, level) &&
	    par_streq(v->architecture, here.machine))
		return 0;
	return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
			"The image %s is of %s %s for %s, and this system is %s %s for %s: a copy "
			"must be of the same level; -C makes a versioned workload partition of it.",
			image, word(v->os_id), word(v->os_level), word(v->architecture),
			word(system), word(level), here.machine);
}

int wpar_copy_system_check(const struct wpar_image_source *src, struct par_error **err)
{
	auto_image_data d = { 0 };
	int r = wpar_image_look(src, &d.version, src->checked, err);

	return r < 0 ? r : check_level(src->path, &d.version, err);
}

/* Killed from now on, the WPAR takes the image away with it when it is removed. */
static int save_named(const struct wpar_spec *s, char *digest, struct par_error **err)
{
	struct wpar_spec named = *s;

	named.version.image_digest = digest;
	return *digest ? wpar_spec_save(&named, err) : 0;
}

static int create(const struct wpar_spec *s, const char *digest, bool progress,
		  const struct wpar_report *report, struct par_error **err)
{
	struct wpar_system_copy copy = { .image_digest = digest,
					 .keep_private = s->copy.keep_private,
					 .keep_wpars = s->copy.keep_wpars,
					 .progress = progress };
	const struct wpar_rootfs_source from = wpar_system_copier(&copy);

	return wpar_rootfs_create(s, &from, report, err);
}

static int create_of_image(const struct wpar_image_source *src, struct wpar_spec *s,
			   struct wpar_version *v, const struct wpar_report *report,
			   struct par_error **err)
{
	autofd int hold = -1;
	int r = save_named(s, src->checked->digest, err);

	if (r < 0)
		return r;
	r = wpar_image_take(src, v, &hold, err);
	if (r < 0)
		return r;
	wpar_test_stop_at("taken");
	r = check_level(src->path, v, err);
	if (r < 0)
		return r;
	r = save_named(s, v->image_digest, err);
	return r < 0 ? r : create(s, v->image_digest, src->progress, report, err);
}

int wpar_copy_system_create(const struct wpar_image_source *src, struct wpar_spec *s, bool progress,
			    const struct wpar_report *report, struct par_error **err)
{
	auto_image_data d = { 0 };
	int r;

	if (!src)
		return create(s, NULL, progress, report, err);
	r = create_of_image(src, s, &d.version, report, err);
	if (r == 0)
		return wpar_definition_drop_image(s, d.version.image_digest, err);
	s->version.image_digest = take_ptr(d.version.image_digest);
	return r;
}
