/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What criu runs at the end of a dump and of a restore, while it still has all processes in its
 * hands: our own program, by a link in the WPAR's folder in /run.  From then on none of them runs:
 * so whoever called criu decides what becomes of them.
 */
#pragma once

#include "lpard/common/error.h"

/* criu's environment has the folder of the control group that criu itself belongs to. */
#define WPAR_STEP_HOME "WPAR_CRIU_HOME"

/* wpar_checkpoint_step_prepare - the link, for criu's option --action-script; caller frees */
int wpar_checkpoint_step_prepare(const char *name, char **ret, struct par_error **err);

/* wpar_checkpoint_step_main - that program: its exit status; -1: it was not run by that link */
int wpar_checkpoint_step_main(int argc, char **argv);
