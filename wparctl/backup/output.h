/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a backup goes: a file, which gets its name when it is whole; standard output; a device or
 * a pipe.
 */
#pragma once

#include "lpard/common/error.h"

#include <stdbool.h>

#define WPAR_BACKUP_DEVICE "/dev/rmt0" /* AIX's first tape drive */

struct wpar_output {
	int fd;
	int folder;    /* where @name and @partial are; -1 */
	char *path;    /* as it was given, for messages; NULL */
	char *name;    /* of the file that it is to be; of a device or a pipe */
	char *partial; /* the file's name until it is whole; NULL: it is no file */
	bool standard; /* it is standard output */
};

#define WPAR_NO_OUTPUT ((struct wpar_output){ .fd = -1, .folder = -1 })
#define auto_output    par_cleanup(wpar_output_done) struct wpar_output

/*
 * wpar_backup_place - of what -f names, or does not: @ret is @path; NULL: WPAR_BACKUP_DEVICE
 * @ret	borrowed
 * Errors: PAR_E_NOT_FOUND (no path, and no such drive), PAR_E_INVALID_ARGUMENT (an empty name).
 */
int wpar_backup_place(const char *path, const char **ret, struct par_error **err);

/*
 * wpar_output_open - begin to write
 * @path	"-": standard output
 * @inside	a folder in which it must not be: what is saved; prefix included
 * What a killed command has left of the same file is removed.  What is opened is what was looked
 * at: a link, a device or a pipe is taken only where nobody else can put another one.
 * Errors: PAR_E_NOT_FOUND, PAR_E_BUSY (another command writes it), PAR_E_INVALID_ARGUMENT,
 * PAR_E_NOT_PERMITTED, PAR_E_SYSTEM.
 */
int wpar_output_open(const char *path, const char *inside, struct wpar_output *ret,
		     struct par_error **err);

/* wpar_output_finish - all is written: it is on the disk, and has its name */
int wpar_output_finish(struct wpar_output *o, struct par_error **err);

/*
 * wpar_output_name_disk - *@err, when it is PAR_E_NO_SPACE, also says what is full: a backup needs
 * what it is written to, and the disk of the WPAR for what it keeps
 * @work	a folder on that disk; -1: nothing is kept there yet
 * @directory	the WPAR's, for the message
 */
void wpar_output_name_disk(const struct wpar_output *o, int work, const char *directory,
			   struct par_error **err);

/* wpar_output_done - one that was not finished is removed */
void wpar_output_done(struct wpar_output *o);

/* wpar_output_packing - "zstd", or what the ending of the name says; NULL is no name */
const char *wpar_output_packing(const char *path);
