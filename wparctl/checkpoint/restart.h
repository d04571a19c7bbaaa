/* SPDX-License-Identifier: Apache-2.0 */
/* A WPAR goes on from a checkpoint. */
#pragma once

#include "wparctl/checkpoint/ckpt_manifest.h"
#include "wparctl/spec/spec.h"

#include <limits.h>
#include <stdio.h>

struct wpar_restart {
	const struct wpar_spec *spec;
	const char *folder; /* of the checkpoint */
	const char *log;    /* criu's; NULL: FOLDER/restartwpar.log */
	unsigned int level; /* of the log, 0 to 4 */
	FILE *complaint;    /* gets the table of tests when one fails */
};

/*
 * wpar_checkpoint_restart - of a WPAR of which nothing runs; the caller holds its lock
 * Its processes first stand still: only when all of it is there, and they may do no more than those
 * of a start, do they go on.  After an error nothing of it is left but the checkpoint.
 */
int wpar_checkpoint_restart(const struct wpar_restart *r, struct par_error **err);

/* wpar_restart_image - is the image of @s in the store? */
bool wpar_restart_image(const struct wpar_spec *s);

/*
 * wpar_restart_program - the path of the build of our program that the processes of @m run
 * After an upgrade of this program it is another one (runtime/launch/program.h).  False: it is not
 * kept here, or @m does not say.
 */
bool wpar_restart_program(const struct wpar_ckpt_manifest *m, char ret[PATH_MAX]);
