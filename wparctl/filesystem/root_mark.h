/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A mark in /var/lib/wpars/roots says how far the private root of a WPAR has come: "begun
 * DIRECTORY", "making DIRECTORY", "complete DIRECTORY", "migrating DIRECTORY"; so an interrupted
 * command is seen.
 */
#pragma once

#include "wparctl/spec/spec.h"

#define WPAR_MARK_BEGUN	    "begun"	/* to be made: an empty directory is ours, another is not */
#define WPAR_MARK_MIGRATING "migrating" /* native_stage.h */

/* What a mark says. */
struct wpar_root_mark {
	char word[16];	      /* "making", "complete" */
	char directory[4096]; /* the base directory, without the prefix of tests */
	char made[4096];      /* the topmost folder that was made for it; "": none */
};

/* wpar_root_mark_path - of its file; caller frees; NULL: no memory */
char *wpar_root_mark_path(const char *name);

/*
 * wpar_root_mark_write - it is on the disk when this returns, but for WPAR_MARK_BEGUN; -errno
 * @made	the topmost folder that was made for the base directory, or NULL
 * wpar_root_mark_overwrite - "making" on a disk that is full: over the old text, which is longer,
 * and needs no room
 */
int wpar_root_mark_write(const struct wpar_spec *s, const char *word, const char *made);
int wpar_root_mark_overwrite(const struct wpar_spec *s, const char *made);

/* wpar_root_mark_read - 1, 0 when there is none, or a negative errno when it cannot be read */
int wpar_root_mark_read(const char *name, struct wpar_root_mark *ret);
