/* SPDX-License-Identifier: Apache-2.0 */
/* lsrefcode - list reference codes, newest first */
#include "lpard/cli/commands/commands.h"
#include "lpard/cli/listing.h"

#include <string.h>

struct lsrefcode_args {
	const char *resource;
	const char *system;
	const char *processor;
	uint64_t count;
	struct listing_args listing;
};

static const struct par_opt opts[] = {
	OPT_STR('r', NULL, "RESOURCE", struct lsrefcode_args, resource,
		"Whose: lpar (of partitions) or sys (of the system)", .values = "lpar|sys",
		.required = true),
	OPT_STR('m', NULL, "SYSTEM", struct lsrefcode_args, system,
		"The managed system, by name or TYPE-MODEL*SERIAL", .values = "@systems",
		.required = true),
	OPT_U64('n', NULL, "NUMBER", struct lsrefcode_args, count,
		"So many, the newest first (default 1)", .field.max = 10000),
	LISTING_OPTS(struct lsrefcode_args),
	/* Which service processor: there is one. */
	OPT_STR('s', NULL, "PROCESSOR", struct lsrefcode_args, processor, NULL, .values = "p|s"),
	{ 0 },
};

static int lsrefcode_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct lsrefcode_args *a = args;
	struct cli_missing m = { 0 };
	struct json_object *params;
	int64_t count = a->count ? (int64_t)a->count : 1;
	int r;

	cli_need(&m, par_streq(a->resource, "lpar") || par_streq(a->resource, "sys"), "-r");
	r = cli_needs_met(&m, err);
	if (r < 0)
		return r;
	params = json_object_new_object();
	if (par_json_put_string(params, "resource", "refcode") < 0 ||
	    par_json_put_string(params, "level", a->resource) < 0 ||
	    par_json_put_string(params, "system", a->system) < 0 ||
	    par_json_put(params, "count", json_object_new_int64(count)) < 0) {
		json_object_put(params);
		return par_oom(err);
	}
	return cli_listing_run(ctx, &a->listing, params, err);
}

const struct par_cmd cmd_lsrefcode = {
	.name = "lsrefcode",
	.synopsis = "",
	.summary = "List reference codes, the newest first",
	.family = PAR_FAMILY_HMC,
	.max_args = PAR_ARGS_ANY, /* more names of -F: listing.c */
	.opts = opts,
	.args_size = sizeof(struct lsrefcode_args),
	.run = lsrefcode_run,
};
