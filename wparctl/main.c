/* SPDX-License-Identifier: Apache-2.0 */
/* wparctl: one program, called by the names of its commands. */
#include "wparctl/checkpoint/step.h"
#include "wparctl/commands/commands.h"
#include "wparctl/commands/forward.h"
#include "wparctl/runtime/inside/inside.h"
#include "wparctl/runtime/life/start.h"

int main(int argc, char **argv)
{
	/* Inside a WPAR it is also PID 1 and df. */
	int status = wpar_inside_main(argc, argv);

	if (status >= 0)
		return status;
	/* ... and outside it is the one that watches over that. */
	status = wpar_start_monitor_main(argc, argv);
	if (status >= 0)
		return status;
	/* criu runs it, too. */
	status = wpar_checkpoint_step_main(argc, argv);
	if (status >= 0)
		return status;
	status = wpar_forward_main(argc, argv);
	if (status >= 0)
		return status;
	return par_cmd_main("wparctl", "Workload partitions (WPARs) on this system", wpar_commands,
			    argc, argv);
}
