/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a backup (docs/SAVEWPAR.md) by the helper program: a step at a time. */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"
#include "wparctl/archive/helper/agreed.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* A tree of files: a mount that is at no place. */
struct wpar_writer_tree {
	char *directory;	      /* inside: "/", "/home" */
	int fds[WPAR_ARCHIVE_PASSES]; /* for each pass the same one, or one of its own */
	uint32_t shift, range; /* ids from @shift on, @range of them, are 0 … inside; 0, 0 */
	bool later; /* the passes take the folder alone, and wpar_writer_late() the rest */
};

/* An owner of files that has another number in the archive; access lists, too. */
struct wpar_writer_owner {
	uint32_t from, to;
};

struct wpar_writer_setup {
	const struct wpar_writer_tree *trees; /* the first is "/" */
	size_t n_trees;
	const struct par_strv *empty;	 /* directories inside of which only the name is saved */
	const struct par_strv *parts;	 /* file systems, to be counted one by one */
	const struct par_strv *patterns; /* of grep, for names that are left out: "^./tmp/" */
	const struct wpar_writer_owner *users, *groups; /* no @from twice; NULL: none */
	size_t n_users, n_groups;
	const char *packing; /* "none", "zstd", "gzip", "xz" */
	size_t block;	     /* bytes that are written at once; 0: as it comes */
	int out;	     /* where the backup goes */
	int work;	     /* a folder for files without names: on the WPAR's own disk */
	bool no_attributes;
	bool names; /* say the name of each file */
};

/* What is heard meanwhile; names may have any byte. */
struct wpar_writer_say {
	void (*progress)(void *user, uint64_t files);
	void (*name)(void *user, const char *name);
	void (*left_out)(void *user, const char *name, const char *why);
	void *user;
};

struct wpar_writer;

/*
 * wpar_writer_new - start it, locked in with the trees
 * @say		must outlive it
 * Errors: PAR_E_INVALID_ARGUMENT (a pattern), PAR_E_SYSTEM.
 */
int wpar_writer_new(const struct wpar_writer_setup *setup, const struct wpar_writer_say *say,
		    struct wpar_writer **ret, struct par_error **err);
/* wpar_writer_free - what is not at its end is given up; NULL: nothing */
void wpar_writer_free(struct wpar_writer *w);

static inline void wpar_writer_freep(struct wpar_writer **w)
{
	wpar_writer_free(*w);
}

#define auto_writer par_cleanup(wpar_writer_freep) struct wpar_writer

/* What there is. */
struct wpar_writer_counted {
	uint64_t files; /* names */
	uint64_t bytes; /* of contents, without holes */
	uint64_t sizes; /* of these files, holes included */
};

/*
 * wpar_writer_count - what there is; what follows then keeps to wpar_archive_most_members() and
 * wpar_archive_most_bytes() of it
 * Errors: PAR_E_TOO_LARGE (no reader would take it), …
 * wpar_writer_part - afterwards: the bytes that part @i of the setup takes on its disk
 */
uint64_t wpar_writer_part(const struct wpar_writer *w, size_t i);
int wpar_writer_count(struct wpar_writer *w, struct wpar_writer_counted *ret,
		      struct par_error **err);
/* wpar_writer_member - a plain file of .savewpar_dir: @name is "image.data" */
int wpar_writer_member(struct wpar_writer *w, const char *name, const void *data, size_t len,
		       struct par_error **err);
/*
 * wpar_writer_pass - all files; from the second call on, what has changed since the one before
 * @ret_files, @ret_bytes	what was taken
 */
int wpar_writer_pass(struct wpar_writer *w, uint64_t *ret_files, uint64_t *ret_bytes,
		     struct par_error **err);
/*
 * wpar_writer_late - all files of the trees that come later, when the passes are over
 * @trees	those of the setup, whose first mounts by now are those that are read
 */
int wpar_writer_late(struct wpar_writer *w, const struct wpar_writer_tree *trees, size_t n,
		     struct par_error **err);
/*
 * wpar_writer_mark - what changes from here on is for the pass behind the next one
 * The caller then sees to it that all is on the disk: see helper/save_pass.c.
 */
int wpar_writer_mark(struct wpar_writer *w, struct par_error **err);
/*
 * wpar_writer_spool, _drain - what passes between them take is copied to the disk of the setup's
 * @work, without a digest: they take as long as that does, and wait for nobody who reads the backup
 * or hears names.  Errors of _drain are those of both.
 */
int wpar_writer_spool(struct wpar_writer *w, struct par_error **err);
int wpar_writer_drain(struct wpar_writer *w, struct par_error **err);
/*
 * wpar_writer_sums - the member checksums; a copy of it is in @ret, a descriptor of @w's
 * @frozen_ms	for how long the WPAR stood still
 */
int wpar_writer_sums(struct wpar_writer *w, uint64_t frozen_ms, int *ret, struct par_error **err);
/* wpar_writer_end - all of it is written; not yet on the disk */
int wpar_writer_end(struct wpar_writer *w, struct par_error **err);
