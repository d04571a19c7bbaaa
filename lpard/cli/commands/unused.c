/* SPDX-License-Identifier: Apache-2.0 */
/* hmc unused - volumes that nothing needs, and with --remove away with them */
#include "lpard/cli/client.h"
#include "lpard/cli/columns.h"
#include "lpard/cli/commands/commands.h"

#define VOLUMES_MAX 1000000

struct unused_args {
	const char *system;
	bool remove;
};

static const struct par_opt opts[] = {
	OPT_STR('m', NULL, "SYSTEM", struct unused_args, system,
		"The managed system; may be left out when there is one or LPARD_SYSTEM is set",
		.values = "@systems"),
	OPT_FLAG(0, "remove", struct unused_args, remove, "Remove what is listed"),
	{ 0 },
};

static const struct cli_column columns[] = { { "Volume", false }, { "Size", true } };

static int print(FILE *out, struct json_object *answer, bool removed, struct par_error **err)
{
	auto_columns c = cli_columns_new(columns, PAR_ARRAY_SIZE(columns));
	struct json_object *volumes = NULL;
	int r = c ? par_json_array(answer, "volumes", true, VOLUMES_MAX, &volumes, err)
		  : par_oom(err);
	size_t n = r == 0 ? json_object_array_length(volumes) : 0;

	for (size_t i = 0; i < n; i++) {
		struct json_object *o = json_object_array_get_idx(volumes, i);
		const char *name = "";
		uint64_t bytes = 0;
		char size[16];

		r = par_json_string(o, "name", true, &name, err);
		if (r < 0)
			return r;
		r = par_json_u64(o, "bytes", true, INT64_MAX, &bytes, err);
		if (r < 0)
			return r;
		cli_put_size(size, bytes);
		if (cli_columns_add(c, (const char *const[]){ name, size }, 0, CLI_PLAIN) < 0)
			return par_oom(err);
	}
	if (r < 0)
		return r;
	if (n == 0)
		fputs("There is nothing that is not needed.\n", out);
	else
		cli_columns_print(c, out, false);
	if (n > 0 && removed)
		fprintf(out, "\n%zu removed.\n", n);
	return 0;
}

static int unused_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct unused_args *a = args;
	auto_json params = json_object_new_object();
	auto_json answer = NULL;
	autofree char *system = NULL;
	int r = cli_system(a->system, &system, err);

	if (r < 0)
		return r;
	if (par_json_put_string(params, "system", system) < 0)
		return par_oom(err);
	r = cli_call(a->remove ? "RemoveUnused" : "ListUnused", take_ptr(params), &answer, err);
	return r < 0 ? r : print(ctx->out, answer, a->remove, err);
}

const struct par_cmd cmd_unused = {
	.name = "unused",
	.shown = "hmc unused",
	.synopsis = "",
	.summary = "Disks and images' files that nothing needs any more",
	.family = PAR_FAMILY_OWN,
	.opts = opts,
	.args_size = sizeof(struct unused_args),
	.run = unused_run,
};
