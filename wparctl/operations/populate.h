/* SPDX-License-Identifier: Apache-2.0 */
/* mkwpar -B without -C: the files of a new WPAR are those of a backup of another one. */
#pragma once

#include "wparctl/backup/fill.h"
#include "wparctl/versioned/image_data.h"

struct wpar_populate {
	struct wpar_backup_source source;
	struct wpar_backup_head head;
	struct wpar_image_data data;
	struct wpar_backup_fill fill;
	struct wpar_spec spec; /* of the WPAR that was saved */
	char *signers;
};

#define WPAR_NO_POPULATE ((struct wpar_populate){ .source = WPAR_BACKUP_SOURCE_NONE })

/*
 * wpar_populate_open - what the backup is of; its files are not read yet
 * @backup	a path, or "-"; must outlive @ret
 * Where /etc/wpars/allowed_signers is, one of those must have signed it, as for restwpar; then all
 * of it is read.  Errors: those of wpar_backup_verify_first() and of wpar_backup_read_head(),
 * PAR_E_INVALID_ARGUMENT (of a versioned WPAR).
 */
int wpar_populate_open(const char *backup, bool progress, struct wpar_populate *ret,
		       struct par_error **err);
void wpar_populate_done(struct wpar_populate *p);

/*
 * wpar_populate_defaults - the defaults of @s, after the backup: /usr and /opt are its own when
 * they are the backup's, and file systems are as large as they were.  Of one that is not open:
 * plainly Errors: PAR_E_INVALID_ARGUMENT (it does not fit this system, or there is no /usr in it),
 * those of wpar_spec_defaults().
 */
int wpar_populate_defaults(const struct wpar_populate *p, struct wpar_spec *s,
			   struct par_error **err);

/* wpar_populate_say - who has signed it; of one that is not open nothing */
void wpar_populate_say(const struct wpar_populate *p, FILE *out);
