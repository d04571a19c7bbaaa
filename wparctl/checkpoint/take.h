/* SPDX-License-Identifier: Apache-2.0 */
/* A checkpoint of a running WPAR is taken. */
#pragma once

#include "wparctl/spec/spec.h"

#include <stdbool.h>
#include <stdio.h>

enum wpar_take_then {
	WPAR_TAKE_GO_ON, /* it runs on */
	WPAR_TAKE_PAUSE, /* it stands still, until it is let go on or ended */
	WPAR_TAKE_KILL,	 /* it is ended, and Defined */
};

struct wpar_take {
	const struct wpar_spec *spec;
	const char *folder;  /* of the checkpoint */
	const char *log;     /* criu's; NULL: FOLDER/chkptwpar.log */
	unsigned int level;  /* of the log, 0 to 4 */
	unsigned int rounds; /* in which memory is copied before, at most (rounds.h) */
	enum wpar_take_then then;
	bool end_sessions; /* of clogin, which are in no checkpoint; else they are named */
	int lock;	   /* of the WPAR: whoever is at it keeps it */
	FILE *complaint;   /* gets a line for each thing that would not come along */
};

/*
 * wpar_checkpoint_take - all of a WPAR, whose state is Active, into @folder
 * What would be lost is named before anything stands still.  Until its manifest is written the WPAR
 * loses nothing: after an error it runs on, and a checkpoint that was in the folder is still there.
 * A process of its own does it: once begun it goes to its end, also when the command is killed.
 */
int wpar_checkpoint_take(const struct wpar_take *t, struct par_error **err);
