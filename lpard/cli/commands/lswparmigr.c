/* SPDX-License-Identifier: Apache-2.0 */
/* lswparmigr - list the moves of workload partitions: waiting, under way, and lately over */
#include "lpard/cli/commands/commands.h"
#include "lpard/cli/listing.h"

struct lswparmigr_args {
	const char *resource, *system;
	struct listing_args listing;
};

static const struct par_opt opts[] = {
	OPT_STR('r', NULL, "RESOURCE", struct lswparmigr_args, resource, "What to list: wpar",
		.values = "wpar", .required = true),
	OPT_STR('m', NULL, "SYSTEM", struct lswparmigr_args, system,
		"The managed system that they leave or come to, by name or TYPE-MODEL*SERIAL",
		.values = "@systems", .required = true),
	LISTING_OPTS(struct lswparmigr_args),
	{ 0 },
};

static int lswparmigr_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct lswparmigr_args *a = args;
	auto_json params = json_object_new_object();

	if (!par_streq(a->resource, "wpar"))
		return cli_missing(err, "-r");
	if (par_json_put_string(params, "system", a->system) < 0)
		return par_oom(err);
	return cli_listing_call(ctx, &a->listing, "ListMoves", take_ptr(params), err);
}

const struct par_cmd cmd_lswparmigr = {
	.name = "lswparmigr",
	.synopsis = "",
	.summary = "List the moves of workload partitions between LPARs",
	.family = PAR_FAMILY_HMC,
	.max_args = PAR_ARGS_ANY, /* more names of -F: listing.c */
	.opts = opts,
	.args_size = sizeof(struct lswparmigr_args),
	.run = lswparmigr_run,
};
