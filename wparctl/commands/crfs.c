/* SPDX-License-Identifier: Apache-2.0 */
/* crfs: make a file system of a WPAR, by its place in the global environment. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/file_systems.h"
#include "wparctl/operations/refused.h"
#include "wparctl/operations/say.h"

#include <inttypes.h>
#include <string.h>

struct crfs_args {
	struct par_args attributes;
	const char *vfs, *place, *group, *vg, *device, *permissions, *automatic, *accounting;
};

static const struct par_opt opts[] = {
	OPT_LIST('a', NULL, "ATTRIBUTE=VALUE", struct crfs_args, attributes,
		 "size=: blocks of 512 bytes, or with M or G; options=: those of its mount"),
	OPT_STR('A', NULL, "no", struct crfs_args, automatic,
		"Mount it at the start of the LPAR: no, its workload partition's start does",
		.values = "no"),
	OPT_STR('d', NULL, "DEVICE", struct crfs_args, device, NULL,
		.refused =
			"a file system of a workload partition lies in an image that crfs makes, "
			"on no other device"),
	OPT_STR('g', NULL, "VG", struct crfs_args, vg, "Volume group: there is rootvg",
		.values = "rootvg"),
	OPT_STR('m', NULL, "PATH", struct crfs_args, place,
		"Its place, the path of the workload partition included: /wpars/NAME/…",
		.required = true),
	OPT_STR('p', NULL, "ro|rw", struct crfs_args, permissions,
		"May it be written to? (default: rw)", .values = "ro|rw"),
	OPT_STR('t', NULL, "no", struct crfs_args, accounting, "Accounting: there is none",
		.values = "no"),
	OPT_STR('u', NULL, "NAME", struct crfs_args, group,
		"Mount group: the workload partition that it lies in", .values = "@wpars"),
	OPT_STR('v', NULL, "VFS", struct crfs_args, vfs, "jfs2, ext4 or xfs", .required = true,
		.values = "jfs2|ext4|xfs"),
	{ 0 }
};

static int crfs_check(const struct crfs_args *a, struct par_error **err)
{
	if (!wpar_vfs_of_kernel(a->vfs))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-v %.32s: it must be jfs2, ext4 or xfs", a->vfs);
	if (a->vg && strcmp(a->vg, "rootvg") != 0)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"-g %.64s: there is no such volume group; there is rootvg", a->vg);
	return 0;
}

static int crfs_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct crfs_args *a = args;
	struct wpar_fs_settings set = { 0 };
	auto_fs fs = { 0 };
	uint64_t mib = 0;
	int r = wpar_refuse_options(opts, a, err);

	if (r < 0)
		return r;
	r = crfs_check(a, err);

	if (r < 0)
		return r;
	r = wpar_fs_settings_read(&a->attributes, a->permissions, a->automatic, a->accounting, &set,
				  err);
	if (r < 0)
		return r;
	if (!set.size)
		return par_fail(err, PAR_E_USAGE, 0, "the size is missing: -a size=");
	r = wpar_fs_open(a->place, a->group, &fs, err);
	if (r < 0)
		return r;
	r = wpar_fs_create(&fs, a->vfs, &set, &mib, err);
	if (r < 0)
		return r;
	wpar_say_line(ctx->out, "File system created successfully.");
	wpar_say_line(ctx->out, "%" PRIu64 " kilobytes total disk space.", mib * 1024);
	wpar_say_line(ctx->out, "New File System size is %" PRIu64, WPAR_FS_BLOCKS(mib));
	return 0;
}

const struct par_cmd wpar_cmd_crfs = {
	.name = "crfs",
	.synopsis = "",
	.summary = "Make a file system of a workload partition",
	.family = PAR_FAMILY_AIX,
	.opts = opts,
	.args_size = sizeof(struct crfs_args),
	.run = crfs_run,
};
