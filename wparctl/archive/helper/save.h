/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing a backup (docs/SAVEWPAR.md): what the files save_*.c share.  Each function returns 0 or
 * a negative errno; those that have a struct save leave a sentence in its @why.
 */
#pragma once

#include "lpard/common/sha256.h"
#include "lpard/common/str.h"
#include "wparctl/archive/helper/agreed.h"
#include "lpard/common/contents.h"
#include "wparctl/archive/helper/folder_times.h"
#include "wparctl/archive/helper/save_tar.h"

#include <pthread.h>
#include <regex.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>

struct archive_entry;

/* Descriptors that whoever starts the program has opened. */
#define SAVE_OUT   3 /* where the backup goes */
#define SAVE_SPOOL 4 /* a file without a name: what is read while the WPAR stands still */
#define SAVE_NAMES 5 /* two such files: the names of the pass before, and of this one */
#define SAVE_SUMS  7 /* and one more: the text of the member checksums */
#define SAVE_LATE  8 /* a socket: mounts of trees that come late */

#define SAVE_NAME_MAX  WPAR_ARCHIVE_NAME /* a longer one cannot be read back by any reader */
#define SAVE_DEPTH_MAX 1000 /* folders in each other; each is open while what is in it is read */

/* ---- save_pack.c: the compressor, a thread, and what is behind it ---- */

enum save_packing { SAVE_PACK_NONE, SAVE_PACK_ZSTD, SAVE_PACK_GZIP, SAVE_PACK_XZ };

struct save_pack;

/*
 * save_pack_new - bytes for @fd, by a thread of its own
 * @block	bytes of a write(2); 0: as it comes
 * NULL: no memory.
 */
struct save_pack *save_pack_new(int fd, enum save_packing packing, size_t block);
/* save_pack_put - some more; waits when the thread is behind; the thread's errors come here, too */
int save_pack_put(struct save_pack *p, const void *data, size_t len);
/* save_pack_end - all of it is written, compressed and not; frees @p */
int save_pack_end(struct save_pack *p);

/* ---- save_walk.c: trees of files in an order that is the same each time ---- */

/* A tree that is read: a mount that is nowhere else, so that nothing leads out of it. */
struct save_tree {
	char *name; /* "." of the root, "./home" */
	int fd;
	uint32_t shift, range; /* ids from @shift on, @range of them, are 0 and above inside */
	bool later;	       /* the passes see the folder that it is alone: save_late() */
};

/* A file that a walk has come to. */
struct save_node {
	const char *name;  /* "./etc/passwd" */
	const char *base;  /* in @parent */
	int parent;	   /* folder; -1: there is none, and what @st says is made up */
	int fd;		   /* of a folder, itself; -1 */
	unsigned int tree; /* number of its tree */
	const struct stat *st;
};

struct save_walk {
	struct save_tree trees[WPAR_ARCHIVE_TREES];
	unsigned int n_trees;
	bool whole;	       /* with what is in the trees that come later */
	struct par_strv empty; /* folders of which only the name is saved: "./proc" */
	regex_t *patterns;     /* names that are left out */
	size_t n_patterns;
	int (*visit)(void *user, const struct save_node *n);
	void (*left_out)(void *user, const char *name, const char *why);
	void *user;
};

/*
 * save_walk - all files below the first tree, with the other trees at their places
 * A folder comes before what is in it, and names in a folder in the order of their bytes.  A folder
 * that a pattern leaves out comes nevertheless when something in it does.  What vanishes meanwhile
 * is passed over.  Returns what visit() did when that is no 0.
 */
int save_walk(struct save_walk *w);
/* save_walk_tree - those below tree @i, at its place, alone */
int save_walk_tree(struct save_walk *w, unsigned int i);

/* save_walk_compare - two names in that order: < 0, 0, > 0 */
int save_walk_compare(const char *a, const char *b);

/* ---- save_names.c: the names of a pass, on disk ---- */

struct save_names {
	FILE *file;
	struct save_seen {
		uint64_t inode;
		uint32_t tree;
		char name[SAVE_NAME_MAX + 1];
	} next; /* of the pass before */
	bool has_next;
};

/* save_names_rewind - to be written (from its begin, empty), or to be read */
int save_names_rewind(struct save_names *n, int fd, bool write);
int save_names_put(struct save_names *n, const struct save_node *node);
/* save_names_read - the next one into @next; has_next false: that was the last */
int save_names_read(struct save_names *n);

/* ---- save_links.c: files with several names ---- */

struct save_links {
	struct save_link {
		uint64_t inode;
		uint32_t tree;
		char *name;
	} * v;
	size_t n, cap; /* cap: a power of two; open addressing */
};

/*
 * save_links_find - the name by which the file has come already; NULL: not yet, and @name is it
 * from now on.  *failed: no memory
 */
const char *save_links_find(struct save_links *l, const struct save_node *n, bool *failed);
void save_links_done(struct save_links *l);

/* ---- save_sums.c: the text of checksums ---- */

struct save_sums {
	FILE *file; /* SAVE_SUMS */
	struct par_sha256 entries;
	struct par_buf line;
	uint64_t members, bytes;
};

int save_sums_begin(struct save_sums *s);
int save_sums_member(struct save_sums *s, struct archive_entry *e);
/* save_sums_file - the line of a file of @size bytes, all of which @sum has got; ends @sum */
int save_sums_file(struct save_sums *s, struct par_contents *sum, uint64_t size, const char *name);
int save_sums_removed(struct save_sums *s, const char *name);
/* save_sums_end - all of it is in the file; @ret_size: its bytes */
int save_sums_end(struct save_sums *s, uint64_t frozen_ms, uint64_t *ret_size);

/* ---- save_limits.c: what no reader takes is not written (agreed.h) ---- */

struct save_limits {
	uint64_t members, bytes; /* that the backup says of itself; 0: it says nothing */
	uint64_t folder_bytes, lists, removed, removed_bytes; /* that it has already */
	char folder[SAVE_NAME_MAX + 1];			      /* the last one */
};

struct save;

/* save_limits_count - what was counted may be saved, and how much it may become until the end */
int save_limits_count(struct save *s);
/* save_limits_member - @e, which is not written yet, may be */
int save_limits_member(struct save *s, struct archive_entry *e);
/* save_limits_removed - a line "removed" may be written */
int save_limits_removed(struct save *s, const char *name);

/* ---- save_contents.c: what is in a file ---- */

/* Where it is. */
struct save_contents {
	const char *name;
	int fd;	     /* where its bytes are */
	off_t at;    /* there: where the file begins */
	bool packed; /* there are no holes there: the extents follow each other */
	off_t size;
	const struct save_extents *extents;
};

/* save_contents_put - into the archive, and its line into the sums */
int save_contents_put(struct save *s, const struct save_contents *c);
/* save_contents_data - some of it that is in memory; @sum gets it, too */
int save_contents_data(struct save *s, struct par_contents *sum, const unsigned char *data,
		       size_t len);

/* ---- save_member.c, save_pass.c, save.c ---- */

struct save {
	struct save_walk walk;
	struct save_pack *pack;
	struct save_tar tar;
	struct save_spool *spool; /* while it is set, what the archive has more goes there */
	struct save_names names[2];
	unsigned int pass; /* 0: the first */
	int64_t since_ns;  /* ctime: what is younger has changed since the pass before */
	int64_t mark_ns;   /* that of the next pass; 0: when it begins */
	struct save_links links;
	struct save_sums sums;
	struct save_owners owners;
	bool no_attributes, verbose;
	struct par_strv parts;	     /* its file systems: ".", "./home" */
	uint64_t found, found_bytes; /* by counting: names, and contents without holes */
	uint64_t found_sizes;	     /* sizes of these files */
	struct save_limits limits;
	uint64_t part_bytes[WPAR_ARCHIVE_TREES];
	uint64_t done;		     /* of those, in the first pass */
	uint64_t again, again_bytes; /* members of the last pass, when that was not the first */
	struct par_strv removed;     /* names that had vanished at one of the passes */
	char why[512];
};

int save_fail(struct save *s, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* save_member - a file into the archive; *ret_bytes: of its contents.  Vanished: 0, and nothing */
int save_member(struct save *s, const struct save_node *n, uint64_t *ret_bytes);
/* save_member_text - a plain file of .savewpar_dir with the text @data */
int save_member_text(struct save *s, const char *name, const void *data, size_t len);
/* save_member_sums - SAVE_SUMS, of @size bytes, as the member checksums */
int save_member_sums(struct save *s, uint64_t size);

/* save_removed - those that are not there at the end, into the sums */
int save_removed(struct save *s);

/* save_count - into found, found_bytes, found_sizes */
int save_count(struct save *s);
/* save_mark - what changes from here on is for the pass behind the next one */
void save_mark(struct save *s);
/* save_pass - all, or, from the second call on, what has changed since the one before */
int save_pass(struct save *s);
/* save_late - the trees that come later, from mounts that do not change any more */
int save_late(struct save *s);

/* ---- save_spool.c: what is taken while the WPAR stands still ---- */

struct save_spool;

/* save_spool_new - in the file @fd, which is empty; NULL: no memory */
struct save_spool *save_spool_new(int fd);
void save_spool_free(struct save_spool *p); /* NULL: nothing */

/* What follows the archive's bytes so far; 0 or -errno. */
int save_spool_bytes(struct save_spool *p, const void *data, size_t len);
/* save_spool_file - contents, of the open file as it is now: copied by the kernel, or cloned */
int save_spool_file(struct save_spool *p, const struct save_contents *c);
/* save_spool_say - what save_say_name() is to say when the spool is drained; @word: 7 bytes */
int save_spool_say(struct save_spool *p, const char *word, const char *name, const char *text);

/*
 * save_spool_drain - all of it in its order into the archive and the sums, for which it has waited;
 * it is empty then
 */
int save_spool_drain(struct save *s, struct save_spool *p);

/* save_say - a line for who has started us; what is not plain ASCII in it is the caller's fault */
void save_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* save_say_name - "WORD NAME-IN-HEXADECIMAL [TEXT]" */
void save_say_name(const char *word, const char *name, const char *text);

/* save_main - the mode "write": main.c */
int save_main(void);
