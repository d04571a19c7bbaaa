/* SPDX-License-Identifier: Apache-2.0 */
/* The one writer of tar archives, of backups (save.c) and of folders (pack.c); format: pax. */
#pragma once

#include "lpard/common/str.h"

#include <stdint.h>
#include <sys/stat.h>

struct archive_entry;

struct save_tar {
	int (*put)(void *user, const void *data, size_t len); /* 0 or a negative errno */
	void *user;
	struct par_buf records;
	uint64_t stored; /* bytes of the member's contents in the archive */
};

/*
 * save_tar_header - a member; its contents follow, without the holes of a sparse file (those that
 * the entry's list of extents does not have), then save_tar_data_end()
 * Each function returns 0, put()'s error or -ENOMEM.
 */
int save_tar_header(struct save_tar *t, struct archive_entry *e);
int save_tar_data(struct save_tar *t, const void *data, size_t len);
int save_tar_data_end(struct save_tar *t);
/* save_tar_end - behind the last member; frees what @t has */
int save_tar_end(struct save_tar *t);

/* ---- save_ids.c: owners that are others in the archive ---- */

struct save_ids {
	struct save_id {
		uint32_t from, to;
	} * v;
	size_t n;
};

struct save_owners {
	struct save_ids users, groups;
};

/* save_ids_add - what is @from is @to in the archive; -ENOMEM, or 0 */
int save_ids_add(struct save_ids *ids, uint32_t from, uint32_t to);
/* save_ids_get - what @id is in the archive */
uint32_t save_ids_get(const struct save_ids *ids, uint32_t id);
/* save_ids_of_list - the same for an access list, in place; what is none stays as it is */
void save_ids_of_list(const struct save_owners *o, void *value, size_t len);

/* ---- save_facts.c: what has to be asked for beside a file's status ---- */

/* Where a file has data; one extent of all when it has no holes. */
struct save_extents {
	struct save_extent {
		off_t begin, end;
	} * v; /* caller frees, also after a failure */
	size_t n;
};

/*
 * save_extents_find - those of @fd; of a sparse file they are put into @e, too
 * Returns 0 or -errno; -E2BIG: they are more than a reader takes.
 */
int save_extents_find(int fd, const struct stat *st, struct archive_entry *e,
		      struct save_extents *ret);

/* save_xattrs_take - the attributes that an archive has, into @e; 0 or -errno */
int save_xattrs_take(int fd, const struct save_owners *o, struct archive_entry *e);
/*
 * save_list_take - the access list of @base in @folder, a fifo, which is not opened, into @e; 0 or
 * -errno.  The working directory is @folder from then on.
 */
int save_list_take(int folder, const char *base, const struct save_owners *o,
		   struct archive_entry *e);
