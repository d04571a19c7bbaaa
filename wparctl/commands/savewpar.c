/* SPDX-License-Identifier: Apache-2.0 */
/* savewpar: save a WPAR into one file. */
#include "wparctl/backup/save.h"
#include "wparctl/commands/commands.h"
#include "wparctl/operations/operation.h"
#include "wparctl/operations/refused.h"
#include "wparctl/operations/still.h"

#define MOST_BLOCKS 65535 /* of 512 bytes */

struct savewpar_args {
	const char *file, *key;
	uint64_t blocks;
	bool no_attributes, dmapi, no_namefs, exclude, info, map, servers, plain, unpacked,
		snapshot, verbose, verify, expand, no_efs;
};

static const struct par_opt opts[] = {
	OPT_FLAG('a', NULL, struct savewpar_args, no_attributes,
		 "Without access lists and extended attributes"),
	OPT_FLAG_REFUSED('A', struct savewpar_args, dmapi, "there are no DMAPI file systems here"),
	OPT_U64('b', NULL, "BLOCKS", struct savewpar_args, blocks,
		"Write BLOCKS times 512 bytes at once, as tape drives may need it", .field.min = 1,
		.field.max = MOST_BLOCKS),
	/* Nothing of a namefs is ever saved: it belongs to the LPAR. */
	OPT_FLAG('B', NULL, struct savewpar_args, no_namefs, NULL),
	OPT_FLAG('e', NULL, struct savewpar_args, exclude,
		 "Leave out what a line of /etc/exclude.NAME matches"),
	OPT_STR('f', NULL, "FILE", struct savewpar_args, file,
		"Where it goes: a file, a device, a pipe, or - for standard output",
		.values = "@files"),
	OPT_FLAG('i', NULL, struct savewpar_args, info,
		 "Make /tmp/wpardata/NAME/image.data anew (mkwpardata)"),
	OPT_FLAG_REFUSED('m', struct savewpar_args, map,
			 "there are no physical partitions to map here; -i describes the file "
			 "systems"),
	OPT_FLAG('N', NULL, struct savewpar_args, servers,
		 "With the files of its file systems that lie on servers"),
	OPT_FLAG('p', NULL, struct savewpar_args, plain, "Not compressed"),
	OPT_FLAG_REFUSED('P', struct savewpar_args, unpacked,
			 "a backup is compressed as a whole, or with -p not at all"),
	OPT_STR(0, "sign-key", "KEY", struct savewpar_args, key,
		"Sign it with this key of ssh-keygen", .values = "@files"),
	OPT_FLAG('T', NULL, struct savewpar_args, snapshot,
		 "From a snapshot only; refused where there can be none"),
	OPT_FLAG('v', NULL, struct savewpar_args, verbose,
		 "Name each file on standard error, and say how long it stood still"),
	OPT_FLAG('V', NULL, struct savewpar_args, verify,
		 "Read it again, before it gets its name, and compare each file with its checksum"),
	OPT_FLAG_REFUSED('X', struct savewpar_args, expand,
			 "file systems do not grow by themselves here, and /tmp gets some "
			 "kilobytes only"),
	OPT_FLAG_REFUSED('Z', struct savewpar_args, no_efs,
			 "there are no encrypted file systems of AIX's kind here"),
	{ 0 },
};

static int still_begin(void *user, struct par_error **err)
{
	return wpar_standstill_begin(user, err);
}

static int still_end(void *user, struct par_error **err)
{
	return wpar_standstill_end(user, err);
}

/* One whose processes cannot run is as good as stopped. */
static int savewpar_check(const struct wpar_spec *s, enum wpar_state st, struct par_error **err)
{
	if (s->type == WPAR_APPLICATION)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"Workload partition %s is an application workload partition, which "
				"has no files of its own to save.",
				s->name);
	return st == WPAR_STATE_BROKEN
		       ? wpar_fail_state(s, st, "stop it with stopwpar -F first", err)
		       : 0;
}

static int savewpar_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct savewpar_args *a = args;
	struct wpar_standstill standstill = WPAR_NO_STANDSTILL(ctx->argv[0]);
	const struct wpar_still still = { .begin = still_begin,
					  .end = still_end,
					  .user = &standstill };
	autofree char *exclude = NULL;
	auto_spec s = { 0 };
	autofd int lock = -1;
	enum wpar_state st;
	struct wpar_save save;
	int r = wpar_refuse_options(opts, args, err);

	if (r < 0)
		return r;
	r = wpar_operation_open(ctx->argv[0], &lock, &s, err);
	if (r < 0)
		return r;
	r = wpar_operation_state_locked(&s, &st, err);
	if (r < 0)
		return r;
	r = savewpar_check(&s, st, err);
	if (r < 0)
		return r;
	exclude = wpar_path("/etc/exclude.%s", s.name);
	if (!exclude)
		return par_oom(err);
	save = (struct wpar_save){
		.spec = &s,
		.file = a->file,
		.exclude = a->exclude ? exclude : NULL,
		.key = a->key,
		.still = st == WPAR_STATE_DEFINED || st == WPAR_STATE_FROZEN ||
					 st == WPAR_STATE_PAUSED
				 ? NULL
				 : &still,
		.state = wpar_state_letter(st),
		.block = (size_t)a->blocks * 512,
		.snapshot = a->snapshot,
		.no_attributes = a->no_attributes,
		.servers = a->servers,
		.plain = a->plain,
		.names = a->verbose,
		.make_info = a->info,
		.verify = a->verify,
		.out = ctx->out,
		.err = ctx->err,
	};
	return wpar_save(&save, err);
}

const struct par_cmd wpar_cmd_savewpar = {
	.name = "savewpar",
	.synopsis = "NAME",
	.summary = "Save a workload partition into a file",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.args_size = sizeof(struct savewpar_args),
	.run = savewpar_run,
	.operand_values = "@wpars",
};
