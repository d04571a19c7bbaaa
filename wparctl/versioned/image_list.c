/* SPDX-License-Identifier: Apache-2.0 */
/* What is in the store of system images: see image_list.h. */
#include "wparctl/versioned/image_list.h"

#include "lpard/common/fs.h"
#include "lpard/common/hex.h"
#include "lpard/common/tree_size.h"

#include <dirent.h>
#include <string.h>
#include <sys/file.h>

#define REMAINDER    ".new-"
#define DIGEST_TEXT  64
#define LEAST_DIGITS 4

static void image_done(struct wpar_stored_image *m)
{
	free(m->digest);
	wpar_image_data_done(&m->data);
	par_strv_done(&m->wpars);
}

void wpar_stored_images_done(struct wpar_stored_images *l)
{
	for (size_t i = 0; i < l->n; i++)
		image_done(&l->v[i]);
	free(l->v);
	*l = (struct wpar_stored_images){ 0 };
}

static void read_data(int folder, struct wpar_stored_image *m)
{
	autofd int fd =
		openat(folder, "image.data", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	auto_buf text = { 0 };
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || par_fs_read_fd(fd, WPAR_IMAGE_DATA_MAX, &text) < 0)
		return;
	m->taken_s = st.st_mtime;
	if (wpar_image_data_parse(text.data ? text.data : "", text.len, &m->data, NULL) < 0)
		m->data = (struct wpar_image_data){ 0 };
}

static int image_look(int store, const char *path, const char *name, bool sizes,
		      struct wpar_stored_image *m)
{
	autofd int folder = openat(store, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	autofree char *whole = par_strdup_printf("%s/%s", path, name);
	struct stat st = { 0 };

	*m = (struct wpar_stored_image){ .digest = strdup(name),
					 .remainder = !par_hex_is(name, DIGEST_TEXT) };
	if (!m->digest || !whole)
		return -ENOMEM;
	if (folder < 0 || fstat(folder, &st) < 0)
		return 0;
	m->taken_s = st.st_mtime;
	m->busy = flock(folder, LOCK_EX | LOCK_NB) < 0;
	if (!m->remainder)
		read_data(folder, m);
	m->kib = sizes ? par_tree_bytes(whole) >> 10 : 0;
	return 0;
}

static int images_add(struct wpar_stored_images *l, struct wpar_stored_image *m)
{
	struct wpar_stored_image *v = reallocarray(l->v, l->n + 1, sizeof(*v));

	if (!v)
		return -ENOMEM;
	l->v = v;
	l->v[l->n++] = *m;
	return 0;
}

static int compare_images(const void *a, const void *b)
{
	const struct wpar_stored_image *x = a, *y = b;

	return x->remainder != y->remainder ? (x->remainder ? 1 : -1)
					    : strcmp(x->digest, y->digest);
}

static int add_looked(int store, const char *path, const char *name, bool sizes,
		      struct wpar_stored_images *l)
{
	struct wpar_stored_image m;
	int r = image_look(store, path, name, sizes, &m);

	if (r == 0 && images_add(l, &m) == 0)
		return 0;
	image_done(&m);
	return r < 0 ? r : -ENOMEM;
}

static int read_store(int store, const char *path, bool sizes, struct wpar_stored_images *l)
{
	int copy = openat(store, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;
	int r = dir ? 0 : -errno;

	while (r == 0 && (e = readdir(dir))) {
		if (par_hex_is(e->d_name, DIGEST_TEXT) || par_starts_with(e->d_name, REMAINDER))
			r = add_looked(store, path, e->d_name, sizes, l);
	}
	if (dir)
		closedir(dir);
	if (l->n)
		qsort(l->v, l->n, sizeof(*l->v), compare_images);
	return r;
}

static int note_user(struct wpar_stored_images *l, const char *name)
{
	auto_spec s = { 0 };
	bool unreadable = wpar_spec_load(name, &s, NULL) < 0;

	for (size_t i = 0; i < l->n; i++) {
		if (unreadable)
			l->v[i].unknown_users = true;
		else if (par_streq(l->v[i].digest, s.version.image_digest) &&
			 par_strv_add(&l->v[i].wpars, name) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int note_users(struct wpar_stored_images *l, struct par_error **err)
{
	auto_strv names = { 0 };
	int r = wpar_spec_list(&names, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < names.n; i++) {
		if (note_user(l, names.v[i]) < 0)
			return par_oom(err);
	}
	return 0;
}

int wpar_stored_images_get(bool sizes, struct wpar_stored_images *ret, struct par_error **err)
{
	autofree char *path = wpar_path(WPAR_STORE_DIR "/images");
	autofd int store = path ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	int r;

	*ret = (struct wpar_stored_images){ 0 };
	if (!path)
		return par_oom(err);
	if (store < 0)
		return errno == ENOENT ? 0
				       : par_fail(err, PAR_E_SYSTEM, errno,
						  "the image store cannot be opened");
	r = read_store(store, path, sizes, ret);
	if (r < 0)
		par_fail(err, PAR_E_SYSTEM, -r, "the image store cannot be read");
	else
		r = note_users(ret, err);
	if (r < 0)
		wpar_stored_images_done(ret);
	return r;
}

int wpar_stored_image_find(const struct wpar_stored_images *l, const char *text,
			   const struct wpar_stored_image **ret, struct par_error **err)
{
	const struct wpar_stored_image *found = NULL;

	if (strlen(text) < LEAST_DIGITS)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"'%s' is too short for a digest; give four digits at least", text);
	for (size_t i = 0; i < l->n; i++) {
		if (!par_starts_with(l->v[i].digest, text))
			continue;
		if (found)
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"two images begin with '%s'; give more of its digest",
					text);
		found = &l->v[i];
	}
	if (!found)
		return par_fail(err, PAR_E_NOT_FOUND, 0,
				"no image in the store has the digest '%s'; wparctl image ls lists "
				"them",
				text);
	*ret = found;
	return 0;
}
