/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of the administrator's rows of the overlay list: see overlay_change.h. */
#include "wparctl/versioned/overlay_change.h"

#include "lpard/common/fs.h"
#include "wparctl/versioned/layer_fill.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

#define FILE_MAX (1 << 20) /* bytes */
#define FILE_HEAD \
	"* Which files of versioned workload partitions are this system's: wparctl-overlay(8)\n"

static bool is_same(const struct wpar_overlay_row *a, const struct wpar_overlay_row *b)
{
	return wpar_overlay_same_path(a->path, b->path) &&
	       strcmp(a->os, b->os ? b->os : WPAR_OVERLAY_ANY) == 0 &&
	       strcmp(a->level, b->level ? b->level : WPAR_OVERLAY_ANY) == 0;
}

/* A stanza ends where the next one begins; comments between them belong to nobody. */
int wpar_overlay_without(const char *text, const struct wpar_overlay *rows,
			 const struct wpar_overlay_row *row, struct par_buf *ret)
{
	size_t stanza = 0;
	bool drop = false;
	int dropped = 0;

	while (*text) {
		const size_t len = strcspn(text, "\n") + (text[strcspn(text, "\n")] ? 1 : 0);
		const bool comment = *text == '*' || *text == '#';

		if (!comment && !strchr(" \t\n", *text)) {
			drop = stanza < rows->n && is_same(&rows->v[stanza], row);
			dropped += drop;
			stanza++;
		}
		if (!drop || comment)
			par_buf_put(ret, text, len);
		text += len;
	}
	return ret->failed ? -ENOMEM : dropped;
}

/* The file's text and rows, held against other changes. */
struct overlay_file {
	int lock;
	char *path;
	struct par_buf text;
	struct wpar_overlay rows;
};

static void overlay_file_done(struct overlay_file *f)
{
	if (f->lock >= 0)
		close(f->lock);
	free(f->path);
	par_buf_done(&f->text);
	wpar_overlay_done(&f->rows);
}

static int overlay_file_open(struct overlay_file *f, struct par_error **err)
{
	autofree char *folder = wpar_path(WPAR_CONFIG_DIR);
	int r;

	f->path = wpar_path(WPAR_OVERLAY_FILE);
	if (!folder || !f->path)
		return par_oom(err);
	r = par_fs_mkdirs(folder, 0755);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be made", folder);
	f->lock = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (f->lock < 0 || flock(f->lock, LOCK_EX) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be locked", folder);
	r = wpar_config_read(f->path, FILE_MAX, &f->text, err);
	if (r < 0 && r != -ENOENT)
		return r;
	if (!f->text.data && par_buf_puts(&f->text, FILE_HEAD) < 0)
		return par_oom(err);
	r = wpar_overlay_parse(f->text.data, f->text.len, &f->rows, err);
	if (r < 0)
		par_error_wrap(err, "%s", f->path);
	return r;
}

static int overlay_file_write(const struct overlay_file *f, const struct par_buf *text,
			      struct par_error **err)
{
	auto_overlay check = { 0 };
	int r;

	/* What a later start would refuse is not written. */
	r = wpar_overlay_parse(text->data ? text->data : "", text->len, &check, err);
	if (r < 0)
		return r;
	par_fs_replace_clear(AT_FDCWD, f->path);
	r = par_fs_replace(AT_FDCWD, f->path, text->data ? text->data : "", text->len, 0644);
	return r < 0 ? par_fail(err, r == -ENOSPC ? PAR_E_NO_SPACE : PAR_E_SYSTEM, r,
				"'%s' cannot be written", f->path)
		     : 0;
}

static int check_is_there(const struct wpar_overlay_row *row, struct par_error **err)
{
	autofree char *program = row->remove ? NULL : wpar_overlay_program(row);

	if (row->remove || program)
		return 0;
	return par_fail(err, PAR_E_NOT_FOUND, 0,
			"'%s' is no program of this system's that could run in its place",
			row->program);
}

static int change_in(struct overlay_file *f, const struct wpar_overlay_row *row,
		     struct par_error **err)
{
	auto_overlay one = { 0 };
	auto_buf text = { 0 };
	int r = overlay_file_open(f, err);

	if (r < 0)
		return r;
	if (wpar_overlay_add(&one, row) < 0 ||
	    wpar_overlay_without(f->text.data, &f->rows, row, &text) < 0 ||
	    wpar_overlay_write("file_overlay", &one.v[0], true, &text) < 0)
		return par_oom(err);
	return overlay_file_write(f, &text, err);
}

int wpar_overlay_change(const struct wpar_overlay_row *row, struct par_error **err)
{
	par_cleanup(overlay_file_done) struct overlay_file f = { .lock = -1 };
	auto_overlay whole = { 0 };
	int r = wpar_overlay_check(row, err);

	if (r < 0)
		return r;
	if (wpar_overlay_add(&whole, row) < 0)
		return par_oom(err);
	r = check_is_there(&whole.v[0], err);
	return r < 0 ? r : change_in(&f, row, err);
}

int wpar_overlay_drop(const struct wpar_overlay_row *row, struct par_error **err)
{
	par_cleanup(overlay_file_done) struct overlay_file f = { .lock = -1 };
	auto_buf text = { 0 };
	int r = overlay_file_open(&f, err);

	if (r < 0)
		return r;
	r = wpar_overlay_without(f.text.data, &f.rows, row, &text);
	if (r < 0)
		return par_oom(err);
	if (r == 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "'%s' has no row for '%s' and that system",
				f.path, row->path);
	return overlay_file_write(&f, &text, err);
}
