/* SPDX-License-Identifier: Apache-2.0 */
/* The folder of a checkpoint: see statedir.h. */
#include "wparctl/checkpoint/statedir.h"

#include "lpard/common/fs.h"
#include "wparctl/checkpoint/image_files.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>

#define MANIFEST_MOST (32 << 20)
#define IMAGES	      "images."

void wpar_statedir_close(struct wpar_statedir *d)
{
	if (d->fd >= 0)
		close(d->fd);
	free(d->path);
	*d = WPAR_NO_STATEDIR;
}

static DIR *open_list(int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);

	if (!d && fd >= 0)
		close(fd);
	return d;
}

static bool is_ours(const char *name)
{
	return par_starts_with(name, IMAGES) || par_starts_with(name, WPAR_CKPT_MANIFEST) ||
	       par_starts_with(name, "." WPAR_CKPT_MANIFEST) || strstr(name, ".log");
}

/* So that a folder given by mistake loses nothing. */
static int check_content(const struct wpar_statedir *d, struct par_error **err)
{
	DIR *list = open_list(d->fd, ".");
	struct dirent *e;
	int r = 0;

	if (!list)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be read", d->path);
	while (r == 0 && (e = readdir(list))) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
		    is_ours(e->d_name))
			continue;
		r = par_fail(err, PAR_E_EXISTS, 0,
			     "'%s' has other files in it, such as '%s'; give an empty folder, or "
			     "one that holds a checkpoint",
			     d->path, e->d_name);
	}
	closedir(list);
	return r;
}

static int check_owner(const struct wpar_statedir *d, struct par_error **err)
{
	struct stat st;

	if (fstat(d->fd, &st) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be read", d->path);
	if (st.st_uid == geteuid() && !(st.st_mode & 022))
		return 0;
	return par_fail(
		err, PAR_E_NOT_PERMITTED, 0,
		"'%s' is not root's alone: whoever writes to a checkpoint decides what runs "
		"afterwards; chown it to root and chmod it to 700",
		d->path);
}

int wpar_statedir_open(const char *path, bool make, struct wpar_statedir *ret,
		       struct par_error **err)
{
	auto_statedir d = WPAR_NO_STATEDIR;
	int r;

	if (make && mkdir(path, 0700) < 0 && errno != EEXIST)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be made", path);
	d.path = realpath(path, NULL);
	d.fd = d.path ? open(d.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (d.fd < 0 && errno == ENOENT)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "there is no '%s'", path);
	if (d.fd < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be opened", path);
	r = check_owner(&d, err);
	if (r < 0)
		return r;
	r = make ? check_content(&d, err) : 0;
	if (r < 0)
		return r;
	/* The memory of all processes will be there. */
	if (make && fchmod(d.fd, 0700) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be closed to others",
				d.path);
	*ret = d;
	d = WPAR_NO_STATEDIR;
	return 0;
}

int wpar_statedir_read(const struct wpar_statedir *d, struct wpar_ckpt_manifest *ret,
		       struct par_error **err)
{
	autofd int fd = openat(d->fd, WPAR_CKPT_MANIFEST, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	auto_buf text = { 0 };
	int r;

	if (fd < 0 && errno == ENOENT)
		return par_fail(err, PAR_E_NOT_FOUND, 0,
				"'%s' holds no checkpoint: there is no " WPAR_CKPT_MANIFEST
				" in it, which is written last",
				d->path);
	r = fd < 0 ? -errno : par_fs_read_fd(fd, MANIFEST_MOST, &text);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s/" WPAR_CKPT_MANIFEST "' cannot be read",
				d->path);
	r = wpar_ckpt_manifest_parse(text.data ? text.data : "", text.len, ret, err);
	if (r < 0)
		par_error_wrap(err, "'%s/" WPAR_CKPT_MANIFEST "' is none of a checkpoint", d->path);
	return r;
}

/* Nobody gets there but through the folder above, which is root's alone. */
static int make_images(const struct wpar_statedir *d, const char *name)
{
	return mkdirat(d->fd, name, 0711) < 0 || fchmodat(d->fd, name, 0711, 0) < 0 ? -errno : 0;
}

int wpar_statedir_empty(const struct wpar_statedir *d, const char *images, struct par_error **err)
{
	int r = par_fs_remove_tree(d->fd, images);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s/%s' cannot be removed", d->path, images);
	r = make_images(d, images);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "'%s/%s' cannot be made", d->path, images)
		     : 0;
}

int wpar_statedir_begin(const struct wpar_statedir *d, char **ret_name, struct par_error **err)
{
	/* What an unreadable manifest names stays until the end, too. */
	for (int i = 1; i < INT_MAX; i++) {
		autofree char *name = par_strdup_printf(IMAGES "%d", i);
		int r;

		if (!name)
			return par_oom(err);
		r = make_images(d, name);
		if (r == -EEXIST)
			continue;
		if (r < 0)
			return par_fail(err, PAR_E_SYSTEM, r, "'%s/%s' cannot be made", d->path,
					name);
		*ret_name = take_ptr(name);
		return 0;
	}
	return par_fail(err, PAR_E_EXISTS, 0, "'%s' is full", d->path);
}

int wpar_statedir_round(const struct wpar_statedir *d, const char *images, size_t number,
			struct par_error **err)
{
	autofree char *name = par_strdup_printf("%s/" WPAR_CKPT_ROUND "%zu", images, number);

	if (!name)
		return par_oom(err);
	/* Those that are restored open it by itself, to be read. */
	if (mkdirat(d->fd, name, 0755) < 0 || fchmodat(d->fd, name, 0755, 0) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s/%s' cannot be made", d->path, name);
	return 0;
}

void wpar_statedir_drop(const struct wpar_statedir *d, const char *images)
{
	par_fs_remove_tree(d->fd, images);
}

static void remove_others(const struct wpar_statedir *d, const char *images)
{
	DIR *list = open_list(d->fd, ".");
	struct dirent *e;

	while (list && (e = readdir(list))) {
		if (par_starts_with(e->d_name, IMAGES) && strcmp(e->d_name, images) != 0)
			par_fs_remove_tree(d->fd, e->d_name);
	}
	if (list)
		closedir(list);
}

int wpar_statedir_digest(const struct wpar_statedir *d, struct wpar_ckpt_manifest *m,
			 struct par_error **err)
{
	autofree char *path = par_strdup_printf("%s/%s", d->path, m->images);
	autofd int images = par_fs_open_folder(d->fd, m->images);

	if (!path)
		return par_oom(err);
	if (images < 0)
		return par_fail(err, PAR_E_SYSTEM, images, "'%s' cannot be read", path);
	/* Else a power failure could leave a manifest whose images are not there. */
	if (syncfs(images) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be written to the disk",
				path);
	return wpar_image_files_add(images, path, m, err);
}

int wpar_statedir_commit(const struct wpar_statedir *d, struct wpar_ckpt_manifest *m,
			 struct par_error **err)
{
	auto_buf text = { 0 };
	int r = wpar_statedir_digest(d, m, err);

	if (r < 0)
		return r;
	if (wpar_ckpt_manifest_print(m, &text) < 0)
		return par_oom(err);
	r = par_fs_replace(d->fd, WPAR_CKPT_MANIFEST, text.data, text.len, 0600);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r,
				"'%s/" WPAR_CKPT_MANIFEST "' cannot be written", d->path);
	remove_others(d, m->images);
	return 0;
}

int wpar_statedir_verify(const struct wpar_statedir *d, const struct wpar_ckpt_manifest *m,
			 struct par_error **err)
{
	autofree char *path = par_strdup_printf("%s/%s", d->path, m->images);
	autofd int images = par_fs_open_folder(d->fd, m->images);

	if (!path)
		return par_oom(err);
	if (images < 0)
		return par_fail(err, PAR_E_CORRUPT, 0, "'%s', the checkpoint's, is not there",
				path);
	return wpar_image_files_verify(images, path, m, err);
}
