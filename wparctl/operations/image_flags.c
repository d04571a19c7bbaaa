/* SPDX-License-Identifier: Apache-2.0 */
/* The flags of an image: see image_flags.h. */
#include "wparctl/operations/image_flags.h"

#include "lpard/common/str.h"
#include "wparctl/versioned/versioned.h"

#include <stdio.h>
#include <string.h>

static int take_attribute(const char *pair, struct wpar_image_source *ret, struct par_error **err)
{
	static const char key[] = "image_data=";
	const char *value = pair + strlen(key);

	if (!par_starts_with(pair, key))
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"-L %s: an image has no logical volumes here, so that only "
				"image_data=FILE and image_data=none mean something",
				pair);
	if (!*value)
		return par_fail(err, PAR_E_USAGE, 0,
				"-L image_data= needs the name of a file, or none");
	if (ret->data_file || ret->own_data_ignored)
		return par_fail(err, PAR_E_USAGE, 0, "-L image_data= is given twice");
	ret->own_data_ignored = strcmp(value, "none") == 0;
	ret->data_file = ret->own_data_ignored ? NULL : value;
	return 0;
}

int wpar_image_flags(const struct par_groups *groups, struct wpar_image_source *ret,
		     struct par_error **err)
{
	for (size_t i = 0; i < groups->n; i++) {
		for (size_t j = 0; j < groups->v[i].n; j++) {
			int r = take_attribute(groups->v[i].v[j], ret, err);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

void wpar_image_say_note(void *user, const struct wpar_fit_row *row)
{
	fprintf(stderr, "%s: %s: %s%s%s\n", (const char *)user, row->aspect,
		row->image ? row->image : "", row->text ? ". " : "", row->text ? row->text : "");
}

int wpar_image_same_system(const struct wpar_version *spec, const struct wpar_version *image,
			   struct par_error **err)
{
	const struct {
		const char *key, *spec, *image;
	} rows[] = {
		{ "os_name", spec->os_name, image->os_name },
		{ "os_id", spec->os_id, image->os_id },
		{ "os_level", spec->os_level, image->os_level },
		{ "kernel_release", spec->kernel_release, image->kernel_release },
		{ "kernel_version", spec->kernel_version, image->kernel_version },
		{ "architecture", spec->architecture, image->architecture },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(rows); i++) {
		if (!rows[i].spec || par_streq(rows[i].spec, rows[i].image))
			continue;
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"%s = \"%s\" of the specification is not what the image says of "
				"itself (%s): take that line out; -C -B IMAGE -L image_data=FILE "
				"describes an image anew",
				rows[i].key, rows[i].spec,
				rows[i].image ? rows[i].image : "nothing");
	}
	return 0;
}

int wpar_image_same_known(const struct wpar_version *spec, const struct wpar_image_source *src,
			  const char *digest, struct par_error **err)
{
	auto_image_data data = { 0 };
	int r;

	if (src && src->checked && src->checked->admitted)
		return wpar_image_same_system(spec, &src->checked->data.version, err);
	r = src && src->data_file ? wpar_image_describe(src, NULL, &data, err)
				  : wpar_image_data(digest, &data, err);
	return r < 0 ? r : wpar_image_same_system(spec, &data.version, err);
}
