/* SPDX-License-Identifier: Apache-2.0 */
/* A WPAR goes on from a checkpoint. */
#pragma once

#include "wparctl/checkpoint/ckpt_fit.h"
#include "wparctl/spec/spec.h"

#include <limits.h>
#include <stdio.h>

struct wpar_restart {
	const struct wpar_spec *spec;
	const char *folder; /* of the checkpoint */
	const char *log;    /* criu's; NULL: FOLDER/restartwpar.log */
	unsigned int level; /* of the log, 0 to 4 */
	bool force;	    /* also when the WPAR has begun anew since */
	FILE *complaint;    /* gets the table of tests when one fails */
};

/*
 * wpar_checkpoint_restart - of a WPAR of which nothing runs; the caller holds its lock
 * Its processes first stand still: only when all of it is there, and they may do no more than those
 * of a start, do they go on.  After an error nothing of it is left but the checkpoint.
 */
int wpar_checkpoint_restart(const struct wpar_restart *r, struct par_error **err);

/*
 * wpar_restart_fit - all tests of the checkpoint @m for the WPAR that @spec defines here
 * @ret_program	the path of the build of our program that its processes run: after an upgrade of
 *		this program it is another one (runtime/launch/program.h); "": it is not kept here
 * Errors: those of the specifications; a test that fails is none.
 */
int wpar_restart_fit(const struct wpar_ckpt_manifest *m, const struct wpar_spec *spec,
		     const struct wpar_ability *here, struct wpar_ckpt_fit *f,
		     char ret_program[PATH_MAX], struct par_error **err);
