/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of a WPAR into another folder, by the helpers that write a backup and restore one, and a
 * pipe between them: with all attributes that a backup has, and nothing on the disk between.
 */
#pragma once

#include "wparctl/backup/trees.h"

struct wpar_transfer {
	const struct wpar_backup_trees *trees;
	const struct par_strv *patterns;		/* of grep, for names that are left out */
	const struct wpar_writer_owner *users, *groups; /* who have other numbers there */
	size_t n_users, n_groups;
	const char *name; /* of the WPAR, for messages */
};

/*
 * wpar_transfer - into the empty folder @folder
 * Errors: PAR_E_NO_SPACE, PAR_E_SYSTEM, …; what was made before stays.
 */
int wpar_transfer(const struct wpar_transfer *t, int folder, struct par_error **err);
