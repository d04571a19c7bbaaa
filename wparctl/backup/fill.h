/* SPDX-License-Identifier: Apache-2.0 */
/* The files of a backup into the file systems of a WPAR that is being made. */
#pragma once

#include "wparctl/backup/backup_source.h"
#include "wparctl/filesystem/rootfs.h"

struct wpar_backup_fill {
	struct wpar_backup_source *source;
	const struct wpar_backup_head *head; /* what it is about, as it was read before */
	const char *allowed_signers;	     /* one of these must have signed it; NULL: nobody */
	bool progress;
	bool identify;	 /* it becomes another WPAR: host name and machine id are new */
	char *signer;	 /* who has; freed by the caller */
	char digest[65]; /* SHA-256 of its bytes, when all was read */
};

/* wpar_backup_filler - @f as what fills a new base directory (filesystem/rootfs.h) */
struct wpar_rootfs_source wpar_backup_filler(struct wpar_backup_fill *f);

/*
 * wpar_backup_verify - read all of it without making anything: it is whole, and signed where it
 * must be
 * Errors: PAR_E_CORRUPT, PAR_E_NOT_PERMITTED, …
 */
int wpar_backup_verify(struct wpar_backup_fill *f, struct par_error **err);

/*
 * wpar_backup_verify_first - where it must be signed, that is known before anything is made of it:
 * a copy that nobody else can change takes the place of @f's source and is verified; then nobody
 * has to sign it any more.  Else nothing is done
 * Before wpar_backup_read_head().  Errors: those of wpar_backup_verify(), PAR_E_NO_SPACE.
 */
int wpar_backup_verify_first(struct wpar_backup_fill *f, struct par_error **err);

/* wpar_backup_own - the same copy, and no more: what comes through a pipe can be read again */
int wpar_backup_own(struct wpar_backup_source *source, struct par_error **err);

/*
 * wpar_backup_files - some files of it into the directory @target, which the user has named
 * @words	what the helper's mode "files" is told (archive/helper/restore.h)
 * Errors: those of wpar_backup_verify(); what was restored before stays.
 */
int wpar_backup_files(struct wpar_backup_fill *f, int target, char *const *words,
		      struct par_error **err);

/* wpar_backup_may_set_ids - is what is in the directory @target out of reach of all but root? */
bool wpar_backup_may_set_ids(int target);
