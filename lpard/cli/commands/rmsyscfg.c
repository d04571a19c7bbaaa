/* SPDX-License-Identifier: Apache-2.0 */
/* rmsyscfg - remove partitions (with their disks) and profiles */
#include "lpard/cli/commands/commands.h"
#include "lpard/cli/client.h"

#include <string.h>

struct rmsyscfg_args {
	const char *resource, *system;
	const char *name, *id;
	const char *lpar;
	bool vioscfg, vdisks, force;
};

static const struct par_opt opts[] = {
	OPT_STR('r', NULL, "RESOURCE", struct rmsyscfg_args, resource,
		"What to remove: lpar or prof", .values = "lpar|prof", .required = true),
	OPT_STR('m', NULL, "SYSTEM", struct rmsyscfg_args, system,
		"The managed system, by name or TYPE-MODEL*SERIAL", .values = "@systems",
		.required = true),
	OPT_STR('n', NULL, "NAME", struct rmsyscfg_args, name,
		"The partition, or with -r prof the profile", .values = "@lpars"),
	OPT_STR(0, "id", "ID", struct rmsyscfg_args, id, "The partition by its id"),
	OPT_STR('p', NULL, "LPAR", struct rmsyscfg_args, lpar,
		"With -r prof: the partition that has it", .values = "@lpars"),
	OPT_STR('l', NULL, "LPAR", struct rmsyscfg_args, lpar, NULL),
	/* Here a partition's disks always go with it. */
	OPT_FLAG(0, "vioscfg", struct rmsyscfg_args, vioscfg,
		 "Accepted: storage of the partition goes with it anyway"),
	OPT_FLAG(0, "vdisks", struct rmsyscfg_args, vdisks, "Accepted, likewise"),
	OPT_FLAG(0, "vdisk", struct rmsyscfg_args, vdisks, NULL),
	OPT_FLAG(0, "force", struct rmsyscfg_args, force,
		 "With -r lpar: also a suspended partition, whose saved memory is lost"),
	{ 0 },
};

static int rmsyscfg_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct rmsyscfg_args *a = args;
	bool prof = par_streq(a->resource, "prof");
	auto_json params = json_object_new_object();
	struct cli_missing m = { 0 };
	int r;

	(void)ctx;
	cli_need(&m, prof || par_streq(a->resource, "lpar"), "-r");
	cli_need(&m, !prof || !a->force, "--force");
	if (prof) {
		cli_need(&m, a->name, "-n");
		cli_need(&m, !a->lpar != !a->id, "-p");
	} else {
		cli_need(&m, !a->name != !a->id, "-n");
	}
	r = cli_needs_met(&m, err);
	if (r < 0)
		return r;
	if (par_json_put_string(params, "resource", a->resource) < 0 ||
	    par_json_put_string(params, "system", a->system) < 0 ||
	    (prof && par_json_put_string(params, "profile", a->name) < 0))
		return par_oom(err);
	if (a->force && par_json_put(params, "force", json_object_new_boolean(true)) < 0)
		return par_oom(err);
	r = cli_put_lpar(params, prof ? a->lpar : a->name, a->id, err);
	if (r < 0)
		return r;
	return cli_call("Remove", take_ptr(params), NULL, err);
}

const struct par_cmd cmd_rmsyscfg = {
	.name = "rmsyscfg",
	.synopsis = "",
	.summary = "Remove partitions and profiles",
	.family = PAR_FAMILY_HMC,
	.opts = opts,
	.args_size = sizeof(struct rmsyscfg_args),
	.run = rmsyscfg_run,
};
