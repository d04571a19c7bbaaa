/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of a backup: see save.h.  A running WPAR is read from a snapshot, which is made while
 * it stands still.  Where there can be none all files are read while it runs, then what has changed
 * meanwhile, and again while that becomes less, and at last, while it stands still, what has
 * changed since: that is copied on the disk, and read when it runs again, so that it waits neither
 * for digests and compressors nor for who reads the backup.  Of its images clones are made then,
 * where they have reflinks, and read afterwards.
 */
#include "wparctl/backup/save.h"

#include "lpard/common/interrupt.h"
#include "lpard/common/now.h"
#include "lpard/common/text.h"
#include "wparctl/archive/writer.h"
#include "wparctl/backup/fill.h"
#include "wparctl/backup/info.h"
#include "wparctl/backup/output.h"
#include "wparctl/backup/packages.h"
#include "wparctl/backup/patterns.h"
#include "wparctl/backup/sign.h"
#include "wparctl/backup/trees_snapshot.h"
#include "wparctl/backup/trees.h"
#include "wparctl/spec/stop_at.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* What changes in the time of a pass and is copied in some milliseconds: bytes. */
#define LITTLE	  (4 << 20)
#define COST_FILE 4096 /* of a file, as many bytes as would take as long */
#define MAX_LEFT  1000 /* names that are left out and kept in mind */

/* What a backup has while it is made. */
struct saving {
	const struct wpar_save *save;
	FILE *out;
	struct wpar_backup_trees trees;
	struct wpar_backup_snapshot snapshot;
	bool from_snapshot; /* the trees are those of the snapshot */
	bool clones;	    /* the snapshot is of its images alone, to be made at the end */
	struct wpar_output output;
	struct wpar_writer *writer;
	struct par_strv patterns, packages;
	struct par_strv left; /* names whose contents are left out */
	bool incomplete;      /* there are such names */
	struct wpar_writer_say say;
	struct wpar_writer_counted counted;
	uint64_t used[WPAR_ARCHIVE_TREES]; /* bytes, of each file system of its own */
	uint64_t frozen_ms;
	uint64_t again, cost; /* of the last pass: files, and what they cost, in bytes */
	bool rewritten;	      /* a line of progress is on the terminal */
};

/* ---- What is heard meanwhile ---- */

static void show_progress(const struct saving *b, uint64_t done)
{
	const uint64_t percent = b->counted.files ? done * 100 / b->counted.files : 100;

	fprintf(b->out, "%s%" PRIu64 " of %" PRIu64 " files (%" PRIu64 "%%)",
		b->rewritten ? "\r" : "", done, b->counted.files, percent);
	fflush(b->out);
}

/* Of a running WPAR there may be more than were counted: all is done when it is done. */
static void take_progress(void *user, uint64_t done)
{
	struct saving *b = user;

	if (!isatty(fileno(b->out)) || b->counted.files == 0)
		return;
	show_progress(b, done < b->counted.files ? done : b->counted.files - 1);
	b->rewritten = true;
}

/* Names of a WPAR's own, which reach a terminal. */
static void print_name(FILE *f, const char *before, const char *name, const char *after)
{
	autofree char *clean = strdup(name);

	if (!clean)
		return;
	par_text_clean(clean, strlen(clean), PAR_TEXT_LINE);
	fprintf(f, "%s%s%s\n", before, clean, after);
}

static void take_name(void *user, const char *name)
{
	const struct saving *b = user;

	print_name(b->save->err, "a ", name, "");
}

/* Each pass says it; some of many may be named again. */
static void take_left_out(void *user, const char *name, const char *why)
{
	struct saving *b = user;
	autofree char *after = par_strdup_printf(" is left out: %s", why);

	if (par_strv_find(&b->left, name) >= 0)
		return;
	b->incomplete = true;
	if (b->left.n < MAX_LEFT)
		par_strv_add(&b->left, name); /* no memory: it is named again */
	print_name(b->save->err, "savewpar: what is in ", name, after ? after : "");
}

/* ---- The beginning ---- */

/* Whether it signs, which one with a passphrase does not, is known before anything is written. */
static int try_key(const char *key, struct par_error **err)
{
	autofd int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
	auto_buf signature = { 0 };

	if (access(key, R_OK) < 0)
		return par_fail(err, PAR_E_NOT_FOUND, errno, "--sign-key: '%s' cannot be read: %s",
				key, errno == ENOENT ? "there is no such file" : strerror(errno));
	if (nothing < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "/dev/null cannot be opened");
	return wpar_sign(key, nothing, &signature, err);
}

static int open_ends(struct saving *b, struct par_error **err)
{
	const struct wpar_save *v = b->save;
	autofree char *base = wpar_path("%s", v->spec->directory);
	int r;

	if (!base)
		return par_oom(err);
	if (v->exclude) {
		r = wpar_patterns_read(v->exclude, &b->patterns, err);
		if (r < 0)
			return r;
	}
	r = v->key ? try_key(v->key, err) : 0;
	if (r < 0)
		return r;
	r = wpar_snapshot_clear(base);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r,
				"the snapshot that a killed savewpar has left of %s cannot be "
				"removed",
				v->spec->name);
	r = wpar_output_open(v->file, base, &b->output, err);
	if (r < 0)
		return r;
	if (v->verify && !b->output.partial)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"-V reads the backup again, which is possible with a file only; "
				"lssavewpar -V verifies it later");
	b->out = b->output.standard ? v->err : v->out;
	return wpar_backup_trees_open(v->spec, v->servers, &b->trees, err);
}

static int start_writer(struct saving *b, struct par_error **err)
{
	const struct wpar_save *v = b->save;
	const struct wpar_writer_setup setup = {
		.trees = b->trees.v,
		.n_trees = b->trees.n,
		.empty = &b->trees.empty,
		.parts = &b->trees.own,
		.patterns = &b->patterns,
		.packing = v->plain ? "none" : wpar_output_packing(v->file),
		.block = v->block,
		.out = b->output.fd,
		.work = b->trees.work,
		.no_attributes = v->no_attributes,
		.names = v->names,
	};

	b->say = (struct wpar_writer_say){
		.progress = take_progress, .name = take_name, .left_out = take_left_out, .user = b
	};
	return wpar_writer_new(&setup, &b->say, &b->writer, err);
}

/* ---- A snapshot ---- */

/* 1: it is made; 0: it could not be made, and @ret_why says why */
static int take_still(struct saving *b, const char **ret_why, struct par_error **err)
{
	const struct wpar_still *still = b->save->still;
	const uint64_t begin = par_now_ms();
	int r = still ? still->begin(still->user, err) : 0, end;

	if (r < 0)
		return r;
	wpar_test_stop_at("savewpar_still");
	r = wpar_backup_snapshot_take(&b->snapshot);
	wpar_test_stop_at("savewpar_taken");
	end = still ? still->end(still->user, err) : 0;
	if (still)
		b->frozen_ms = par_now_ms() - begin;
	*ret_why = r == -EXDEV	  ? "it has made a subvolume of its own meanwhile"
		   : r == -ENOSPC ? "there is no space for one"
				  : strerror(-r);
	return end < 0 ? end : r == 0;
}

static int try_snapshot(struct saving *b, const char **ret_why, struct par_error **err)
{
	const struct wpar_save *v = b->save;
	int r = wpar_backup_snapshot_begin(v->spec, &b->trees, &b->snapshot, ret_why, err);

	if (r <= 0)
		return r;
	/* What is on the disk already is not written while it stands still. */
	r = v->still ? wpar_backup_trees_sync(&b->trees, err) : 0;
	if (r < 0)
		return r;
	r = take_still(b, ret_why, err);
	if (r <= 0)
		return r;
	r = wpar_backup_snapshot_use(&b->snapshot, v->spec, &b->trees, err);
	return r < 0 ? r : 1;
}

/* Its images are then read late. */
static int prepare_clones(struct saving *b, struct par_error **err)
{
	const char *why;
	int r = wpar_backup_clones_begin(b->save->spec, &b->trees, &b->snapshot, &why, err);

	if (r <= 0)
		return r;
	b->clones = true;
	for (size_t i = 1; i < b->trees.n; i++)
		b->trees.v[i].later = true;
	return 0;
}

/* A running WPAR is read from one where that can be; with -T, or there is no backup. */
static int take_snapshot(struct saving *b, struct par_error **err)
{
	const char *why = NULL;
	int r = b->save->still || b->save->snapshot ? try_snapshot(b, &why, err) : 0;

	if (r < 0)
		return r;
	b->from_snapshot = r > 0;
	if (b->from_snapshot)
		return 0;
	wpar_backup_snapshot_done(&b->snapshot);
	if (b->save->snapshot)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"-T: there can be no snapshot of %s: %s", b->save->spec->name, why);
	return b->save->still ? prepare_clones(b, err) : 0;
}

/* ---- What is said of it ---- */

static struct wpar_backup_facts facts_of(struct saving *b)
{
	for (size_t i = 0; i < b->trees.own.n && i < PAR_ARRAY_SIZE(b->used); i++)
		b->used[i] = wpar_writer_part(b->writer, i);
	return (struct wpar_backup_facts){
		.state = b->save->state,
		.consistency = b->from_snapshot ? "snapshot"
			       : b->save->still ? "frozen"
						: "stopped",
		.servers = b->save->servers,
		.no_attributes = b->save->no_attributes,
		.bytes = b->counted.bytes,
		.most_members = wpar_archive_most_members(b->counted.files),
		.most_bytes = wpar_archive_most_bytes(b->counted.sizes),
		.own = &b->trees.own,
		.used = b->used,
		.packages = &b->packages,
	};
}

/* -i, or there is none yet: made and kept.  @folder: /tmp/wpardata/NAME */
static int make_info(struct saving *b, int folder, struct par_buf *ret, struct par_error **err)
{
	struct wpar_backup_facts f;
	int r;

	fprintf(b->out, "Creating information file (/tmp/wpardata/%s/image.data) for %s.\n\n",
		b->save->spec->name, b->save->spec->name);
	fflush(b->out);
	r = wpar_writer_count(b->writer, &b->counted, err);
	if (r < 0)
		return r;
	r = wpar_packages_read(&b->trees, &b->packages, err);
	if (r < 0)
		return r;
	f = facts_of(b);
	r = wpar_info_make(b->save->spec, &f, ret, err);
	return r < 0 ? r : wpar_work_write(folder, "image.data", ret, err);
}

static int need_info(struct saving *b, struct par_buf *ret, struct par_error **err)
{
	autofd int folder = wpar_work_open(b->save->spec->name, err);
	struct wpar_backup_facts f;
	auto_buf text = { 0 };
	int r;

	if (folder < 0)
		return folder;
	r = b->save->make_info ? 0 : wpar_work_read(folder, "image.data", &text, err);
	if (r < 0)
		return r;
	if (r == 0 || !text.data)
		return make_info(b, folder, ret, err);
	r = wpar_writer_count(b->writer, &b->counted, err);
	if (r < 0)
		return r;
	f = facts_of(b);
	return wpar_info_complete(b->save->spec, &f, text.data, ret, err);
}

static int put_info(struct saving *b, struct par_error **err)
{
	auto_buf info = { 0 }, spec = { 0 };
	int r = need_info(b, &info, err);

	if (r < 0)
		return r;
	r = wpar_spec_write(b->save->spec, &spec, err);
	if (r < 0)
		return r;
	r = wpar_writer_member(b->writer, "image.data", info.data, info.len, err);
	return r < 0 ? r : wpar_writer_member(b->writer, "wpar.spec", spec.data, spec.len, err);
}

/* ---- The files ---- */

static int one_pass(struct saving *b, struct par_error **err)
{
	uint64_t bytes;
	int r = wpar_writer_pass(b->writer, &b->again, &bytes, err);

	b->cost = r < 0 ? 0 : bytes + b->again * COST_FILE;
	return r;
}

/* What has been written so far is on the disk before a pass that another one follows: see
 * archive/helper/save_pass.c. */
static int running_pass(struct saving *b, struct par_error **err)
{
	int r = wpar_writer_mark(b->writer, err);

	if (r < 0)
		return r;
	r = wpar_backup_trees_sync(&b->trees, err);
	return r < 0 ? r : one_pass(b, err);
}

/*
 * Two at least: the first takes so long that much changes.  More only where that halves what is
 * left each time, so that the backup has no file very often (wpar_archive_most_bytes()).
 */
static int running_passes(struct saving *b, struct par_error **err)
{
	for (int pass = 1; pass < WPAR_ARCHIVE_PASSES; pass++) {
		const uint64_t before = b->cost;
		int r = running_pass(b, err);

		if (r < 0)
			return r;
		if (pass > 1 && (b->cost <= LITTLE || b->cost > before / 2))
			break;
	}
	return 0;
}

static int late_pass(struct saving *b, struct par_error **err)
{
	return wpar_writer_late(b->writer, b->trees.v, b->trees.n, err);
}

/* While it stands still.  Images that cannot be cloned are read now, as they are. */
static int take_changed(struct saving *b, struct par_error **err)
{
	int r = one_pass(b, err);

	if (r < 0 || !b->clones)
		return r;
	if (wpar_backup_snapshot_take(&b->snapshot) == 0)
		return 0;
	b->clones = false;
	return late_pass(b, err);
}

static int still_pass(struct saving *b, struct par_error **err)
{
	const struct wpar_still *still = b->save->still;
	const uint64_t begin = par_now_ms();
	int r = still->begin(still->user, err), end;

	if (r < 0)
		return r;
	wpar_test_stop_at("savewpar_still");
	r = take_changed(b, err);
	end = still->end(still->user, r < 0 ? NULL : err);
	b->frozen_ms += par_now_ms() - begin; /* there may have been a try to make a snapshot */
	return r < 0 ? r : end;
}

static int put_files(struct saving *b, struct par_error **err)
{
	int r;

	if (!b->save->still || b->from_snapshot)
		return one_pass(b, err);
	r = running_passes(b, err);
	if (r < 0)
		return r;
	wpar_test_wait_at("savewpar_passed");
	r = wpar_writer_spool(b->writer, err);
	if (r < 0)
		return r;
	r = still_pass(b, err);
	if (r < 0)
		return r;
	wpar_test_wait_at("savewpar_copied");
	r = wpar_writer_drain(b->writer, err);
	if (r < 0 || !b->clones)
		return r;
	r = wpar_backup_snapshot_use(&b->snapshot, b->save->spec, &b->trees, err);
	return r < 0 ? r : late_pass(b, err);
}

/* ---- The end ---- */

/* -V: before it has its name; what was written, whatever lies at the name by now. */
static int verify(const struct saving *b, struct par_error **err)
{
	auto_backup_source source = WPAR_BACKUP_SOURCE_NONE;
	struct wpar_backup_fill f = { .source = &source };
	char written[40];
	int r;

	snprintf(written, sizeof(written), "/proc/self/fd/%d", b->output.fd);
	r = wpar_backup_source_open(written, &source, err);
	if (r < 0)
		return r;
	source.name = b->output.path;
	return wpar_backup_verify(&f, err);
}

static int put_end(struct saving *b, struct par_error **err)
{
	auto_buf signature = { 0 };
	int sums = -1, r = wpar_writer_sums(b->writer, b->frozen_ms, &sums, err);

	if (r < 0)
		return r;
	if (b->save->key) {
		r = wpar_sign(b->save->key, sums, &signature, err);
		if (r < 0)
			return r;
		r = wpar_writer_member(b->writer, "signature", signature.data, signature.len, err);
		if (r < 0)
			return r;
	}
	r = wpar_writer_end(b->writer, err);
	if (r < 0)
		return r;
	r = b->save->verify ? verify(b, err) : 0;
	if (r < 0)
		return r;
	r = par_interrupt_check(err);
	return r < 0 ? r : wpar_output_finish(&b->output, err);
}

static void say_still(const struct saving *b)
{
	if (!b->save->still || !b->save->names)
		return;
	fflush(b->out); /* the end of the line that showed how far it was */
	fprintf(b->save->err, "savewpar: %s stood still for %" PRIu64 " ms, ", b->save->spec->name,
		b->frozen_ms);
	if (b->from_snapshot)
		fprintf(b->save->err, "while a snapshot of it was made\n");
	else
		fprintf(b->save->err, "for %" PRIu64 " files%s\n", b->again,
			b->clones ? " and clones of its file systems" : "");
}

static int save_in(struct saving *b, struct par_error **err)
{
	int r = open_ends(b, err);

	if (r < 0)
		return r;
	r = take_snapshot(b, err);
	if (r < 0)
		return r;
	r = start_writer(b, err);
	if (r < 0)
		return r;
	r = put_info(b, err);
	if (r < 0)
		return r;
	fprintf(b->out, "Creating list of files to back up.\n\nBacking up %" PRIu64 " files\n\n",
		b->counted.files);
	fflush(b->out);
	r = put_files(b, err);
	if (r < 0)
		return r;
	wpar_test_stop_at("savewpar_written");
	wpar_test_wait_at("savewpar_written");
	r = put_end(b, err);
	if (r < 0)
		return r;
	show_progress(b, b->counted.files);
	b->rewritten = false;
	fputc('\n', b->out);
	say_still(b);
	if (b->incomplete)
		return par_fail(err, PAR_E_TOO_LARGE, 0,
				"0512-003 Not all files are in the backup: what is left out is "
				"named above, and all else is in it.");
	fprintf(b->out, "0512-038 savewpar: Backup Completed Successfully.\n");
	return 0;
}

int wpar_save(const struct wpar_save *save, struct par_error **err)
{
	struct saving b = { .save = save,
			    .out = save->out,
			    .trees = WPAR_NO_TREES,
			    .snapshot = WPAR_NO_BACKUP_SNAPSHOT,
			    .output = WPAR_NO_OUTPUT };
	int r;

	par_interrupt_begin();
	r = par_interrupt_explain(save_in(&b, err), err);
	if (b.rewritten)
		fputc('\n', b.out);
	if (r < 0)
		wpar_output_name_disk(&b.output, b.trees.work, save->spec->directory, err);
	wpar_writer_free(b.writer);
	wpar_backup_trees_done(&b.trees);
	wpar_backup_snapshot_done(&b.snapshot);
	wpar_output_done(&b.output);
	par_strv_done(&b.patterns);
	par_strv_done(&b.packages);
	par_strv_done(&b.left);
	return r;
}

/* ---- mkwpardata ---- */

static int info_in(struct saving *b, int null, struct par_error **err)
{
	const struct wpar_save *v = b->save;
	autofd int folder = wpar_work_open(v->spec->name, err);
	auto_buf text = { 0 };
	int r;

	if (folder < 0)
		return folder;
	r = wpar_backup_trees_open(v->spec, v->servers, &b->trees, err);
	if (r < 0)
		return r;
	b->output.fd = null;
	r = start_writer(b, err);
	b->output.fd = -1;
	return r < 0 ? r : make_info(b, folder, &text, err);
}

int wpar_save_info(const struct wpar_spec *s, char state, FILE *out, struct par_error **err)
{
	const struct wpar_save save = { .spec = s, .state = state, .out = out, .err = stderr };
	struct saving b = {
		.save = &save, .out = out, .trees = WPAR_NO_TREES, .output = WPAR_NO_OUTPUT
	};
	autofd int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int r = null < 0 ? par_fail(err, PAR_E_SYSTEM, errno, "/dev/null cannot be opened")
			 : info_in(&b, null, err);

	wpar_writer_free(b.writer);
	wpar_backup_trees_done(&b.trees);
	par_strv_done(&b.packages);
	return r;
}
