/* SPDX-License-Identifier: Apache-2.0 */
/* The boot images there are: see images.h. */
#include "lpard/daemon/systems/images.h"

#include "lpard/common/hex.h"

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
	par_strv_sort(ret);
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

#define DIGITS 12 /* of a digest, as many as names of volumes have */

char *lpar_images_remember(const struct fw_image *image)
{
	auto_buf b = { 0 };

	par_buf_puts(&b, image->name);
	for (size_t i = 0; i < FW_IMAGE_PARTS; i++) {
		/* The media disk is named by the configuration. */
		if (i != FW_IMAGE_MEDIA)
			par_buf_printf(&b, " %.*s", DIGITS,
				       image->files[i].name ? image->files[i].sha256 : "-");
	}
	return b.failed ? NULL : par_buf_steal(&b);
}

/* What follows the name, which may have blanks. */
static const char *digests_of(const char *text)
{
	const char *p = text + strlen(text);

	for (int blanks = 0; p > text; p--) {
		if (p[-1] == ' ' && ++blanks == FW_IMAGE_PARTS - 1)
			return p;
	}
	return NULL;
}

bool lpar_images_is(const struct fw_image *image, const char *text)
{
	autofree char *now = lpar_images_remember(image);
	const char *a = now ? digests_of(now) : NULL, *b = digests_of(text);

	return a && b && strcmp(a, b) == 0;
}

static int recall_file(const char *digest, const char *name, struct fw_image_file *ret,
		       struct par_error **err)
{
	if (strcmp(digest, "-") == 0)
		return 0;
	if (!par_hex_is(digest, DIGITS))
		return par_fail(err, PAR_E_CORRUPT, 0, "\"%s\" is no digest", digest);
	snprintf(ret->sha256, sizeof(ret->sha256), "%s", digest);
	ret->name = strdup(name);
	return ret->name ? 0 : par_oom(err);
}

int lpar_images_recall(const char *text, const struct fw_image *like, struct fw_image *ret,
		       struct par_error **err)
{
	const char *digests = digests_of(text);
	auto_fw_image image = { 0 };
	auto_strv parts = { 0 };
	int r = 0;

	if (!digests || par_strv_split(&parts, digests, ' ') < 0 || parts.n != FW_IMAGE_PARTS - 1)
		return par_fail(err, PAR_E_CORRUPT, 0,
				"it is not known of which image the disk was made");
	image.name = strndup(text, (size_t)(digests - text) - 1);
	image.command_line = like && like->command_line ? strdup(like->command_line) : NULL;
	if (!image.name || (like && like->command_line && !image.command_line))
		return par_oom(err);
	for (size_t i = 0, k = 0; r == 0 && i < FW_IMAGE_PARTS; i++) {
		if (i != FW_IMAGE_MEDIA)
			r = recall_file(parts.v[k++], fw_image_part_name((enum fw_image_part)i),
					&image.files[i], err);
	}
	if (r < 0)
		return r;
	*ret = image;
	image = (struct fw_image){ 0 };
	return 0;
}
