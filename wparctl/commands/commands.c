/* SPDX-License-Identifier: Apache-2.0 */
/* The array made from commands.def. */
#include "wparctl/commands/commands.h"

#define X(name)		 &wpar_cmd_##name,
#define X_INTERNAL(name) X(name)
const struct par_cmd *const wpar_commands[] = {
#include "wparctl/commands/commands.def"
	NULL,
};
