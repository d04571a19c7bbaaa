/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hmc-format TABLE.json OPTION... - print a table as an ls command would, without a daemon
 * Takes -F, --header and --json.
 */
#include "lpard/cli/listing.h"
#include "lpard/common/table.h"

#include <string.h>

static struct json_object *load(const char *path, struct par_error **err)
{
	autofile FILE *f = fopen(path, "re");
	char text[64 * 1024];
	size_t len = f ? fread(text, 1, sizeof(text), f) : 0;
	struct json_object *o = NULL;

	(void)par_json_parse(text, len, &o, err);
	return o;
}

struct format_args {
	struct listing_args listing;
};

static const struct par_opt opts[] = { LISTING_OPTS(struct format_args), { 0 } };

/* The columns asked for: what the daemon does for -F. */
static int pick(struct json_object *table, const struct par_strv *wanted, struct json_object **ret)
{
	struct json_object *names = json_object_object_get(table, "names");
	struct json_object *rows = json_object_object_get(table, "rows");
	struct json_object *made = json_object_new_object(), *lines = json_object_new_array();
	struct json_object *head = json_object_new_array();
	struct json_object *all = json_object_object_get(table, "numbers");
	struct json_object *numbers = json_object_new_array();

	for (size_t k = 0; k < wanted->n; k++) {
		json_object_array_add(head, json_object_new_string(wanted->v[k]));
		for (size_t c = 0; c < json_object_array_length(names); c++) {
			struct json_object *name = json_object_array_get_idx(names, c);

			if (strcmp(json_object_get_string(name), wanted->v[k]) == 0)
				json_object_array_add(
					numbers,
					json_object_get(json_object_array_get_idx(all, c)));
		}
	}
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);
		struct json_object *line = json_object_new_array();

		for (size_t k = 0; k < wanted->n; k++) {
			for (size_t c = 0; c < json_object_array_length(names); c++) {
				struct json_object *name = json_object_array_get_idx(names, c);

				if (strcmp(json_object_get_string(name), wanted->v[k]) == 0)
					json_object_array_add(
						line,
						json_object_get(json_object_array_get_idx(row, c)));
			}
		}
		json_object_array_add(lines, line);
	}
	json_object_object_add(made, "names", head);
	json_object_object_add(made, "rows", lines);
	json_object_object_add(made, "numbers", numbers);
	*ret = made;
	return 0;
}

static int run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct format_args *a = args;
	auto_json table = load(ctx->argv[0], err);
	auto_json picked = NULL;
	auto_strv wanted = { 0 };
	char delimiter = ',';
	int r;

	if (!table)
		return -EINVAL;
	r = par_table_fields(a->listing.fields.value, &wanted, &delimiter, err);
	if (r < 0)
		return r;
	if (wanted.n)
		r = pick(table, &wanted, &picked);
	if (r < 0)
		return r;
	return cli_listing_print(stdout, &a->listing, delimiter, picked ? picked : table, err);
}

static const struct par_cmd cmd = {
	.name = "hmc-format",
	.synopsis = "TABLE",
	.summary = "Print a table",
	.family = PAR_FAMILY_HMC,
	.min_args = 1,
	.max_args = 1,
	.opts = opts,
	.args_size = sizeof(struct format_args),
	.run = run,
};

int main(int argc, char **argv)
{
	return par_cmd_run(&cmd, argc, argv);
}
