/* SPDX-License-Identifier: Apache-2.0 */
/* rmvterm - close the virtual terminal of a partition, whoever holds it */
#include "lpard/cli/commands/commands.h"
#include "lpard/cli/client.h"

struct rmvterm_args {
	const char *system, *lpar, *id;
};

static const struct par_opt opts[] = {
	OPT_STR('m', NULL, "SYSTEM", struct rmvterm_args, system,
		"The managed system, by name or TYPE-MODEL*SERIAL", .values = "@systems",
		.required = true),
	OPT_STR('p', NULL, "LPAR", struct rmvterm_args, lpar, "The partition", .values = "@lpars"),
	OPT_STR(0, "id", "ID", struct rmvterm_args, id, "The partition by its id"),
	{ 0 },
};

static int rmvterm_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct rmvterm_args *a = args;
	auto_json params = json_object_new_object();
	struct cli_missing m = { 0 };
	int r;

	cli_need(&m, !a->lpar != !a->id, "-p,--id");
	r = cli_needs_met(&m, err);
	if (r < 0)
		return r;
	if (par_json_put_string(params, "system", a->system) < 0)
		return par_oom(err);
	r = cli_put_lpar(params, a->lpar, a->id, err);
	if (r < 0)
		return r;
	r = cli_call("CloseTerminal", take_ptr(params), NULL, err);
	if (r < 0)
		return r;
	fputs("Close command sent\n", ctx->out);
	return 0;
}

const struct par_cmd cmd_rmvterm = {
	.name = "rmvterm",
	.synopsis = "",
	.summary = "Close the virtual terminal of a partition",
	.family = PAR_FAMILY_HMC,
	.opts = opts,
	.args_size = sizeof(struct rmvterm_args),
	.run = rmvterm_run,
};
