/* SPDX-License-Identifier: Apache-2.0 */
/* image.data of a backup (docs/SAVEWPAR.md), and the folder where it is made: /tmp/wpardata/NAME.
 */
#pragma once

#include "wparctl/spec/spec.h"

/* What is said of a backup beside what the specification says. */
struct wpar_backup_facts {
	char state;		 /* of the WPAR: 'D', 'A' */
	const char *consistency; /* "stopped", "frozen" */
	bool servers, no_attributes;
	uint64_t bytes;			   /* of its files */
	uint64_t most_members, most_bytes; /* that it will have at its end; 0: not said */
	const struct par_strv *own;	   /* its own file systems */
	const uint64_t *used;		   /* bytes, of each of these */
	const struct par_strv *packages;   /* "NAME VERSION ARCHITECTURE"; NULL, none: not known */
};

/*
 * wpar_info_make - the whole text
 * wpar_info_complete - that of another day, @text: with its stanzas, and with what is said of this
 * backup
 * Errors: PAR_E_NO_MEMORY; complete: PAR_E_CORRUPT.
 */
int wpar_info_make(const struct wpar_spec *s, const struct wpar_backup_facts *f,
		   struct par_buf *ret, struct par_error **err);
int wpar_info_complete(const struct wpar_spec *s, const struct wpar_backup_facts *f,
		       const char *text, struct par_buf *ret, struct par_error **err);

/*
 * wpar_work_open - the folder /tmp/wpardata/NAME, which is root's alone
 * Everybody may write to /tmp: what lies there and is not root's alone is refused.
 * Errors: PAR_E_NOT_PERMITTED, PAR_E_SYSTEM.
 */
int wpar_work_open(const char *name, struct par_error **err);
/* wpar_work_read - a file of it; 0: there is none; 1: it is in @ret */
int wpar_work_read(int folder, const char *file, struct par_buf *ret, struct par_error **err);
int wpar_work_write(int folder, const char *file, const struct par_buf *text,
		    struct par_error **err);
