/* SPDX-License-Identifier: Apache-2.0 */
/* rmfs: remove a file system of a WPAR, with its files. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/file_systems.h"

struct rmfs_args {
	bool mount_point, ask;
};

static const struct par_opt opts[] = { OPT_FLAG('i', NULL, struct rmfs_args, ask, NULL),
				       OPT_FLAG('r', NULL, struct rmfs_args, mount_point,
						"Remove its mount point too"),
				       { 0 } };

static int rmfs_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct rmfs_args *a = args;
	auto_fs fs = { 0 };
	int r;

	if (a->ask)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0, "-i is not supported yet");
	r = wpar_fs_open(ctx->argv[0], NULL, &fs, err);
	return r < 0 ? r : wpar_fs_remove(&fs, a->mount_point, err);
}

const struct par_cmd wpar_cmd_rmfs = {
	.name = "rmfs",
	.synopsis = "PATH",
	.summary = "Remove a file system of a workload partition",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.args_size = sizeof(struct rmfs_args),
	.run = rmfs_run,
};
