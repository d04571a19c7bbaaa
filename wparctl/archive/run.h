/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The helper program wparctl-archive, which reads an archive and may do nothing else.  It has read
 * hostile bytes, so what it says is taken with care, too.
 */
#pragma once

#include "lpard/common/error.h"
#include "wparctl/archive/helper/agreed.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WPAR_ARCHIVE_FDS_MOST	(WPAR_ARCHIVE_TREES + 8)
#define WPAR_ARCHIVE_FD		4 /* the first of those that the helper is given besides its own */
#define WPAR_ARCHIVE_NAMES_MOST 4000 /* of files, that it can be told */

struct wpar_archive_run {
	const char *archive; /* path; only what it is called where @input is given */
	const int *input;    /* a descriptor that it is read from, of any kind, from its beginning
				where that can be; NULL: by the path */
	const char *what;    /* for messages; NULL: "image" */
	const char *mode;    /* "digest", "unpack", "scan", "list": see helper/main.c */
	uint64_t kib;	     /* what it is expected to have; 0: not known */
	char *const *words;  /* what the mode is told besides; NULL: nothing */
	const int *fds;	     /* descriptors of these words: WPAR_ARCHIVE_FD and on; NULL: none */
	size_t n_fds;
	int folder;	 /* descriptor of the empty folder that it fills; -1: none */
	size_t max_line; /* bytes; what is longer is cut; 0: 1024 */
	/* a line that says something; it may have any byte but NUL and line end */
	void (*line)(void *user, const char *line);
	void *user;
};

/* How it ended. */
struct wpar_archive_end {
	bool whole;	   /* it came to its end */
	uint64_t left_out; /* device nodes, which are not made, by all their names */
	char digest[65];   /* SHA-256 of the archive's bytes, hexadecimal; "": not in "restore",
			      "files" */
	int code;	   /* errno of its error, 0: none */
	bool refused;	   /* @text is about what was asked for, and no fault of the archive */
	char text[1024];
};

/*
 * wpar_archive_open - a regular file to read; it is never waited for
 * Errors: PAR_E_NOT_FOUND, PAR_E_INVALID_ARGUMENT.
 */
int wpar_archive_open(const char *archive, const char *what, struct par_error **err);

/*
 * wpar_archive_run - run it to its end
 * Errors: PAR_E_NOT_FOUND, PAR_E_CORRUPT (what the archive has done), PAR_E_INVALID_ARGUMENT (what
 * was asked of it), PAR_E_NO_SPACE, PAR_E_SYSTEM
 */
int wpar_archive_run(const struct wpar_archive_run *run, struct wpar_archive_end *ret,
		     struct par_error **err);

/*
 * For who runs it another way (writer.c).
 * wpar_archive_program - its path; caller frees; NULL: out of memory
 * wpar_archive_environment - what it finds there; ends with NULL
 */
char *wpar_archive_program(void);
char **wpar_archive_environment(void);
