/* SPDX-License-Identifier: Apache-2.0 */
/*
 * oslevel: the level of the system that it is called in.  A versioned WPAR has one of its own
 * (versioned/launcher.c), which says the level of the image.
 */
#include "wparctl/commands/commands.h"

#include "lpard/common/json.h"
#include "lpard/common/text.h"
#include "wparctl/spec/level.h"

#include <string.h>

struct oslevel_args {
	bool maintenance, service, json;
};

static const struct par_opt opts[] = {
	OPT_FLAG('r', NULL, struct oslevel_args, maintenance,
		 "The same: Linux has no technology levels"),
	OPT_FLAG('s', NULL, struct oslevel_args, service, "The same: Linux has no service packs"),
	OPT_FLAG(0, "json", struct oslevel_args, json, "As a JSON object"),
	{ 0 },
};

static int oslevel_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct oslevel_args *a = args;
	auto_json o = NULL;
	char level[WPAR_LEVEL_MAX];

	if (!wpar_level_here(level))
		return par_fail(
			err, PAR_E_NOT_FOUND, 0,
			"the level is not known: there is no VERSION_ID in /etc/os-release");
	par_text_clean(level, sizeof(level) - 1, PAR_TEXT_LINE);
	if (!a->json) {
		fprintf(ctx->out, "%s\n", level);
		return 0;
	}
	o = json_object_new_object();
	if (!o || par_json_put_string(o, "level", level) < 0)
		return par_oom(err);
	par_json_print(ctx->out, o);
	return 0;
}

const struct par_cmd wpar_cmd_oslevel = {
	.name = "oslevel",
	.synopsis = "",
	.summary = "Show the level of the operating system",
	.family = PAR_FAMILY_AIX,
	.opts = opts,
	.args_size = sizeof(struct oslevel_args),
	.run = oslevel_run,
};
