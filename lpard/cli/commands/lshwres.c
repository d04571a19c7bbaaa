/* SPDX-License-Identifier: Apache-2.0 */
/* lshwres - list the hardware of a system and of its partitions: memory, processors, adapters */
#include "lpard/cli/commands/commands.h"
#include "lpard/cli/listing.h"

#include <string.h>

struct lshwres_args {
	const char *resource, *subtype, *level;
	const char *system;
	struct listing_args listing;
};

static const struct par_opt opts[] = {
	OPT_STR('r', NULL, "RESOURCE", struct lshwres_args, resource,
		"What to list: mem, proc, procpool, virtualio; of io, mempool, rspool and sriov there "
		"is nothing",
		.values = "mem|proc|procpool|virtualio|io|mempool|rspool|sriov", .required = true),
	OPT_STR(0, "rsubtype", "TYPE", struct lshwres_args, subtype,
		"With virtualio: eth, scsi, serial, fc, slot, vswitch or vnetwork; vnic, vnicbkdev; "
		"with io: slot, unit, bus, iopool; with sriov: adapter, physport, logport",
		.values = "eth|scsi|serial|fc|slot|vnic|vnicbkdev|vswitch|vnetwork|unit|bus|"
			  "iopool|taggedio|adapter|physport|logport"),
	OPT_STR(0, "level", "LEVEL", struct lshwres_args, level,
		"Of what: lpar (each partition) or sys (the whole system); proc also pool, slot also "
		"slot",
		.values = "lpar|sys|pool|slot"),
	OPT_STR('m', NULL, "SYSTEM", struct lshwres_args, system,
		"The managed system, by name or TYPE-MODEL*SERIAL", .values = "@systems",
		.required = true),
	LISTING_OPTS(struct lshwres_args),
	{ 0 },
};

static int put_text(struct json_object *params, const char *key, const char *value)
{
	return value ? par_json_put_string(params, key, value) : 0;
}

/* Which subtypes and levels a resource has, lpard knows. */
static int lshwres_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	static const char *const of_lssyscfg[] = { "sys",   "lpar", "prof",   "sysprof",
						   "frame", "cage", "refcode" };
	const struct lshwres_args *a = args;
	struct json_object *params;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(of_lssyscfg); i++) {
		if (strcmp(a->resource, of_lssyscfg[i]) == 0)
			return cli_missing(err, "-r");
	}
	params = json_object_new_object();
	if (put_text(params, "resource", a->resource) < 0 ||
	    put_text(params, "subtype", a->subtype) < 0 ||
	    put_text(params, "level", a->level) < 0 || put_text(params, "system", a->system) < 0) {
		json_object_put(params);
		return par_oom(err);
	}
	return cli_listing_run(ctx, &a->listing, params, err);
}

const struct par_cmd cmd_lshwres = {
	.name = "lshwres",
	.synopsis = "",
	.summary = "List memory, processors and adapters of a system or of its partitions",
	.family = PAR_FAMILY_HMC,
	.max_args = PAR_ARGS_ANY, /* more names of -F: listing.c */
	.opts = opts,
	.args_size = sizeof(struct lshwres_args),
	.run = lshwres_run,
};
