/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of hmc; commands.def lists them. */
#pragma once

#include "lpard/common/cmd.h"

#define X(name)	    extern const struct par_cmd cmd_##name;
#define X_OWN(name) X(name)
#include "lpard/cli/commands/commands.def"
#undef X_OWN
#undef X

/* hmc_commands - sorted by name, NULL-terminated */
extern const struct par_cmd *const hmc_commands[];
