/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The layers between a versioned WPAR's upper folder and its image: found, or made when they are
 * missing; layer_fill.c has what is in one.  A layer belongs to its image, to the state of this
 * system's files and to the overlay list (its key).
 */
#include "wparctl/versioned/versioned.h"

#include "lpard/common/fs.h"
#include "wparctl/versioned/layer_fill.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define LAYER	  "layer-"
#define NEW_LAYER ".layer-" /* while it is being made */

/* Fills the folder @temp, beside the image's @root, and gives it its name. */
static int layer_make_in(const char *temp, const char *root, const char *place,
			 const struct wpar_overlay *rows, const struct wpar_version *v,
			 struct par_error **err)
{
	autofd int image = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	autofd int layer = open(temp, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	int r;

	if (image < 0 || layer < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not open the image");
	r = wpar_layer_fill(image, layer, rows, v, err);
	if (r < 0)
		return r;
	if (syncfs(layer) < 0 || (rename(temp, place) < 0 && errno != ENOTEMPTY && errno != EEXIST))
		return par_fail(err, PAR_E_SYSTEM, errno, "could not name the overlay");
	return 0;
}

static int layer_make(const char *folder, const char *root, const char *place,
		      const struct wpar_overlay *rows, const struct wpar_version *v,
		      struct par_error **err)
{
	autofree char *temp = par_strdup_printf("%s/" NEW_LAYER "XXXXXX", folder);
	autofd int above = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	int r;

	if (!temp)
		return par_oom(err);
	if (above < 0 || !mkdtemp(temp) || chmod(temp, 0755) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make the overlay");
	r = layer_make_in(temp, root, place, rows, v, err);
	/* After a success it is there only when another process has made the same layer. */
	if (r < 0 || access(temp, F_OK) == 0)
		par_fs_remove_tree(above, temp + strlen(folder) + 1);
	return r;
}

/* What makers that were killed have left; the lock keeps living ones away. */
static void clear_unfinished(const char *folder)
{
	autofd int above = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	struct dirent **list = NULL;
	int n = above < 0 ? 0 : scandirat(above, ".", &list, NULL, NULL);

	for (int i = 0; i < n; i++) {
		if (par_starts_with(list[i]->d_name, NEW_LAYER))
			par_fs_remove_tree(above, list[i]->d_name);
		free(list[i]);
	}
	free(list);
}

/* The layer @place of the image in @folder, made when it is missing, by one command at a time. */
static int layer_need(const char *folder, const char *root, const char *place,
		      const struct wpar_overlay *rows, const struct wpar_version *v,
		      struct par_error **err)
{
	autofree char *path = par_strdup_printf("%s/layers.lock", folder);
	autofd int lock = path ? open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;
	bool missing = access(place, F_OK) < 0;

	if (!path)
		return par_oom(err);
	if (lock < 0 || flock(lock, missing ? LOCK_EX : LOCK_EX | LOCK_NB) < 0) {
		/* Nothing is to be made: another that makes one, or a full disk, holds nobody up.
		 */
		if (!missing)
			return 0;
		return par_fail(err, PAR_E_SYSTEM, errno, "could not lock the image's layers");
	}
	clear_unfinished(folder);
	return access(place, F_OK) < 0 ? layer_make(folder, root, place, rows, v, err) : 0;
}

int wpar_version_layers(const struct wpar_spec *s, struct par_strv *ret, struct par_error **err)
{
	const char *digest = s->version.image_digest ? s->version.image_digest : "";
	autofree char *folder = wpar_path(WPAR_STORE_DIR "/images/%s", digest);
	autofree char *place = NULL, *root = NULL;
	auto_strv layers = { 0 };
	auto_overlay rows = { 0 };
	char key[WPAR_LAYER_KEY];
	int r;

	*ret = (struct par_strv){ 0 };
	r = wpar_overlay_of(&s->version, &rows, err);
	if (r < 0)
		return r;
	wpar_layer_key(&rows, key);
	place = folder ? par_strdup_printf("%s/" LAYER "%s", folder, key) : NULL;
	root = folder ? par_strdup_printf("%s/root", folder) : NULL;
	if (!place || !root)
		return par_oom(err);
	if (!*digest || access(root, F_OK) < 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0,
				"The image of workload partition %s is not in the store.", s->name);
	r = layer_need(folder, root, place, &rows, &s->version, err);
	if (r < 0)
		return r;
	if (par_strv_add(&layers, place) < 0 || par_strv_add(&layers, root) < 0)
		return par_oom(err);
	*ret = layers;
	layers = (struct par_strv){ 0 };
	return 0;
}

int wpar_version_layer_is_there(const struct wpar_spec *s, struct par_error **err)
{
	const char *digest = s->version.image_digest ? s->version.image_digest : "";
	autofree char *place = NULL;
	auto_overlay rows = { 0 };
	char key[WPAR_LAYER_KEY];
	int r = wpar_overlay_of(&s->version, &rows, err);

	if (r < 0)
		return r;
	wpar_layer_key(&rows, key);
	place = wpar_path(WPAR_STORE_DIR "/images/%s/" LAYER "%s", digest, key);
	return place ? access(place, F_OK) == 0 : par_oom(err);
}

static int wanted_keys(const struct wpar_version *const *versions, size_t n, struct par_strv *ret,
		       struct par_error **err)
{
	for (size_t i = 0; i < n; i++) {
		auto_overlay rows = { 0 };
		char key[WPAR_LAYER_KEY];
		int r = wpar_overlay_of(versions[i], &rows, err);

		if (r < 0)
			return r;
		wpar_layer_key(&rows, key);
		if (par_strv_add(ret, key) < 0)
			return par_oom(err);
	}
	return 0;
}

static int remove_layers(int folder, const struct par_strv *keys)
{
	struct dirent **list = NULL;
	int n = scandirat(folder, ".", &list, NULL, NULL), removed = 0;

	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;

		if (par_starts_with(name, LAYER) && par_strv_find(keys, name + strlen(LAYER)) < 0)
			removed += par_fs_remove_tree(folder, name) == 0;
		free(list[i]);
	}
	free(list);
	return removed;
}

int wpar_layers_clear(const char *digest, const struct wpar_version *const *versions, size_t n,
		      struct par_error **err)
{
	autofree char *path = wpar_path(WPAR_STORE_DIR "/images/%s", digest);
	autofd int folder = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	autofd int lock = -1;
	auto_strv keys = { 0 };
	int r = wanted_keys(versions, n, &keys, err);

	if (r < 0)
		return r;
	lock = folder < 0 ? -1
			  : openat(folder, "layers.lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
				   0600);
	if (lock < 0 || flock(lock, LOCK_EX) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not lock the image's layers");
	return remove_layers(folder, &keys);
}
