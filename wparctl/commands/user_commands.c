/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of ordinary users: see user_commands.h. */
#include "wparctl/commands/user_commands.h"

#include "wparctl/commands/commands.h"

const struct par_cmd *const wpar_user_commands[] = {
	&wpar_cmd_chwpar,     &wpar_cmd_clogin,	  &wpar_cmd_mkwpar,
	&wpar_cmd_rebootwpar, &wpar_cmd_rmwpar,	  &wpar_cmd_startwpar,
	&wpar_cmd_stopwpar,   &wpar_cmd_wparexec, NULL,
};
