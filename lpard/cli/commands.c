/* SPDX-License-Identifier: Apache-2.0 */
/* See commands.h. */
#include "lpard/cli/commands.h"

const struct par_cmd *const hmc_commands[] = {
	&cmd_chsyscfg, &cmd_chsysstate, &cmd_lshmc,    &cmd_lshwres, &cmd_lsrefcode, &cmd_lssyscfg,
	&cmd_mksyscfg, &cmd_mkvterm,	&cmd_rmsyscfg, &cmd_rmvterm, &cmd_wparcmd,   NULL,
};
