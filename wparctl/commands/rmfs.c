/* SPDX-License-Identifier: Apache-2.0 */
/* rmfs: remove a file system of a WPAR, with its files. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/ask.h"
#include "wparctl/operations/file_systems.h"

struct rmfs_args {
	bool mount_point, ask;
};

static const struct par_opt opts[] = {
	OPT_FLAG('i', NULL, struct rmfs_args, ask, "Ask before its files are removed"),
	OPT_FLAG('r', NULL, struct rmfs_args, mount_point, "Remove its mount point too"),
	{ 0 }
};

/* Asked before the workload partition is locked: nobody waits for an answer. */
static int rmfs_ask(const char *path, struct par_error **err)
{
	auto_fs fs = { 0 };
	int r = wpar_fs_open(path, NULL, &fs, err);

	if (r < 0)
		return r;
	if (!wpar_fs_mount(&fs, err))
		return -ENOENT;
	wpar_fs_done(&fs);
	fprintf(stderr, "rmfs: Warning, all files of the file system %s will be destroyed.\n",
		path);
	if (wpar_ask_yes("rmfs: Remove it?"))
		return 0;
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "%s was not removed", path);
}

static int rmfs_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct rmfs_args *a = args;
	auto_fs fs = { 0 };
	int r = a->ask ? rmfs_ask(ctx->argv[0], err) : 0;

	if (r < 0)
		return r;
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
