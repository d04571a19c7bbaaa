/* SPDX-License-Identifier: Apache-2.0 */
/* wparctl: one program, called by the names of its commands. */
#include "wparctl/commands/commands.h"

int main(int argc, char **argv)
{
	return par_cmd_main("wparctl", "Workload partitions (WPARs) on this system", wpar_commands,
			    argc, argv);
}
