/* SPDX-License-Identifier: Apache-2.0 */
/* From the layers of a versioned WPAR to the root of a native one: see native_stage.h. */
#include "wparctl/filesystem/native_stage.h"

#include "lpard/common/fs.h"
#include "lpard/common/hex.h"
#include "wparctl/filesystem/rootfs.h"
#include "wparctl/spec/stop_at.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STAGE ".migwpar"
#define GONE  ".migwpar.gone" /* only to be removed */
#define IMAGE "image"	      /* in it: the digest */

/* Of a versioned one; in the stage they are called so that no name of a root is meant. */
static const char *const layers[][2] = { { "upper", "layer.upper" }, { "work", "layer.work" } };

static int open_base(const struct wpar_spec *s)
{
	autofree char *path = wpar_path("%s", s->directory);
	int fd = path ? open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;

	if (!path)
		return -ENOMEM;
	return fd < 0 ? -errno : fd;
}

static int remove_old(int base)
{
	int r = par_fs_remove_tree(base, STAGE);

	return r < 0 ? r : par_fs_remove_tree(base, GONE);
}

static int make_folder(int at, const char *name)
{
	return mkdirat(at, name, 0700) < 0 ? -errno : par_fs_open_folder(at, name);
}

static int make_stage(int base, const char *digest, struct wpar_native_stage *t)
{
	autofd int stage = -1;
	int r = remove_old(base);

	if (r < 0)
		return r;
	stage = make_folder(base, STAGE);
	if (stage < 0)
		return stage;
	r = par_fs_replace_volatile(stage, IMAGE, digest, strlen(digest), 0600);
	if (r < 0)
		return r;
	t->fresh = make_folder(stage, "new");
	if (t->fresh < 0)
		return t->fresh;
	t->old = make_folder(stage, "old");
	return t->old < 0 ? t->old : 0;
}

static int stage_fail(const struct wpar_spec *s, int r, const char *what, struct par_error **err)
{
	return par_fail(err, r == -ENOSPC || r == -EDQUOT ? PAR_E_NO_SPACE : PAR_E_SYSTEM, r,
			"the files of '%s' cannot be %s in '%s'", s->name, what, s->directory);
}

void wpar_native_stage_close(struct wpar_native_stage *t)
{
	if (t->fresh >= 0)
		close(t->fresh);
	if (t->old >= 0)
		close(t->old);
	*t = WPAR_NO_STAGE;
}

int wpar_native_stage_begin(const struct wpar_spec *s, struct wpar_native_stage *ret,
			    struct par_error **err)
{
	struct wpar_native_stage t = WPAR_NO_STAGE;
	autofd int base = open_base(s);
	int r = base < 0 ? base : make_stage(base, s->version.image_digest, &t);

	if (r < 0) {
		wpar_native_stage_close(&t);
		return stage_fail(s, r, "made", err);
	}
	*ret = t;
	return 0;
}

static bool is_dots(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

/* Each name in the folder @at, until @one says otherwise than 0. */
static int each_name(int at, int (*one)(int at, const char *name, int base), int base)
{
	struct dirent **list = NULL;
	int n = scandirat(at, ".", &list, NULL, NULL), r = n < 0 ? -errno : 0;

	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;

		if (!is_dots(name) && r == 0)
			r = one(at, name, base);
		free(list[i]);
	}
	free(list);
	return r;
}

static bool is_layer(const char *name)
{
	return strcmp(name, layers[0][0]) == 0 || strcmp(name, layers[1][0]) == 0;
}

static int check_name(int at, const char *name, int base)
{
	struct stat st;

	(void)at;
	return !is_layer(name) && fstatat(base, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? -EEXIST : 0;
}

static int check_stage(int base)
{
	autofd int stage = par_fs_open_folder(base, STAGE);
	autofd int fresh = stage < 0 ? stage : par_fs_open_folder(stage, "new");
	int r = fresh < 0 ? fresh : each_name(fresh, check_name, base);

	if (r < 0)
		return r;
	r = par_fs_remove_tree(stage, "old");
	if (r < 0)
		return r;
	return syncfs(base) < 0 ? -errno : 0;
}

int wpar_native_stage_check(const struct wpar_spec *s, struct par_error **err)
{
	autofd int base = open_base(s);
	int r = base < 0 ? base : check_stage(base);

	if (r == -EEXIST)
		return par_fail(err, PAR_E_EXISTS, 0,
				"the base directory '%s' has files that are not the workload "
				"partition's: remove them",
				s->directory);
	return r < 0 ? stage_fail(s, r, "written", err) : 0;
}

void wpar_native_stage_undo(const struct wpar_spec *s)
{
	autofd int base = open_base(s);

	if (base >= 0)
		remove_old(base); /* ignoring: the next migration begins with it */
	if (wpar_rootfs_is_migrating(s->name))
		wpar_rootfs_mark_complete(s, NULL);
}

/* What is there by its new name was put aside before a kill: then the old one is of the root. */
static int put_layers_aside(int base, int stage)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(layers); i++) {
		struct stat st;

		if (fstatat(stage, layers[i][1], &st, AT_SYMLINK_NOFOLLOW) == 0)
			continue;
		if (renameat(base, layers[i][0], stage, layers[i][1]) < 0)
			return -errno;
	}
	wpar_test_stop_at("layers aside");
	return 0;
}

static int take_name(int at, const char *name, int base)
{
	if (renameat2(at, name, base, name, RENAME_NOREPLACE) < 0)
		return -errno;
	wpar_test_stop_at("taken");
	return 0;
}

static int take_stage(int base, int stage)
{
	autofd int fresh = -1;
	int r = put_layers_aside(base, stage);

	if (r < 0)
		return r;
	fresh = par_fs_open_folder(stage, "new");
	if (fresh < 0)
		return fresh;
	r = each_name(fresh, take_name, base);
	if (r < 0)
		return r;
	if (fchmod(base, 0755) < 0)
		return -errno;
	return syncfs(base) < 0 ? -errno : 0;
}

int wpar_native_stage_take(const struct wpar_spec *s, struct par_error **err)
{
	autofd int base = open_base(s);
	autofd int stage = base < 0 ? base : par_fs_open_folder(base, STAGE);
	int r;

	if (stage == -ENOENT && base >= 0)
		return 0; /* all that is done */
	r = stage < 0 ? stage : take_stage(base, stage);
	return r < 0 ? stage_fail(s, r, "put into their places", err) : 0;
}

char *wpar_native_stage_image(const struct wpar_spec *s)
{
	autofree char *path = wpar_path("%s/" STAGE "/" IMAGE, s->directory);
	auto_buf text = { 0 };

	if (!path || par_fs_read(path, 64, &text) < 0 || text.len != 64 ||
	    !par_hex_is(text.data, 64))
		return NULL;
	return strdup(text.data);
}

/* Its parts go only when it has lost its name: half of a stage would be taken for a whole one. */
static int remove_stage(int base)
{
	if (renameat(base, STAGE, base, GONE) < 0 && errno != ENOENT)
		return -errno;
	wpar_test_stop_at("stage gone");
	return par_fs_remove_tree(base, GONE);
}

int wpar_native_stage_end(const struct wpar_spec *s, struct par_error **err)
{
	autofd int base = open_base(s);
	int r = base < 0 ? base : remove_stage(base);

	if (r < 0)
		return stage_fail(s, r, "cleared", err);
	wpar_test_stop_at("stage removed");
	return wpar_rootfs_mark_complete(s, err);
}
