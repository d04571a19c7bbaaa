/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A backup (docs/SAVEWPAR.md) that is to be read: a file, a pipe or the standard input.  What it is
 * about is read first, then all of it, in which a pipe can be read only once: what was read of it
 * for the first is kept, and read again for the second.
 */
#pragma once

#include "lpard/common/str.h"
#include "lpard/common/error.h"

struct wpar_backup_source {
	const char *name; /* for messages; borrowed */
	int fd;		  /* what it is read from */
	bool seeks;	  /* it can be read again from its beginning */
	int kept;	  /* else: what was read of it already; -1: nothing was */
};

#define auto_backup_source par_cleanup(wpar_backup_source_close) struct wpar_backup_source
#define WPAR_BACKUP_SOURCE_NONE     \
	{                           \
		NULL, -1, false, -1 \
	}

/* What .savewpar_dir has. */
struct wpar_backup_head {
	struct par_buf data, spec; /* image.data and wpar.spec */
	struct par_buf signature;  /* comes at the end of the backup only */
	char digest[65];	   /* SHA-256 of all its bytes; only behind wpar_backup_read() */
};

#define auto_backup_head par_cleanup(wpar_backup_head_done) struct wpar_backup_head

void wpar_backup_head_done(struct wpar_backup_head *h);

/*
 * wpar_backup_source_open - @path, or "-": the standard input; NULL: the tape drive
 * A drive is read as any device.  ret->name is @path, or a word for the standard input.
 * Errors: PAR_E_NOT_FOUND, PAR_E_INVALID_ARGUMENT (a folder), PAR_E_SYSTEM.
 */
int wpar_backup_source_open(const char *path, struct wpar_backup_source *ret,
			    struct par_error **err);
void wpar_backup_source_close(struct wpar_backup_source *src);

/*
 * wpar_backup_source_own - from here on a copy is read, which nobody else can change
 * @fd	of the empty file that becomes the copy: on a file system that shares blocks it takes none;
 *	@src closes it, after an error, too
 * Errors: PAR_E_NO_SPACE, PAR_E_SYSTEM.
 */
int wpar_backup_source_own(struct wpar_backup_source *src, int fd, struct par_error **err);

/* wpar_backup_read_head - what it is about; PAR_E_CORRUPT, and those of wpar_archive_run() */
int wpar_backup_read_head(struct wpar_backup_source *src, struct wpar_backup_head *ret,
			  struct par_error **err);

/* How all of it is read. */
struct wpar_backup_reading {
	const char *mode;   /* "check", "restore", "files": archive/helper/main.c */
	int folder;	    /* of the latter two; else -1 */
	char *const *words; /* what the mode is told besides; NULL */
	const int *fds;	    /* file systems of the words: WPAR_BACKUP_FD and on */
	size_t n_fds;
	bool progress; /* show on stderr how far it is */
	int checksums; /* gets the bytes of the list of checksums; -1: nobody */
	const struct wpar_backup_head *head; /* what it must have again; NULL: whatever */
};

#define WPAR_BACKUP_FD 5 /* the first descriptor that words may name */

/*
 * wpar_backup_read - all of it; it is whole, and all files are what its list of checksums says
 * @ret	what it has at its end, too; NULL: that is not asked for
 * Errors: PAR_E_CORRUPT, PAR_E_NO_SPACE, …; what was made in the folder stays.
 */
int wpar_backup_read(struct wpar_backup_source *src, const struct wpar_backup_reading *rd,
		     struct wpar_backup_head *ret, struct par_error **err);
