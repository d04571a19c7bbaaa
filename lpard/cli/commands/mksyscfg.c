/* SPDX-License-Identifier: Apache-2.0 */
/* mksyscfg - create partitions and profiles, or save a partition's configuration as a profile */
#include "lpard/cli/commands/commands.h"
#include "lpard/cli/records.h"

#include <string.h>

struct mksyscfg_args {
	const char *resource, *system;
	const char *data, *file;
	const char *operation;
	const char *lpar, *id, *profile;
	bool force, attributes;
};

static const struct par_opt opts[] = {
	OPT_STR('r', NULL, "RESOURCE", struct mksyscfg_args, resource,
		"What to create: lpar (with its default profile) or prof", .values = "lpar|prof",
		.required = true),
	OPT_STR('m', NULL, "SYSTEM", struct mksyscfg_args, system,
		"The managed system, by name or TYPE-MODEL*SERIAL", .values = "@systems",
		.required = true),
	OPT_STR('i', NULL, "DATA", struct mksyscfg_args, data,
		"Configuration data: \"name=value,name=value…\"", .values = "@attributes"),
	OPT_STR('f', NULL, "FILE", struct mksyscfg_args, file,
		"Read configuration data from FILE, one record per line", .values = "@files"),
	OPT_STR('o', NULL, "save", struct mksyscfg_args, operation,
		"With -r prof: save the current configuration as a profile", .values = "save"),
	OPT_STR('p', NULL, "LPAR", struct mksyscfg_args, lpar, "With -o save: of this partition",
		.values = "@lpars"),
	OPT_STR(0, "id", "ID", struct mksyscfg_args, id, "With -o save: the partition by its id"),
	OPT_STR('n', NULL, "PROFILE", struct mksyscfg_args, profile,
		"With -o save: the name of the profile"),
	OPT_FLAG(0, "force", struct mksyscfg_args, force,
		 "With -o save: overwrite the profile if it is there"),
	OPT_FLAG(0, "attributes", struct mksyscfg_args, attributes,
		 "Only print the names that DATA can have, one a line"),
	{ 0 },
};

static int mksyscfg_save(const struct mksyscfg_args *a, struct json_object *params,
			 struct par_error **err)
{
	struct cli_missing m = { 0 };
	int r;

	cli_need(&m, strcmp(a->operation, "save") == 0 && strcmp(a->resource, "prof") == 0, "-o");
	cli_need(&m, !a->lpar != !a->id, "-p");
	cli_need(&m, a->profile, "-n");
	r = cli_needs_met(&m, err);
	if (r < 0)
		return r;
	r = cli_put_lpar(params, a->lpar, a->id, err);
	if (r < 0)
		return r;
	if (par_json_put_string(params, "profile", a->profile) < 0 ||
	    par_json_put(params, "force", json_object_new_boolean(a->force)) < 0)
		return par_oom(err);
	return cli_call("Save", json_object_get(params), NULL, err);
}

static int mksyscfg_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct mksyscfg_args *a = args;
	auto_json params = json_object_new_object();
	struct cli_missing m = { 0 };
	int r;

	cli_need(&m, par_streq(a->resource, "lpar") || par_streq(a->resource, "prof"), "-r");
	cli_need(&m, a->attributes || a->operation || !a->data != !a->file, "-i,-f");
	r = cli_needs_met(&m, err);
	if (r < 0)
		return r;
	if (a->attributes)
		return cli_print_settable(ctx->out, a->resource, "create", err);
	if (par_json_put_string(params, "system", a->system) < 0)
		return par_oom(err);
	if (a->operation) {
		r = cli_no_operands(ctx, err);
		return r < 0 ? r : mksyscfg_save(a, params, err);
	}
	if (par_json_put_string(params, "resource", a->resource) < 0)
		return par_oom(err);
	return cli_records_send(ctx, "Create", params, a->data, a->file, err);
}

const struct par_cmd cmd_mksyscfg = {
	.name = "mksyscfg",
	.synopsis = "",
	.summary = "Create partitions and profiles",
	.family = PAR_FAMILY_HMC,
	.max_args = PAR_ARGS_ANY, /* more words of -i: records.c */
	.opts = opts,
	.args_size = sizeof(struct mksyscfg_args),
	.run = mksyscfg_run,
};
