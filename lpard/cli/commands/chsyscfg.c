/* SPDX-License-Identifier: Apache-2.0 */
/* chsyscfg - change partitions and profiles, or apply a profile to a partition */
#include "lpard/cli/commands/commands.h"
#include "lpard/cli/records.h"

#include <string.h>

struct chsyscfg_args {
	const char *resource, *system;
	const char *data, *file;
	const char *operation;
	const char *lpar, *id, *profile;
	bool force, attributes;
};

static const struct par_opt opts[] = {
	OPT_STR('r', NULL, "RESOURCE", struct chsyscfg_args, resource,
		"What to change: lpar or prof", .values = "lpar|prof", .required = true),
	OPT_STR('m', NULL, "SYSTEM", struct chsyscfg_args, system,
		"The managed system, by name or TYPE-MODEL*SERIAL", .values = "@systems",
		.required = true),
	OPT_STR('i', NULL, "DATA", struct chsyscfg_args, data,
		"Configuration data: name= or lpar_id= says which, new_name= renames; "
		"list+=element and list-=element change lists",
		.values = "@attributes"),
	OPT_STR('f', NULL, "FILE", struct chsyscfg_args, file,
		"Read configuration data from FILE, one record per line", .values = "@files"),
	OPT_STR('o', NULL, "apply", struct chsyscfg_args, operation,
		"With -r lpar: make a profile the partition's current configuration",
		.values = "apply"),
	OPT_STR('p', NULL, "LPAR", struct chsyscfg_args, lpar, "With -o apply: the partition",
		.values = "@lpars"),
	OPT_STR(0, "id", "ID", struct chsyscfg_args, id, "With -o apply: the partition by its id"),
	OPT_STR('n', NULL, "PROFILE", struct chsyscfg_args, profile,
		"With -o apply: the profile (default: the partition's default profile)"),
	OPT_FLAG(0, "force", struct chsyscfg_args, force, "Change it even if that has a risk"),
	OPT_FLAG(0, "attributes", struct chsyscfg_args, attributes,
		 "Only print the names that DATA can have, one a line"),
	{ 0 },
};

static int chsyscfg_apply(const struct chsyscfg_args *a, struct json_object *params,
			  struct par_error **err)
{
	struct cli_missing m = { 0 };
	int r;

	cli_need(&m, strcmp(a->operation, "apply") == 0 && strcmp(a->resource, "lpar") == 0, "-o");
	cli_need(&m, !a->lpar != !a->id, "-p");
	r = cli_needs_met(&m, err);
	if (r < 0)
		return r;
	r = cli_put_lpar(params, a->lpar, a->id, err);
	if (r < 0)
		return r;
	if (a->profile && par_json_put_string(params, "profile", a->profile) < 0)
		return par_oom(err);
	return cli_call("Apply", json_object_get(params), NULL, err);
}

static int chsyscfg_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct chsyscfg_args *a = args;
	auto_json params = json_object_new_object();
	struct cli_missing m = { 0 };
	int r;

	cli_need(&m, par_streq(a->resource, "lpar") || par_streq(a->resource, "prof"), "-r");
	cli_need(&m, a->attributes || a->operation || !a->data != !a->file, "-i,-f");
	r = cli_needs_met(&m, err);
	if (r < 0)
		return r;
	if (a->attributes)
		return cli_print_settable(ctx->out, a->resource, "change", err);
	if (par_json_put_string(params, "system", a->system) < 0)
		return par_oom(err);
	if (a->operation) {
		r = cli_no_operands(ctx, err);
		return r < 0 ? r : chsyscfg_apply(a, params, err);
	}
	if (par_json_put_string(params, "resource", a->resource) < 0 ||
	    par_json_put(params, "force", json_object_new_boolean(a->force)) < 0)
		return par_oom(err);
	return cli_records_send(ctx, "Change", params, a->data, a->file, err);
}

const struct par_cmd cmd_chsyscfg = {
	.name = "chsyscfg",
	.synopsis = "",
	.summary = "Change partitions and profiles",
	.family = PAR_FAMILY_HMC,
	.max_args = PAR_ARGS_ANY, /* more words of -i: records.c */
	.opts = opts,
	.args_size = sizeof(struct chsyscfg_args),
	.run = chsyscfg_run,
};
