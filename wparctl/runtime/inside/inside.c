/* SPDX-License-Identifier: Apache-2.0 */
/* Which of the programs that we are inside a WPAR is meant: see inside.h. */
#include "wparctl/runtime/inside/inside.h"

#include "wparctl/runtime/inside/image_command_run.h"
#include "wparctl/runtime/inside/init.h"

#include <stdio.h>
#include <string.h>

/* Commands of the System Resource Controller and of users act on the WPAR they are called in, as
 * wparerr does, and some tell where they are called. */
static bool is_command_within(const char *name)
{
	static const char *const names[] = { "chssys",	 "chuser",  "lparstat", "lsgroup",
					     "lssrc",	 "lsuser",  "mkssys",	"mkuser",
					     "oslevel",	 "refresh", "rmssys",	"rmuser",
					     "startsrc", "stopsrc", "uname",	"wparerr" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(names); i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

/* The commands that the start puts in the place of systemd's: power.c. */
static bool is_power_command(const char *name)
{
	static const char *const names[] = { "halt", "poweroff", "reboot", "shutdown",
					     "systemctl" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(names); i++) {
		if (strcmp(names[i], name) == 0)
			return true;
	}
	return false;
}

int wpar_inside_main(int argc, char **argv)
{
	const char *slash = argc > 0 ? strrchr(argv[0], '/') : NULL;
	const char *name = argc > 0 ? (slash ? slash + 1 : argv[0]) : "";

	if (getpid() == 1 && strcmp(name, "init") == 0)
		return wpar_init_run();
	if (strcmp(name, "df") == 0)
		return wpar_df_main(argc, argv);
	if (strcmp(name, "mount") == 0)
		return wpar_mount_main(argc, argv);
	if (strcmp(name, "uname") == 0)
		return wpar_uname_main(argc, argv);
	if (!wpar_is_inside())
		return -1;
	if (strcmp(name, "rc.image") == 0)
		return wpar_image_command_main();
	if (strcmp(name, "umount") == 0)
		return wpar_umount_main(argc, argv);
	if (is_command_within(strcmp(name, "wparctl") == 0 && argc > 1 ? argv[1] : name))
		return -1;
	if (strcmp(name, "init") == 0 || strcmp(name, "telinit") == 0)
		return wpar_telinit_main(argc, argv);
	if (is_power_command(name))
		return wpar_power_main(name, argc, argv);
	fprintf(stderr,
		"%s: This command cannot be run inside a workload partition; run it in the global "
		"environment.\n",
		name);
	return 1;
}
