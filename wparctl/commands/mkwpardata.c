/* SPDX-License-Identifier: Apache-2.0 */
/* mkwpardata: describe a WPAR in the file that its backup begins with. */
#include "wparctl/backup/save.h"
#include "wparctl/commands/commands.h"
#include "wparctl/operations/operation.h"
#include "wparctl/operations/refused.h"

struct mkwpardata_args {
	bool map, expand;
};

static const struct par_opt opts[] = {
	OPT_FLAG_REFUSED('m', struct mkwpardata_args, map,
			 "there are no physical partitions to map here"),
	OPT_FLAG_REFUSED('X', struct mkwpardata_args, expand,
			 "file systems do not grow by themselves here, and /tmp gets some "
			 "kilobytes only"),
	{ 0 },
};

static int mkwpardata_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	auto_spec s = { 0 };
	autofd int lock = -1;
	enum wpar_state st;
	int r = wpar_refuse_options(opts, args, err);

	if (r < 0)
		return r;
	r = wpar_operation_open(ctx->argv[0], &lock, &s, err);
	if (r < 0)
		return r;
	r = wpar_operation_state_locked(&s, &st, err);
	if (r < 0)
		return r;
	if (s.type == WPAR_APPLICATION)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"Workload partition %s is an application workload partition, which "
				"has no files of its own to save.",
				s.name);
	if (st == WPAR_STATE_BROKEN)
		return wpar_fail_state(&s, st, "stop it with stopwpar -F first", err);
	return wpar_save_info(&s, wpar_state_letter(st), ctx->out, err);
}

const struct par_cmd wpar_cmd_mkwpardata = {
	.name = "mkwpardata",
	.synopsis = "NAME",
	.summary = "Describe a workload partition for its backup",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.args_size = sizeof(struct mkwpardata_args),
	.run = mkwpardata_run,
	.operand_values = "@wpars",
};
