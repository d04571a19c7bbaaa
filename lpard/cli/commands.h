/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of the program hmc: each is a file in commands/, a line here and one in commands.c.
 */
#pragma once

#include "lpard/common/cmd.h"

extern const struct par_cmd cmd_chsyscfg;
extern const struct par_cmd cmd_chsysstate;
extern const struct par_cmd cmd_lshmc;
extern const struct par_cmd cmd_lshwres;
extern const struct par_cmd cmd_lsrefcode;
extern const struct par_cmd cmd_lssyscfg;
extern const struct par_cmd cmd_mksyscfg;
extern const struct par_cmd cmd_mkvterm;
extern const struct par_cmd cmd_rmsyscfg;
extern const struct par_cmd cmd_rmvterm;
extern const struct par_cmd cmd_wparcmd;

/* hmc_commands - sorted by name, NULL-terminated */
extern const struct par_cmd *const hmc_commands[];
