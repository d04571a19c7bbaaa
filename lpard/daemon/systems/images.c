/* SPDX-License-Identifier: Apache-2.0 */
/* The boot images there are: see images.h. */
#include "lpard/daemon/systems/images.h"

#include <dirent.h>
#include <string.h>

static void cleanup_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}

static bool has_manifest(const char *folder)
{
	autofree char *path = par_strdup_printf("%s/image.json", folder);

	return path && access(path, R_OK) == 0;
}

static int images_by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int lpar_images_names(const struct lpar_config *config, struct par_strv *ret)
{
	for (size_t i = 0; i < config->images.n; i++) {
		DIR *dir par_cleanup(cleanup_dir) = opendir(config->images.v[i]);
		struct dirent *e;

		while (dir && (e = readdir(dir))) {
			autofree char *folder =
				par_strdup_printf("%s/%s", config->images.v[i], e->d_name);

			if (!folder)
				return -ENOMEM;
			if (e->d_name[0] == '.' || !has_manifest(folder) ||
			    par_strv_find(ret, e->d_name) >= 0)
				continue;
			if (par_strv_add(ret, e->d_name) < 0)
				return -ENOMEM;
		}
	}
	if (ret->n > 1)
		qsort(ret->v, ret->n, sizeof(*ret->v), images_by_name);
	return 0;
}

char *lpar_images_default(const struct lpar_config *config)
{
	auto_strv names = { 0 };

	if (config->default_image)
		return strdup(config->default_image);
	if (lpar_images_names(config, &names) < 0 || names.n == 0)
		return NULL;
	return strdup(names.v[0]);
}

int lpar_images_find(const struct lpar_config *config, const char *name, struct fw_image *ret,
		     struct par_error **err)
{
	autofree char *fallback = NULL;

	if (!name) {
		fallback = lpar_images_default(config);
		name = fallback;
	}
	if (!name)
		return par_fail(err, PAR_E_NOT_FOUND, 0,
				"There is no boot image: set \"images\" in lpard.conf");
	if (strchr(name, '/') || name[0] == '.')
		return par_fail(err, PAR_E_NOT_FOUND, 0, "There is no boot image \"%s\"", name);
	for (size_t i = 0; i < config->images.n; i++) {
		autofree char *folder = par_strdup_printf("%s/%s", config->images.v[i], name);

		if (!folder)
			return par_oom(err);
		if (has_manifest(folder))
			return fw_image_load(folder, ret, err);
	}
	return par_fail(err, PAR_E_NOT_FOUND, 0, "There is no boot image \"%s\"", name);
}
