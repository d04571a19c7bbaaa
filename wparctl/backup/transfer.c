/* SPDX-License-Identifier: Apache-2.0 */
/* Files of a WPAR into another folder: see transfer.h. */
#include "wparctl/backup/transfer.h"

#include "wparctl/archive/run.h"
#include "wparctl/archive/writer.h"
#include "wparctl/backup/writer_pipe.h"

static int put_in(struct wpar_writer *w, struct par_error **err)
{
	uint64_t files, bytes;
	int sums, r = wpar_writer_pipe_describe(w, err);

	if (r < 0)
		return r;
	r = wpar_writer_pass(w, &files, &bytes, err);
	if (r < 0)
		return r;
	r = wpar_writer_sums(w, 0, &sums, err);
	return r < 0 ? r : wpar_writer_end(w, err);
}

static int put_all(const struct wpar_transfer *t, int out, struct par_error **err)
{
	const struct wpar_writer_setup setup = {
		.trees = t->trees->v,
		.n_trees = t->trees->n,
		.empty = &t->trees->empty,
		.patterns = t->patterns,
		.users = t->users,
		.groups = t->groups,
		.n_users = t->n_users,
		.n_groups = t->n_groups,
		.packing = "none",
		.out = out,
		.work = t->trees->work,
	};
	static const struct wpar_writer_say say;
	auto_writer *w = NULL;
	int r = wpar_writer_new(&setup, &say, &w, err);

	return r < 0 ? r : put_in(w, err);
}

static int put_transfer(const void *user, int out, struct par_error **err)
{
	const struct wpar_transfer *t = user;
	int r = put_all(t, out, err);

	if (r < 0)
		par_error_wrap(err, "the files of %s cannot be copied", t->name);
	return r;
}

int wpar_transfer(const struct wpar_transfer *t, int folder, struct par_error **err)
{
	struct wpar_writer_pipe from;
	const struct wpar_archive_run run = {
		.archive = t->name,
		.input = &from.archive,
		.what = "copy of",
		.mode = "restore",
		.folder = folder,
	};
	struct wpar_archive_end end;
	int r = wpar_writer_pipe_begin(put_transfer, t, &from, err);

	if (r < 0)
		return r;
	r = wpar_archive_run(&run, &end, err);
	return wpar_writer_pipe_end(&from, r, err);
}
