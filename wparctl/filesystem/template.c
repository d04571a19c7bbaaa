/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The generations of the template: see template.h; what is in one is in template_content.c.
 *
 * Who looks for the current one, and opens it, has the store's lock shared; who makes and removes
 * generations has it alone.  An open generation is locked itself, shared, so that a mkwpar that
 * copies from it keeps it.
 */
#include "wparctl/filesystem/template.h"

#include "lpard/common/fs.h"
#include "lpard/common/hex.h"
#include "wparctl/filesystem/template_content.h"
#include "wparctl/spec/spec.h"

#include <dirent.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define GENERATION_DIGITS 16
#define MAX_STAMPS	  (16u << 20)
#define UNFINISHED	  "new"

void wpar_template_close(struct wpar_template *t)
{
	if (t->root >= 0)
		close(t->root);
	if (t->folder >= 0)
		close(t->folder);
	*t = (struct wpar_template)WPAR_TEMPLATE_NONE;
}

static int lock_file(int fd, int how)
{
	while (flock(fd, how) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

/* What `current` names; "" when there is none. */
static void read_current(int store, char ret[GENERATION_DIGITS + 1])
{
	ssize_t n = readlinkat(store, "current", ret, GENERATION_DIGITS + 1);

	ret[n == GENERATION_DIGITS ? n : 0] = '\0';
}

/* The store's lock is held. */
static int open_generation(int store, const char *name, struct wpar_template *ret)
{
	auto_template t = WPAR_TEMPLATE_NONE;
	int r;

	if (!*name)
		return -ENOENT;
	t.folder = openat(store, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (t.folder < 0)
		return -errno;
	t.root = openat(t.folder, "root", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (t.root < 0)
		return -errno;
	r = lock_file(t.folder, LOCK_SH);
	if (r < 0)
		return r;
	*ret = t;
	t = (struct wpar_template)WPAR_TEMPLATE_NONE;
	return 0;
}

static int open_current(int store, struct wpar_template *ret)
{
	char name[GENERATION_DIGITS + 1];

	read_current(store, name);
	return open_generation(store, name, ret);
}

/* The current generation, if it is that of the LPAR as far as its stamps tell. */
static int open_if_fresh(int store, struct wpar_template *ret)
{
	auto_template t = WPAR_TEMPLATE_NONE;
	auto_buf stamps = { 0 };
	autofd int fd = -1;
	int r = open_current(store, &t);

	if (r < 0)
		return r;
	fd = openat(t.folder, "stamps", O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = par_fs_read_fd(fd, MAX_STAMPS, &stamps);
	if (r < 0)
		return r;
	if (!wpar_template_stamps_hold(stamps.data))
		return -ESTALE;
	*ret = t;
	t = (struct wpar_template)WPAR_TEMPLATE_NONE;
	return 0;
}

/*
 * A generation is called by what it was made of: the list, and the stamps, for users and what else
 * becomes a WPAR's own is not in the list.
 */
static int write_list(int folder, int root, const struct par_buf *stamps,
		      char ret_name[GENERATION_DIGITS + 1])
{
	auto_inventory l = { 0 };
	auto_buf text = { 0 };
	struct par_sha256 sum;
	char digest[PAR_SHA256_TEXT];
	int r = wpar_template_list(root, &l);

	if (r < 0)
		return r;
	r = wpar_inventory_write(&l, &text);
	if (r < 0)
		return r;
	par_sha256_init(&sum);
	par_sha256_put(&sum, text.data, text.len);
	par_sha256_put(&sum, stamps->data, stamps->len);
	par_sha256_finish(&sum, digest);
	memcpy(ret_name, digest, GENERATION_DIGITS);
	ret_name[GENERATION_DIGITS] = '\0';
	return par_fs_replace_volatile(folder, "list", text.data ? text.data : "", text.len, 0600);
}

/* All of it, in the new @folder; after a power failure it is whole or not current. */
static int fill_generation(int folder, const struct par_buf *stamps,
			   char ret_name[GENERATION_DIGITS + 1])
{
	autofd int root = -1;
	int r;

	if (mkdirat(folder, "root", 0755) < 0)
		return -errno;
	root = openat(folder, "root", O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (root < 0)
		return -errno;
	r = wpar_template_fill(root);
	if (r < 0)
		return r;
	r = write_list(folder, root, stamps, ret_name);
	if (r < 0)
		return r;
	r = par_fs_replace_volatile(folder, "stamps", stamps->data, stamps->len, 0600);
	if (r < 0)
		return r;
	return syncfs(folder) < 0 ? -errno : 0;
}

static int make_current(int store, const char *name)
{
	if (unlinkat(store, "current.new", 0) < 0 && errno != ENOENT)
		return -errno;
	if (symlinkat(name, store, "current.new") < 0 ||
	    renameat(store, "current.new", store, "current") < 0)
		return -errno;
	return 0;
}

/* The LPAR is what it was when @name was made: the same generation, which was looked at again. */
static int keep_generation(int store, const char *name, const struct par_buf *stamps)
{
	autofd int folder = openat(store, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (folder < 0)
		return -errno;
	return par_fs_replace_volatile(folder, "stamps", stamps->data, stamps->len, 0600);
}

/* The stamps are older than the copies: a change meanwhile is seen the next time. */
static int make_generation(int store)
{
	char name[GENERATION_DIGITS + 1], before[GENERATION_DIGITS + 1];
	auto_buf stamps = { 0 };
	autofd int folder = -1;
	int r = wpar_template_stamps(&stamps);

	if (r < 0)
		return r;
	if (mkdirat(store, UNFINISHED, 0700) < 0)
		return -errno;
	folder = openat(store, UNFINISHED, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		return -errno;
	r = fill_generation(folder, &stamps, name);
	if (r < 0)
		return r;
	read_current(store, before);
	if (renameat(store, UNFINISHED, store, name) < 0) {
		if (errno != EEXIST && errno != ENOTEMPTY)
			return -errno;
		r = keep_generation(store, name, &stamps);
		if (r < 0)
			return r;
	}
	return strcmp(before, name) == 0 ? 0 : make_current(store, name);
}

/* Another process copies from it: whoever makes the next one removes it. */
static void remove_unless_open(int store, const char *name)
{
	autofd int fd = openat(store, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0)
		return;
	par_fs_remove_tree(store, name); /* ignoring: the next maker tries */
}

static bool is_generation(const char *name)
{
	return par_hex_is(name, GENERATION_DIGITS);
}

static void remove_old(int store)
{
	int copy = openat(store, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	char current[GENERATION_DIGITS + 1];
	struct dirent *e;

	read_current(store, current);
	while (dir && (e = readdir(dir))) {
		if (is_generation(e->d_name) && strcmp(e->d_name, current) != 0)
			remove_unless_open(store, e->d_name);
	}
	if (dir)
		closedir(dir);
	else if (copy >= 0)
		close(copy);
}

/* The store's lock is held by nobody else: what is unfinished was killed. */
static int remake(int store)
{
	int r = par_fs_remove_tree(store, UNFINISHED);

	if (r < 0)
		return r;
	r = make_generation(store);
	par_fs_remove_tree(store, UNFINISHED);
	if (r == 0)
		remove_old(store);
	return r;
}

static int open_locked(int store, int lock, bool exact, struct wpar_template *ret)
{
	int r = lock_file(lock, LOCK_SH);

	if (r < 0)
		return r;
	if (!exact && open_if_fresh(store, ret) == 0)
		return 0;
	/* Not upgraded in one step: another one may have made it in between. */
	r = lock_file(lock, LOCK_EX);
	if (r < 0)
		return r;
	if (!exact && open_if_fresh(store, ret) == 0)
		return 0;
	r = remake(store);
	if (r < 0)
		return r;
	return open_current(store, ret);
}

int wpar_template_open(bool exact, struct wpar_template *ret, struct par_error **err)
{
	autofree char *path = wpar_path(WPAR_STORE_DIR "/templates");
	autofd int store = -1, lock = -1;
	int r;

	if (!path)
		return par_oom(err);
	r = par_fs_mkdirs(path, 0700);
	store = r < 0 ? -1 : open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	lock = store < 0 ? -1
			 : openat(store, ".lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (lock < 0)
		return par_fail(err, r == -ENOSPC ? PAR_E_NO_SPACE : PAR_E_SYSTEM,
				r < 0 ? r : errno, "'%s' cannot be opened", path);
	r = open_locked(store, lock, exact, ret);
	if (r < 0)
		return par_fail(err, r == -ENOSPC ? PAR_E_NO_SPACE : PAR_E_SYSTEM, r,
				"the template of file systems cannot be made in '%s'", path);
	return 0;
}
