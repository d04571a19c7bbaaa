/* SPDX-License-Identifier: Apache-2.0 */
/* lssyscfg - list managed systems, partitions and profiles */
#include "lpard/cli/commands/commands.h"
#include "lpard/cli/listing.h"

#include <string.h>

struct lssyscfg_args {
	const char *resource;
	const char *system, *frame;
	bool osrefresh, last_valid;
	struct listing_args listing;
};

static const struct par_opt opts[] = {
	OPT_STR('r', NULL, "RESOURCE", struct lssyscfg_args, resource,
		"What to list: sys, lpar or prof; of sysprof, frame and cage there is nothing",
		.values = "sys|lpar|prof|sysprof|frame|cage", .required = true),
	OPT_STR('m', NULL, "SYSTEM", struct lssyscfg_args, system,
		"The managed system, by name or TYPE-MODEL*SERIAL; needed but for -r sys",
		.values = "@systems"),
	LISTING_OPTS(struct lssyscfg_args),
	/* There are no frames to choose from. */
	OPT_STR('e', NULL, "FRAME", struct lssyscfg_args, frame, NULL),
	/* The agent reports changes by itself, so there is nothing to refresh. */
	OPT_FLAG(0, "osrefresh", struct lssyscfg_args, osrefresh, NULL),
	OPT_FLAG(0, "lastvalidcfg", struct lssyscfg_args, last_valid,
		 "With -r prof: the last valid configurations instead of the profiles"),
	{ 0 },
};

static int lssyscfg_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct lssyscfg_args *a = args;
	bool part = strcmp(a->resource, "lpar") == 0 || strcmp(a->resource, "prof") == 0 ||
		    strcmp(a->resource, "sysprof") == 0;
	struct json_object *params;

	if (!part && strcmp(a->resource, "sys") != 0 && strcmp(a->resource, "frame") != 0 &&
	    strcmp(a->resource, "cage") != 0)
		return cli_missing(err, "-r");
	if (part && !a->system)
		return cli_missing(err, "-m");
	if (a->last_valid && strcmp(a->resource, "prof") != 0)
		return cli_missing(err, "--lastvalidcfg");
	params = json_object_new_object();
	if (par_json_put_string(params, "resource", a->resource) < 0 ||
	    par_json_put_string(params, "system", a->system) < 0 ||
	    (a->last_valid &&
	     par_json_put(params, "last_valid", json_object_new_boolean(true)) < 0)) {
		json_object_put(params);
		return par_oom(err);
	}
	return cli_listing_run(ctx, &a->listing, params, err);
}

const struct par_cmd cmd_lssyscfg = {
	.name = "lssyscfg",
	.synopsis = "",
	.summary = "List managed systems, partitions and profiles",
	.family = PAR_FAMILY_HMC,
	.max_args = PAR_ARGS_ANY, /* more names of -F: listing.c */
	.opts = opts,
	.args_size = sizeof(struct lssyscfg_args),
	.run = lssyscfg_run,
};
