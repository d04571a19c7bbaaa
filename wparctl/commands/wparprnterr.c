/* SPDX-License-Identifier: Apache-2.0 */
/* wparprnterr: print what wparerr has left in a WPAR's buffer of errors, and empty it. */
#include "wparctl/commands/commands.h"
#include "wparctl/spec/error_buffer.h"
#include "wparctl/operations/operation.h"

#include "lpard/common/json.h"

struct wparprnterr_args {
	bool json;
};

static const struct par_opt opts[] = {
	OPT_FLAG(0, "json", struct wparprnterr_args, json, "As a JSON list"), { 0 }
};

static int print_json(const struct par_buf *text, FILE *out, struct par_error **err)
{
	auto_json list = json_object_new_array();
	auto_strv lines = { 0 };

	if (!list || (text->len && par_strv_split(&lines, text->data, '\n') < 0))
		return par_oom(err);
	/* Behind the last line's end there is nothing more. */
	for (size_t i = 0; i + 1 < lines.n; i++) {
		struct json_object *line = json_object_new_string(lines.v[i]);

		if (!line || json_object_array_add(list, line) < 0) {
			json_object_put(line);
			return par_oom(err);
		}
	}
	par_json_print(out, list);
	return 0;
}

static int wparprnterr_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct wparprnterr_args *a = args;
	auto_buf text = { 0 };
	auto_spec s = { 0 };
	int r = wpar_need_root(err);

	if (r < 0)
		return r;
	r = wpar_spec_load(ctx->argv[0], &s, err);
	if (r < 0)
		return r;
	r = wpar_error_buffer_take(s.name, &text, err);
	if (r < 0)
		return r;
	if (a->json)
		return print_json(&text, ctx->out, err);
	fputs(text.data ? text.data : "", ctx->out);
	return 0;
}

const struct par_cmd wpar_cmd_wparprnterr = {
	.name = "wparprnterr",
	.synopsis = "NAME",
	.summary = "Print and forget the error messages in the buffer of a workload partition",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.args_size = sizeof(struct wparprnterr_args),
	.run = wparprnterr_run,
	.operand_values = "@wpars",
};
