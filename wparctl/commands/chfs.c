/* SPDX-License-Identifier: Apache-2.0 */
/* chfs: make a file system of a WPAR larger, or change its options. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/file_systems.h"
#include "wparctl/operations/say.h"

#include <inttypes.h>
#include <string.h>

struct chfs_args {
	struct par_args attributes;
	const char *group, *permissions, *automatic, *accounting, *new_place, *forget;
};

static const struct par_opt opts[] = {
	OPT_LIST('a', NULL, "ATTRIBUTE=VALUE", struct chfs_args, attributes,
		 "size=: blocks of 512 bytes, or with M or G; with + before it so much more; "
		 "options=: those of its next mount"),
	OPT_STR('A', NULL, "no", struct chfs_args, automatic,
		"Mount it at the start of the LPAR: no, its workload partition's start does",
		.values = "no"),
	OPT_STR('d', NULL, "options", struct chfs_args, forget,
		"Take the attribute options away: rw is what holds then", .values = "options"),
	OPT_STR('m', NULL, "PATH", struct chfs_args, new_place,
		"Its new place, in the same workload partition, which must be stopped"),
	OPT_STR('p', NULL, "ro|rw", struct chfs_args, permissions,
		"May it be written to, from its next mount on?", .values = "ro|rw"),
	OPT_STR('t', NULL, "no", struct chfs_args, accounting, "Accounting: there is none",
		.values = "no"),
	OPT_STR('u', NULL, "NAME", struct chfs_args, group,
		"Mount group: the workload partition that it lies in", .values = "@wpars"),
	{ 0 }
};

static int chfs_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct chfs_args *a = args;
	struct wpar_fs_settings set = { 0 };
	auto_fs fs = { 0 };
	uint64_t mib = 0;
	int r;

	if (a->forget && strcmp(a->forget, "options") != 0)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-d %.64s: it must be options, the one attribute that can be taken "
				"away",
				a->forget);
	r = wpar_fs_settings_read(&a->attributes, a->permissions, a->automatic, a->accounting, &set,
				  err);
	if (r < 0)
		return r;
	if (a->forget && set.options)
		return par_fail(err, PAR_E_USAGE, 0, "-d options takes away what -a or -p gives");
	if (a->forget)
		set.options = "rw";
	if (a->new_place && (set.size || set.options))
		return par_fail(err, PAR_E_USAGE, 0,
				"-m cannot be used together with -a, -d and -p");
	r = wpar_fs_open(ctx->argv[0], a->group, &fs, err);
	if (r < 0)
		return r;
	if (a->new_place)
		return wpar_fs_move(&fs, a->new_place, err);
	r = wpar_fs_change(&fs, &set, &mib, err);
	if (r < 0)
		return r;
	if (set.size)
		wpar_say_line(ctx->out, "Filesystem size changed to %" PRIu64, WPAR_FS_BLOCKS(mib));
	return 0;
}

const struct par_cmd wpar_cmd_chfs = {
	.name = "chfs",
	.synopsis = "PATH",
	.summary = "Change a file system of a workload partition",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.args_size = sizeof(struct chfs_args),
	.run = chfs_run,
};
