/* SPDX-License-Identifier: Apache-2.0 */
/* The databases on the disk: see rbac_files.h. */
#include "wparctl/rbac/rbac_files.h"

#include "lpard/common/fs.h"
#include "wparctl/spec/spec.h"

#include <string.h>
#include <sys/file.h>

#define FOLDER "/etc/security" /* PAM has its own files there */

static int load_table(struct wpar_rbac_table *t, struct par_buf *ret_text, struct par_error **err)
{
	autofree char *path = wpar_path("%s", t->kind->path);
	int r = path ? par_fs_read(path, WPAR_RBAC_BYTES, ret_text) : -ENOMEM;

	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, -r, "'%s' cannot be read", t->kind->path);
	r = wpar_rbac_parse(ret_text->data ? ret_text->data : "", ret_text->len, t, err);
	if (r < 0)
		par_error_wrap(err, "%s", t->kind->path);
	return r;
}

static int load_all(struct wpar_rbac *ret, struct par_buf texts[WPAR_RBAC_COUNT],
		    struct par_error **err)
{
	wpar_rbac_init(ret);
	for (size_t i = 0; i < WPAR_RBAC_COUNT; i++) {
		int r = load_table(&ret->tables[i], &texts[i], err);

		if (r < 0) {
			wpar_rbac_done(ret);
			return r;
		}
	}
	return 0;
}

static void texts_done(struct par_buf texts[WPAR_RBAC_COUNT])
{
	for (size_t i = 0; i < WPAR_RBAC_COUNT; i++)
		par_buf_done(&texts[i]);
}

int wpar_rbac_load(struct wpar_rbac *ret, struct par_error **err)
{
	struct par_buf texts[WPAR_RBAC_COUNT] = { { 0 } };
	int r = load_all(ret, texts, err);

	texts_done(texts);
	return r;
}

static int save_table(const struct wpar_rbac_table *t, const struct par_buf *old,
		      struct par_error **err)
{
	autofree char *path = wpar_path("%s", t->kind->path);
	auto_buf text = { 0 };
	int r;

	if (!path || wpar_rbac_write(t, &text) < 0)
		return par_oom(err);
	if (text.len == old->len && (text.len == 0 || memcmp(text.data, old->data, text.len) == 0))
		return 0;
	if (text.len > WPAR_RBAC_BYTES)
		return par_fail(err, PAR_E_TOO_LARGE, 0, "'%s' would be larger than 1 MiB",
				t->kind->path);
	r = par_fs_replace(AT_FDCWD, path, text.data ? text.data : "", text.len, 0644);
	if (r < 0)
		return par_fail(err, r == -ENOSPC ? PAR_E_NO_SPACE : PAR_E_SYSTEM, -r,
				"'%s' cannot be written", t->kind->path);
	par_fs_sync_folder_of(path);
	return 0;
}

static int open_lock(struct par_error **err)
{
	autofree char *folder = wpar_path(FOLDER);
	autofree char *path = wpar_path(FOLDER "/.rbac.lock");
	autofd int lock = -1;
	int r;

	if (!folder || !path)
		return par_oom(err);
	r = par_fs_mkdirs(folder, 0755);
	if (r == 0)
		lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (r < 0 || lock < 0 || flock(lock, LOCK_EX) < 0)
		return par_fail(err, PAR_E_SYSTEM, r < 0 ? -r : errno, "'%s' cannot be locked",
				FOLDER);
	return take_fd(&lock);
}

/* What killed changes have left. */
static void clear_leftovers(void)
{
	for (size_t i = 0; i < WPAR_RBAC_COUNT; i++) {
		autofree char *path = wpar_path("%s", wpar_rbac_kinds[i].path);

		if (path)
			par_fs_replace_clear(AT_FDCWD, path);
	}
}

static int load_and_change(struct wpar_rbac *db, struct par_buf texts[WPAR_RBAC_COUNT],
			   int (*change)(struct wpar_rbac *db, void *user, struct par_error **err),
			   void *user, struct par_error **err)
{
	int r = load_all(db, texts, err);

	return r < 0 ? r : change(db, user, err);
}

int wpar_rbac_change(int (*change)(struct wpar_rbac *db, void *user, struct par_error **err),
		     void *user, struct par_error **err)
{
	struct par_buf texts[WPAR_RBAC_COUNT] = { { 0 } };
	autofd int lock = open_lock(err);
	auto_rbac db;
	int r;

	wpar_rbac_init(&db);
	if (lock < 0)
		return lock;
	clear_leftovers();
	r = load_and_change(&db, texts, change, user, err);
	for (size_t i = 0; r >= 0 && i < WPAR_RBAC_COUNT; i++)
		r = save_table(&db.tables[i], &texts[i], err);
	texts_done(texts);
	return r;
}
