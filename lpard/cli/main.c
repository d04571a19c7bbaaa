/* SPDX-License-Identifier: Apache-2.0 */
/* hmc - the HMC's commands in one program, called by their names */
#include "lpard/cli/commands/commands.h"

int main(int argc, char **argv)
{
	return par_cmd_main("hmc", "The commands of a Hardware Management Console, for lpard.",
			    hmc_commands, argc, argv);
}
