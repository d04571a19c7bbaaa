/* SPDX-License-Identifier: Apache-2.0 */
/* restwpar: a WPAR of a backup. */
#pragma once

#include "wparctl/backup/fill.h"
#include "wparctl/operations/say.h"
#include "wparctl/operations/settings.h"
#include "wparctl/versioned/image_data.h"

/* What is asked for; texts are borrowed. */
struct wpar_restore {
	const char *backup; /* a path, or "-"; NULL: the tape drive */
	const char *name, *hostname, *directory;
	const char *spec_file;		   /* in the place of the backup's wpar.spec */
	const char *data_file;		   /* in the place of its image.data */
	const char *devexports;		   /* NULL: /etc/wpars/devexports */
	const char *allowed_signers;	   /* NULL: the system's, if it has such a file */
	const struct wpar_settings *flags; /* mkwpar's, laid over the specification; NULL */
	bool resolve;			   /* clashes: choose something else */
	bool autostart, start, resolver;
	bool incompatible; /* also where it may not work */
	bool keep_uuid;	   /* or refuse, where that is another one's; with @resolve it is said */
	bool trust;	   /* what its specification asks for is granted */
	bool progress;
	char sync; /* -S: 'a', 'A', 'f', 'F'; else nothing is synchronized */
};

/*
 * wpar_restore_spec - the WPAR that is to be made of a backup that has @head
 * @ret_data	its image.data
 * @ret_other	it is called otherwise than it was
 * Errors: PAR_E_CORRUPT, PAR_E_INVALID_ARGUMENT (it does not fit this system), PAR_E_NOT_PERMITTED.
 */
int wpar_restore_spec(const struct wpar_restore *rs, const struct wpar_backup_head *head,
		      struct wpar_image_data *ret_data, struct wpar_spec *ret, bool *ret_other,
		      struct par_error **err);

/*
 * wpar_restore_run - make it, from beginning to end, with its lines to @say
 * @words	of the command line (creation.h)
 * After an error nothing of it is left; killed, it is done again, or removed by rmwpar.
 */
int wpar_restore_run(const struct wpar_restore *rs, const struct par_buf *words,
		     struct wpar_say *say, struct par_error **err);
