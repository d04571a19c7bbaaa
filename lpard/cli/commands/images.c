/* SPDX-License-Identifier: Apache-2.0 */
/* hmc images - which boot images there are, and which LPAR starts from which */
#include "lpard/cli/client.h"
#include "lpard/cli/columns.h"
#include "lpard/cli/commands/commands.h"

#define IMAGES_MAX 4096
#define LPARS_MAX  65536

struct images_args {
	bool json;
};

static const struct par_opt opts[] = {
	OPT_FLAG(0, "json", struct images_args, json, "As a JSON array of objects"),
	{ 0 },
};

static const struct cli_column columns[] = {
	{ "Image", false }, { "System", false }, { "Kernel", false },
	{ "Pages", true },  { "Size", true },	 { "LPARs", false },
};

/* "lpar01, lpar02" - with the system's name in front where there are several systems */
static int put_lpars(struct json_object *lpars, struct par_buf *b, struct par_error **err)
{
	for (size_t i = 0; i < json_object_array_length(lpars); i++) {
		struct json_object *o = json_object_array_get_idx(lpars, i);
		const char *system = "", *lpar = "";
		int r = par_json_string(o, "system", true, &system, err);

		if (r < 0)
			return r;
		r = par_json_string(o, "lpar", true, &lpar, err);
		if (r < 0)
			return r;
		par_buf_printf(b, "%s%s/%s", i ? ", " : "", system, lpar);
	}
	return b->failed ? par_oom(err) : 0;
}

static int add_image(struct cli_columns *c, struct json_object *o, struct par_error **err)
{
	const char *name = "", *os = "", *version = "", *kernel = "", *damage = NULL;
	uint64_t page_size = 0, bytes = 0;
	struct json_object *lpars = NULL;
	bool is_default = false;
	auto_buf first = { 0 }, system = { 0 }, users = { 0 };
	char pages[32] = "", size[16];
	int r = par_json_string(o, "name", true, &name, err);

	if (r < 0)
		return r;
	r = par_json_string(o, "os", true, &os, err);
	if (r < 0)
		return r;
	r = par_json_string(o, "version", true, &version, err);
	if (r < 0)
		return r;
	r = par_json_string(o, "kernel", true, &kernel, err);
	if (r < 0)
		return r;
	r = par_json_u64(o, "page_size", true, UINT32_MAX, &page_size, err);
	if (r < 0)
		return r;
	r = par_json_u64(o, "bytes", true, INT64_MAX, &bytes, err);
	if (r < 0)
		return r;
	r = par_json_bool(o, "is_default", true, &is_default, err);
	if (r < 0)
		return r;
	r = par_json_string(o, "damage", false, &damage, err);
	if (r < 0)
		return r;
	r = par_json_array(o, "lpars", true, LPARS_MAX, &lpars, err);
	if (r < 0)
		return r;
	r = put_lpars(lpars, &users, err);
	if (r < 0)
		return r;
	par_buf_printf(&first, "%s%s", name, is_default ? " (default)" : "");
	/* The reason is too long for a column: damaged images are explained below the table. */
	if (damage)
		par_buf_puts(&system, "damaged");
	else
		par_buf_printf(&system, "%s %s", os, version);
	if (page_size)
		snprintf(pages, sizeof(pages), "%lluK", (unsigned long long)page_size >> 10);
	cli_put_size(size, bytes);
	if (first.failed || system.failed ||
	    cli_columns_add(c,
			    (const char *const[]){ first.data, system.data, kernel, pages,
						   damage ? "" : size, users.data },
			    1, damage ? CLI_BAD : CLI_PLAIN) < 0)
		return par_oom(err);
	return 0;
}

static int print_damages(struct json_object *images, FILE *out, struct par_error **err)
{
	bool first = true;

	for (size_t i = 0; i < json_object_array_length(images); i++) {
		const char *damage = NULL;
		int r = par_json_string(json_object_array_get_idx(images, i), "damage", false,
					&damage, err);

		if (r < 0)
			return r;
		if (damage)
			fprintf(out, "%s%s\n", first ? "\n" : "", damage);
		first = first && !damage;
	}
	return 0;
}

static int print_images(struct json_object *images, FILE *out, struct par_error **err)
{
	auto_columns c = cli_columns_new(columns, PAR_ARRAY_SIZE(columns));
	size_t n = json_object_array_length(images);

	if (!c)
		return par_oom(err);
	for (size_t i = 0; i < n; i++) {
		int r = add_image(c, json_object_array_get_idx(images, i), err);

		if (r < 0)
			return r;
	}
	if (n == 0)
		fputs("There is no boot image; lpard.conf(5) says where images are looked for.\n",
		      out);
	else
		cli_columns_print(c, out, cli_wants_colour(out));
	return print_damages(images, out, err);
}

static int images_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct images_args *a = args;
	struct json_object *images = NULL;
	auto_json answer = NULL;
	int r = cli_call("ListImages", json_object_new_object(), &answer, err);

	if (r < 0)
		return r;
	r = par_json_array(answer, "images", true, IMAGES_MAX, &images, err);
	if (r < 0)
		return r;
	if (!a->json)
		return print_images(images, ctx->out, err);
	par_json_print(ctx->out, images);
	return 0;
}

const struct par_cmd cmd_images = {
	.name = "images",
	.shown = "hmc images",
	.synopsis = "",
	.summary = "Boot images, and the LPARs that start from each",
	.family = PAR_FAMILY_OWN,
	.opts = opts,
	.args_size = sizeof(struct images_args),
	.run = images_run,
};
