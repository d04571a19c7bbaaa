/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The helper program wparctl-archive, which reads an archive and may do nothing else.  It has read
 * hostile bytes, so what it says is taken with care, too.
 */
#pragma once

#include "lpard/common/error.h"

#include <stddef.h>
#include <stdint.h>

struct wpar_archive_run {
	const char *archive; /* path */
	const char *mode;    /* "digest", "unpack", "scan", "list": see helper/main.c */
	uint64_t kib;	     /* what it is expected to have; 0: not known */
	int folder;	     /* descriptor of the empty folder that it fills; -1: none */
	size_t max_line;     /* bytes; what is longer is cut; 0: 1024 */
	/* a line that says something; it may have any byte but NUL and line end */
	void (*line)(void *user, const char *line);
	void *user;
};

/* How it ended. */
struct wpar_archive_end {
	char digest[65]; /* SHA-256 of the archive's bytes, hexadecimal */
	int code;	 /* errno of its error, 0: none */
	char text[1024];
};

/*
 * wpar_archive_run - run it to its end
 * Errors: PAR_E_NOT_FOUND, PAR_E_CORRUPT (what the archive has done), PAR_E_NO_SPACE, PAR_E_SYSTEM
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
