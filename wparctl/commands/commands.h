/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of wparctl; commands.def lists them. */
#pragma once

#include "lpard/common/cmd.h"

#define X(name)		 extern const struct par_cmd wpar_cmd_##name;
#define X_INTERNAL(name) X(name)
#include "wparctl/commands/commands.def"
#undef X_INTERNAL
#undef X

/* wpar_commands - sorted by name, NULL-terminated */
extern const struct par_cmd *const wpar_commands[];
