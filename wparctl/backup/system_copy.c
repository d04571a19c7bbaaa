/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The running system's files into a new WPAR: see system_copy.h.  A process of ours has the writer
 * of backups write them into a pipe; we have the helper restore what comes.  Its mounts are at no
 * place, so nothing is left of a copy that was killed but what rootfs.c marks.
 */
#include "wparctl/backup/system_copy.h"

#include "lpard/common/fs.h"
#include "lpard/common/text.h"
#include "wparctl/backup/fill.h"
#include "wparctl/backup/system_identity.h"
#include "wparctl/backup/system_links.h"
#include "wparctl/backup/system_plan.h"
#include "wparctl/backup/trees.h"
#include "wparctl/backup/writer_pipe.h"
#include "wparctl/filesystem/native.h"
#include "wparctl/spec/stop_at.h"
#include "wparctl/versioned/versioned.h"

#include <inttypes.h>
#include <libgen.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define MAX_MOUNTS (16 << 20) /* bytes of /proc/self/mountinfo */
#define PASSES	   3	      /* over a system that runs: all, then what has changed, twice */

/* What a copy has while it is made. */
struct copying {
	const struct wpar_system_copy *copy;
	const struct wpar_spec *spec;
	struct wpar_system_plan plan;
	struct wpar_backup_trees trees;
	struct par_strv parts; /* file systems of its own: "/", "/home" */
};

static void copying_done(struct copying *c)
{
	wpar_system_plan_done(&c->plan);
	wpar_backup_trees_done(&c->trees);
	par_strv_done(&c->parts);
}

/* ---- What is read ---- */

/* Also by the name without links, which the WPARs of older versions may lie behind. */
static int add_base_name(struct par_strv *ret, const char *base)
{
	autofree char *real = realpath(base, NULL);

	if (par_strv_add(ret, base) < 0)
		return -ENOMEM;
	return real && strcmp(real, base) != 0 ? par_strv_add(ret, real) : 0;
}

static int list_bases(struct par_strv *ret, struct par_error **err)
{
	auto_strv names = { 0 };
	int r = wpar_spec_list(&names, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < names.n; i++) {
		auto_spec s = { 0 };
		autofree char *base = NULL;

		r = wpar_spec_find(names.v[i], &s, err);
		if (r < 0) {
			par_error_wrap(err, "where the files of %s are is not known", names.v[i]);
			return r;
		}
		if (r == 0 || s.type != WPAR_SYSTEM || !s.directory)
			continue;
		base = wpar_path("%s", s.directory);
		if (!base || add_base_name(ret, base) < 0)
			return par_oom(err);
	}
	return 0;
}

static int read_facts(const char *path, struct par_buf *ret, struct par_error **err)
{
	int r = par_fs_read(path, MAX_MOUNTS, ret);

	if (r < 0 && r != -ENOENT)
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be read", path);
	return 0;
}

static bool is_file(const char *point)
{
	struct stat st;

	return lstat(point, &st) == 0 && !S_ISDIR(st.st_mode);
}

/* The root directory of what is copied. */
static int open_system(const struct copying *c, struct par_error **err)
{
	int fd = c->copy->image_digest ? wpar_image_open(c->copy->image_digest, err)
				       : open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd >= 0 || c->copy->image_digest
		       ? fd
		       : par_fail(err, PAR_E_SYSTEM, errno, "'/' cannot be opened");
}

/* What its mounts and its swap are. */
static int plan_with(struct copying *c, struct wpar_system_facts *f, struct par_error **err)
{
	auto_buf mounts = { 0 }, swaps = { 0 };
	/* An image has one tree, whatever is mounted here. */
	int r = c->copy->image_digest ? 0 : read_facts("/proc/self/mountinfo", &mounts, err);

	if (r < 0)
		return r;
	r = c->copy->image_digest ? 0 : read_facts("/proc/swaps", &swaps, err);
	if (r < 0)
		return r;
	f->mountinfo = mounts.data ? mounts.data : "";
	f->swaps = swaps.data ? swaps.data : "";
	return wpar_system_plan_make(f, &c->plan) < 0 ? par_oom(err) : 0;
}

static int make_plan(struct copying *c, struct par_error **err)
{
	auto_strv bases = { 0 }, identity = { 0 };
	auto_system_links links = { 0 };
	autofree char *base = wpar_path("%s", c->spec->directory), *prefix = wpar_path("%s", "");
	struct wpar_system_facts f = {
		.name = c->spec->name,
		.base = base,
		.prefix = prefix,
		.bases = &bases,
		.identity = &identity,
		.is_file = is_file,
		.keep_private = c->copy->keep_private,
		.keep_wpars = c->copy->keep_wpars && !c->copy->image_digest,
	};
	autofd int root = open_system(c, err);
	int r = root < 0 ? root : base && prefix ? list_bases(&bases, err) : par_oom(err);

	if (r < 0)
		return r;
	r = wpar_system_links_find(root, c->spec, &links, err);
	if (r < 0)
		return r;
	if (wpar_system_identity(root, &identity) < 0)
		return par_oom(err);
	f.links = links.v;
	f.n_links = links.n;
	return plan_with(c, &f, err);
}

/* A file system of the WPAR's that is not its own is mounted over what would be copied there. */
static int add_others(struct copying *c, struct par_error **err)
{
	for (size_t i = 0; i < c->spec->n_mounts; i++) {
		const struct wpar_mount *m = &c->spec->mounts[i];

		if (strcmp(m->directory, "/") == 0 || wpar_mount_is_own(m) ||
		    wpar_mount_is_volume(m) || wpar_mount_is_nfs(m))
			continue;
		if (par_strv_add(&c->plan.empty, m->directory) < 0)
			return par_oom(err);
	}
	return 0;
}

/* -ESTALE: another mount lies over it. */
static int open_mount(int root, const struct wpar_system_tree *t)
{
	autofd int fd =
		par_fs_open_plain(root, t->from ? t->from : t->directory, O_PATH | O_DIRECTORY, 0);
	struct statx st;

	if (fd < 0)
		return fd;
	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st) < 0)
		return -errno;
	if (t->id && st.stx_mask & STATX_MNT_ID && st.stx_mnt_id != t->id)
		return -ESTALE;
	return wpar_backup_tree_clone(fd);
}

/* Ids that a WPAR does not have become those of nobody. */
static int add_tree(struct copying *c, const char *directory, int mount, struct par_error **err)
{
	return wpar_backup_trees_add(&c->trees, directory, mount, WPAR_ID_WIDTH, err);
}

static int open_trees(struct copying *c, struct par_error **err)
{
	autofd int root = open_system(c, err);
	int r = root < 0 ? root : 0;

	for (size_t i = 0; r >= 0 && i < c->plan.n_trees; i++) {
		const struct wpar_system_tree *t = &c->plan.trees[i];

		r = open_mount(root, t);
		/* What cannot be seen in the system is none of its files. */
		if (i > 0 && (r == -ESTALE || r == -ENOENT || r == -ENOTDIR || r == -ELOOP)) {
			r = 0;
			continue;
		}
		if (r < 0)
			return par_fail(err, PAR_E_SYSTEM, r, "the files of '%s' cannot be opened",
					t->from ? t->from : t->directory);
		r = add_tree(c, t->directory, r, err);
	}
	return r < 0 ? r : 0;
}

static int open_work(struct copying *c, struct par_error **err)
{
	autofree char *base = wpar_path("%s", c->spec->directory);

	if (!base)
		return par_oom(err);
	c->trees.work = open(dirname(base), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return c->trees.work < 0
		       ? par_fail(err, PAR_E_SYSTEM, errno,
				  "the folder above '%s' cannot be opened", c->spec->directory)
		       : 0;
}

/* Names of the system's, which reach a terminal. */
static void say_left_out(const char *name, const char *why)
{
	autofree char *clean = strdup(name);

	if (!clean)
		return;
	par_text_clean(clean, strlen(clean), PAR_TEXT_LINE);
	fprintf(stderr, "mkwpar: what is in %s is left out%s%s\n", clean, *why ? ": " : "", why);
}

/* Both names hold, the other way round. */
static void say_turned(const struct wpar_system_turned *t)
{
	autofree char *clean = par_strdup_printf(
		"%s is a symbolic link to %s; in the copy %s is the directory, and %s the link",
		t->place, t->target, t->place, t->name);

	if (!clean)
		return;
	par_text_clean(clean, strlen(clean), PAR_TEXT_LINE);
	fprintf(stderr, "mkwpar: %s\n", clean);
}

static void take_left_out(void *user, const char *name, const char *why)
{
	(void)user;
	say_left_out(name, why);
}

static int list_parts(struct copying *c, struct par_error **err)
{
	for (size_t i = 0; i < c->spec->n_mounts; i++) {
		const struct wpar_mount *m = &c->spec->mounts[i];

		if ((wpar_mount_is_own(m) || wpar_mount_is_volume(m) ||
		     strcmp(m->directory, "/") == 0) &&
		    par_strv_add(&c->parts, m->directory) < 0)
			return par_oom(err);
	}
	return 0;
}

static int prepare(struct copying *c, struct par_error **err)
{
	int r = make_plan(c, err);

	if (r < 0)
		return r;
	r = list_parts(c, err);
	if (r < 0)
		return r;
	r = add_others(c, err);
	if (r < 0)
		return r;
	r = open_trees(c, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < c->plan.passed.n; i++)
		say_left_out(c->plan.passed.v[i], "");
	for (size_t i = 0; i < c->plan.n_turned; i++)
		say_turned(&c->plan.turned[i]);
	return open_work(c, err);
}

/* ---- The process that reads ---- */

#define ROOM "There is no room"

static uint64_t mib_of(uint64_t bytes)
{
	return (bytes >> 20) + (bytes % (1 << 20) > 0);
}

/* What goes to the disk of the base directory, which has room for it: else nothing is begun. */
static int check_disk(const struct copying *c, uint64_t bytes, struct par_error **err)
{
	struct statvfs v;

	if (fstatvfs(c->trees.work, &v) < 0 || bytes <= (uint64_t)v.f_bavail * v.f_frsize)
		return 0;
	return par_fail(err, PAR_E_NO_SPACE, 0,
			ROOM " for a copy of the system: its files take %" PRIu64
			     "M, and the disk of '%s' has %" PRIu64
			     "M left; -d DIRECTORY makes it on "
			     "another one",
			mib_of(bytes), c->spec->directory, (uint64_t)v.f_bavail * v.f_frsize >> 20);
}

static int check_room(const struct copying *c, struct wpar_writer *w, struct par_error **err)
{
	struct wpar_writer_counted counted;
	uint64_t rest = 0;
	int r = wpar_writer_count(w, &counted, err);

	for (size_t i = 0; r == 0 && i < c->parts.n; i++) {
		const struct wpar_mount *m = wpar_spec_mount(c->spec, c->parts.v[i]);
		const uint64_t most = m ? wpar_mount_size_mib(c->spec, m) : 0;
		const uint64_t bytes = wpar_writer_part(w, i);

		if (most && bytes >> 20 >= most)
			return par_fail(err, PAR_E_NO_SPACE, 0,
					ROOM " in the file system %s: what the system "
					     "has there takes %" PRIu64
					     "M, and its size is %" PRIu64
					     "M; -M directory=%s size=M gives it more",
					m->directory, mib_of(bytes), most, m->directory);
		if (!m || !wpar_mount_is_volume(m))
			rest += bytes;
	}
	return r < 0 ? r : check_disk(c, rest, err);
}

/* What has been written so far is on the disk before it is read: see archive/helper/save_pass.c. */
static int sync_trees(const struct copying *c, struct par_error **err)
{
	for (size_t i = 0; i < c->trees.n; i++) {
		if (syncfs(c->trees.v[i].fds[0]) < 0)
			return par_fail(err, PAR_E_SYSTEM, errno,
					"the files of '%s' cannot be written to the disk",
					c->trees.v[i].directory);
	}
	return 0;
}

static int read_system(const struct copying *c, struct wpar_writer *w, struct par_error **err)
{
	uint64_t files, bytes;

	for (int i = 0; i < (c->copy->image_digest ? 1 : PASSES); i++) {
		int r = wpar_writer_mark(w, err);

		if (r < 0)
			return r;
		r = sync_trees(c, err);
		if (r < 0)
			return r;
		r = wpar_writer_pass(w, &files, &bytes, err);
		if (r < 0)
			return r;
		if (i == 0)
			wpar_test_wait_at("copied once");
	}
	return 0;
}

static int write_files(const struct copying *c, struct wpar_writer *w, struct par_error **err)
{
	static const char spec[] = "general:\n";
	int sums = -1, r = wpar_writer_pipe_describe(w, err);

	if (r < 0)
		return r;
	r = wpar_writer_member(w, "wpar.spec", spec, strlen(spec), err);
	if (r < 0)
		return r;
	r = read_system(c, w, err);
	if (r < 0)
		return r;
	r = wpar_writer_sums(w, 0, &sums, err);
	return r < 0 ? r : wpar_writer_end(w, err);
}

static int write_in(const struct copying *c, int out, struct par_error **err)
{
	const struct wpar_writer_say say = { .left_out = take_left_out };
	const struct wpar_writer_setup setup = {
		.trees = c->trees.v,
		.n_trees = c->trees.n,
		.empty = &c->plan.empty,
		.parts = &c->parts,
		.patterns = &c->plan.patterns,
		.packing = "none",
		.out = out,
		.work = c->trees.work,
	};
	auto_writer *w = NULL;
	int r = wpar_writer_new(&setup, &say, &w, err);

	if (r < 0)
		return r;
	r = check_room(c, w, err);
	if (r < 0)
		return r;
	wpar_test_wait_at("room");
	return write_files(c, w, err);
}

/* It keeps its lists on the disk of the new WPAR. */
static int write_archive(const void *user, int out, struct par_error **err)
{
	const struct copying *c = user;
	int r = write_in(c, out, err);

	if (r < 0 && err && *err && (*err)->id == PAR_E_NO_SPACE &&
	    !par_starts_with(par_error_text(*err), ROOM))
		par_error_wrap(err, "the disk of '%s'", c->spec->directory);
	return r;
}

/* ---- The WPAR ---- */

static int restore(const struct copying *c, int archive, int top, const char *base,
		   struct par_error **err)
{
	struct wpar_backup_source source = { .name = "of this system", .fd = archive, .kept = -1 };
	struct wpar_backup_fill f = { .source = &source, .progress = c->copy->progress };
	const struct wpar_rootfs_source from = wpar_backup_filler(&f);

	return from.fill(from.user, top, base, c->spec, err);
}

static int copy_prepared(struct copying *c, int top, const char *base, struct par_error **err)
{
	struct wpar_writer_pipe from;
	int r = prepare(c, err);

	if (r < 0)
		return r;
	r = wpar_writer_pipe_begin(write_archive, c, &from, err);
	if (r < 0)
		return r;
	r = restore(c, from.archive, top, base, err);
	r = wpar_writer_pipe_end(&from, r, err);
	if (r < 0)
		return r;
	wpar_test_stop_at("copied");
	r = wpar_system_links_make(&c->plan, c->spec, top, base, err);
	return r < 0 ? r : wpar_native_adopt(top, c->spec, err);
}

static int fill(void *user, int top, const char *base, const struct wpar_spec *s,
		struct par_error **err)
{
	par_cleanup(copying_done) struct copying c = { .copy = user,
						       .spec = s,
						       .trees = WPAR_NO_TREES };

	return copy_prepared(&c, top, base, err);
}

struct wpar_rootfs_source wpar_system_copier(struct wpar_system_copy *c)
{
	return (struct wpar_rootfs_source){ .fill = fill, .user = c };
}
