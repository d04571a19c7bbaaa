/* SPDX-License-Identifier: Apache-2.0 */
/* The flags of an image: see image_flags.h. */
#include "wparctl/operations/image_flags.h"

#include "lpard/common/str.h"

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
