/* SPDX-License-Identifier: Apache-2.0 */
/* The life of a definition: its name and ids taken, its removal, and what killed commands left. */
#pragma once

#include "wparctl/runtime/runtime.h"

/*
 * wpar_definition_allowed - may a WPAR be made of it, here and now? its rules, what nothing does
 * yet, and what it names on this machine
 */
int wpar_definition_allowed(struct wpar_spec *s, struct par_error **err);

/* wpar_definition_check_limits - are its limits (-R) possible here, and enough to live on? */
int wpar_definition_check_limits(const struct wpar_spec *s, struct par_error **err);

/* What a new WPAR's base directory is to hold. */
enum wpar_files {
	WPAR_FILES_NEW,	  /* nothing */
	WPAR_FILES_KEPT,  /* what rmwpar -p has kept */
	WPAR_FILES_THERE, /* it is no new one: its files */
};

/*
 * wpar_definition_check - has another WPAR its base directory, host name, UUID or an address of it?
 * @resolve	give it another one (mkwpar -a) where that can be made up
 * Errors: PAR_E_EXISTS; PAR_E_NOT_FOUND when the files that were kept are not there.
 */
int wpar_definition_check(struct wpar_spec *s, enum wpar_files files, bool resolve,
			  struct par_error **err);

/* wpar_definition_expect_new - PAR_E_EXISTS when there is a whole WPAR of that name */
int wpar_definition_expect_new(const char *name, struct par_error **err);

/*
 * wpar_definition_claim - take @s->name: checks that it is free, and wpar_definition_check(); picks
 * ids and a key, saves @s as being created.  The lock of that name is held by the caller.
 */
int wpar_definition_claim(struct wpar_spec *s, enum wpar_files files, bool resolve,
			  struct par_error **err);

/*
 * wpar_definition_change_begin - may @old become @new, beside the other WPARs? Its names are free,
 * and so is its base directory; the directories of -M that are new are noted.
 * @resolve	choose others where that can be made up, as with mkwpar -a
 * @ret_registry	held until the new one is saved; closed by the caller
 */
int wpar_definition_change_begin(const struct wpar_spec *old, struct wpar_spec *new, bool resolve,
				 int *ret_registry, struct par_error **err);

/*
 * wpar_definition_remove - what a killed monitor has left, the private file systems (unless
 * @keep), the image if nobody else has it, the specification; of a WPAR that does not run.  The
 * lock is held, and its file goes too.
 * The specification goes last, and only when all else has gone: killed or failed, it is run again.
 */
int wpar_definition_remove(const struct wpar_spec *s, bool keep, struct par_error **err);

/*
 * wpar_definition_remove_image - an image that no specification names
 * Returns 1, or 0 when one does, or a command is about to use it.
 */
int wpar_definition_remove_image(const char *digest, struct par_error **err);

/*
 * wpar_definition_drop_image - the specification on disk names the image @digest, which @s does
 * not:
 * @s takes its place, and the image goes if nobody else has it
 */
int wpar_definition_drop_image(const struct wpar_spec *s, const char *digest,
			       struct par_error **err);

/*
 * wpar_definition_redo - what a killed mkwpar of this name has left is removed; the lock is held
 * PAR_E_EXISTS when a whole WPAR has the name.
 */
int wpar_definition_redo(const char *name, struct par_error **err);

/*
 * wpar_definition_hold - lock the specification of an application WPAR for as long as its wparexec
 * lives, so that others can tell a WPAR that is about to start from one whose owner was killed
 * @ret_hold	the caller keeps it open, and opens the file by no other way meanwhile; -errno: no
 * such file, or another wparexec holds it
 */
int wpar_definition_hold(const char *name, int *ret_hold);

/*
 * wpar_definition_redo_application - an application WPAR of that name whose wparexec was killed:
 * what still runs in it ends, and its specification goes.  The lock is held.
 */
int wpar_definition_redo_application(const char *name, struct par_error **err);

/*
 * wpar_definition_forget_orphan - an application WPAR whose wparexec was killed and in which
 * nothing runs is removed, as it would have been.  False: it is none.
 */
bool wpar_definition_forget_orphan(const struct wpar_spec *s);

/*
 * wpar_definition_sweep - of a name that no WPAR has: what a removal that was killed at its end has
 * left (the log, the lock's file); nothing while another command is at it, or where there are its
 * files or processes: then somebody has taken the specification away
 */
void wpar_definition_sweep(const char *name);
