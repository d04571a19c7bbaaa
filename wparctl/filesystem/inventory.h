/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A list of the files of a tree: what each is, not what is in it.  Written at the time when a WPAR
 * gets its files it tells later which of them are still as they came (sync_plan.h).
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/sha256.h"
#include "lpard/common/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/types.h>

/* A file.  Directories have no size and no time here: both follow from what is in them. */
struct wpar_entry {
	char *path;	   /* from the top, without a slash at its ends: "etc/passwd" */
	unsigned int mode; /* type and permissions, as in struct stat */
	uint32_t uid, gid;
	uint64_t size;	  /* bytes, of a regular file */
	int64_t mtime_ns; /* of a regular file, since 1970 */
	char *target;	  /* of a symbolic link */
	char *digest;	  /* SHA-256 of a regular file in hexadecimal; NULL: not known */
};

/* Sorted by wpar_inventory_compare_paths(); no path comes twice. */
struct wpar_inventory {
	struct wpar_entry *v;
	size_t n;
};

#define auto_inventory par_cleanup(wpar_inventory_done) struct wpar_inventory

void wpar_entry_done(struct wpar_entry *e);
void wpar_inventory_done(struct wpar_inventory *l);

/* wpar_inventory_compare_paths - as strcmp(3), but what is in a folder follows that folder at once
 */
int wpar_inventory_compare_paths(const char *a, const char *b);

/* wpar_inventory_add - append one; takes over what @e holds, also on failure; -ENOMEM */
int wpar_inventory_add(struct wpar_inventory *l, struct wpar_entry *e);
/* wpar_inventory_sort - after the last one was appended */
void wpar_inventory_sort(struct wpar_inventory *l);
/* wpar_inventory_find - NULL: it has none of that path */
const struct wpar_entry *wpar_inventory_find(const struct wpar_inventory *l, const char *path);

/*
 * wpar_entry_same - would one in the place of the other change anything?
 * Files of one size are the same when they were written at the same time, or when both digests are
 * known and equal.
 */
bool wpar_entry_same(const struct wpar_entry *a, const struct wpar_entry *b);

struct wpar_inventory_opts {
	/* false: leave it out, and what is in it; @path as in the entries; NULL: take all */
	bool (*want)(const char *path, unsigned int mode, void *user);
	void *user;
	bool digests;
	bool live;	    /* others change the tree: what vanishes meanwhile is left out */
	uint32_t ids_below; /* copies of files of other ids are root's (copy.h); 0: any id */
};

/*
 * wpar_inventory_scan - append what is in @top (O_DIRECTORY), with @prefix before each path
 * Files, directories and symbolic links; no link is followed, no other file system is entered.
 * But where it is @live nobody else may write to the tree.  Returns 0 or a negative errno.
 */
int wpar_inventory_scan(int top, const char *prefix, const struct wpar_inventory_opts *opts,
			struct wpar_inventory *ret);

/*
 * wpar_entry_of - the entry for what @st and @target (of a link, or NULL) tell
 * @ids_below	see above
 * Returns 0 or -ENOMEM.
 */
int wpar_entry_of(const char *path, const struct stat *st, const char *target, uint32_t ids_below,
		  struct wpar_entry *ret);

/*
 * wpar_digest_fd - of the regular file @fd from its current place, which must be @size bytes long
 * Returns 0, -EAGAIN when it is not (any more), or another negative errno.
 */
int wpar_digest_fd(int fd, uint64_t size, char ret[PAR_SHA256_TEXT]);

/* wpar_inventory_write / _parse - as text, a line for each; parse: -EBADMSG, -ENOMEM */
int wpar_inventory_write(const struct wpar_inventory *l, struct par_buf *out);
int wpar_inventory_parse(const char *text, struct wpar_inventory *ret);
