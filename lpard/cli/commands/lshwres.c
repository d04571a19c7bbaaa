/* SPDX-License-Identifier: Apache-2.0 */
/* lshwres - list the memory and processors of a system or of its partitions */
#include "lpard/cli/commands/commands.h"
#include "lpard/cli/listing.h"

#include <string.h>

struct lshwres_args {
	const char *resource;
	const char *level;
	const char *system;
	struct listing_args listing;
};

static const struct par_opt opts[] = {
	OPT_STR('r', NULL, "RESOURCE", struct lshwres_args, resource, "What to list: mem or proc",
		.values = "mem|proc", .required = true),
	OPT_STR(0, "level", "LEVEL", struct lshwres_args, level,
		"Of what: lpar (each partition) or sys (the whole system)", .values = "lpar|sys",
		.required = true),
	OPT_STR('m', NULL, "SYSTEM", struct lshwres_args, system,
		"The managed system, by name or TYPE-MODEL*SERIAL", .values = "@systems",
		.required = true),
	LISTING_OPTS(struct lshwres_args),
	{ 0 },
};

static int lshwres_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct lshwres_args *a = args;
	struct cli_missing m = { 0 };
	struct json_object *params;
	int r;

	cli_need(&m, par_streq(a->resource, "mem") || par_streq(a->resource, "proc"), "-r");
	cli_need(&m, par_streq(a->level, "lpar") || par_streq(a->level, "sys"), "--level");
	r = cli_needs_met(&m, err);
	if (r < 0)
		return r;
	params = json_object_new_object();
	if (par_json_put_string(params, "resource", a->resource) < 0 ||
	    par_json_put_string(params, "level", a->level) < 0 ||
	    par_json_put_string(params, "system", a->system) < 0) {
		json_object_put(params);
		return par_oom(err);
	}
	return cli_listing_run(ctx, &a->listing, params, err);
}

const struct par_cmd cmd_lshwres = {
	.name = "lshwres",
	.synopsis = "",
	.summary = "List the memory and processors of a system or of its partitions",
	.family = PAR_FAMILY_HMC,
	.max_args = PAR_ARGS_ANY, /* more names of -F: listing.c */
	.opts = opts,
	.args_size = sizeof(struct lshwres_args),
	.run = lshwres_run,
};
