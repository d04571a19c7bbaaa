/* SPDX-License-Identifier: Apache-2.0 */
/* wparctl mountfs: what mount(8) runs for a file system of a WPAR (mount.wpar). */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/file_systems.h"

static const struct par_opt opts[] = { { 0 } };

static int mountfs_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	auto_fs fs = { 0 };
	int r = wpar_fs_open(ctx->argv[0], NULL, &fs, err);

	(void)args;
	return r < 0 ? r : wpar_fs_mount_now(&fs, err);
}

const struct par_cmd wpar_cmd_mountfs = {
	.name = "mountfs",
	.shown = "wparctl mountfs",
	.synopsis = "PATH",
	.summary = "Mount a file system of a workload partition",
	.family = PAR_FAMILY_OWN,
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.run = mountfs_run,
};
