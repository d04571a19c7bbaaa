/* SPDX-License-Identifier: Apache-2.0 */
/* The array made from commands.def. */
#include "lpard/cli/commands/commands.h"

#define X(name)	    &cmd_##name,
#define X_OWN(name) X(name)
const struct par_cmd *const hmc_commands[] = {
#include "lpard/cli/commands/commands.def"
	NULL,
};
