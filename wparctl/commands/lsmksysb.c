/* SPDX-License-Identifier: Apache-2.0 */
/* lsmksysb: what is in a system image, and whether WPARs can be made of it here. */
#include "wparctl/commands/commands.h"
#include "wparctl/commands/image_tables.h"
#include "wparctl/versioned/here.h"
#include "wparctl/versioned/source.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

struct lsmksysb_args {
	bool info, packages, colon, json;
	const char *file;
};

static const struct par_opt opts[] = {
	OPT_FLAG('c', NULL, struct lsmksysb_args, colon, "Separated by colons"),
	OPT_STR('f', NULL, "IMAGE", struct lsmksysb_args, file,
		"The image: a file or a directory; -: standard input", .required = true,
		.values = "@files"),
	OPT_FLAG('l', NULL, struct lsmksysb_args, info,
		 "What system it is, its file systems, and whether it works here"),
	OPT_FLAG('L', NULL, struct lsmksysb_args, packages, "The packages that were installed"),
	OPT_FLAG(0, "json", struct lsmksysb_args, json, "As JSON"),
	{ 0 },
};

#define VOLUME_GROUP "rootvg"

/* All that is known of the image. */
struct image {
	const struct lsmksysb_args *args;
	struct wpar_table table;
	struct wpar_scan scan;
	struct wpar_image_data data;
	bool has_data;
	char why[512]; /* it has no data */
	struct wpar_here_facts here;
	struct wpar_fit_rows fit;
};

static void image_done(struct image *m)
{
	wpar_scan_done(&m->scan);
	wpar_image_data_done(&m->data);
	wpar_fit_done(&m->fit);
	wpar_here_done(&m->here);
}

static void print_system(const struct image *m)
{
	wpar_table_system(&m->table, &m->data, VOLUME_GROUP, m->data.created, m->scan.bytes >> 20);
	fprintf(m->table.out, "VG DATA ONLY:           no\n");
}

static void print_fit(const struct image *m)
{
	fprintf(m->table.out,
		m->table.colon ? "#Result:Aspect:Image:Here:Remark\n" : "\nCOMPATIBILITY:\n");
	for (size_t i = 0; i < m->fit.n; i++) {
		const struct wpar_fit_row *r = &m->fit.v[i];

		if (m->table.colon) {
			fprintf(m->table.out, "%s:%s:%s:%s:%s\n", wpar_fit_word(r->fit), r->aspect,
				r->image ? r->image : "", r->here ? r->here : "",
				r->text ? r->text : "");
			continue;
		}
		fprintf(m->table.out, "%-5s %-17s %s%s%s\n", wpar_fit_word(r->fit), r->aspect,
			wpar_or_dash(r->image), r->here ? ", here " : "", r->here ? r->here : "");
		if (r->text)
			fprintf(m->table.out, "%23s %s\n", "", r->text);
	}
}

static void print_info(const struct image *m)
{
	if (m->has_data && !m->table.colon)
		print_system(m);
	if (m->data.n_file_systems > 0)
		wpar_table_file_systems(&m->table, &m->data, VOLUME_GROUP);
	print_fit(m);
}

static struct json_object *json_fit(const struct image *m)
{
	struct json_object *list = par_check_alloc(json_object_new_array());

	for (size_t i = 0; i < m->fit.n; i++) {
		const struct wpar_fit_row *r = &m->fit.v[i];
		struct json_object *o = par_check_alloc(json_object_new_object());

		par_json_put_string(o, "aspect", r->aspect);
		par_json_put_string(o, "result", wpar_fit_word(r->fit));
		par_json_put_string(o, "image", r->image ? r->image : "");
		par_json_put_string(o, "here", r->here ? r->here : "");
		par_json_put_string(o, "remark", r->text ? r->text : "");
		json_object_array_add(list, o);
	}
	return list;
}

static void print_json(const struct image *m)
{
	const struct wpar_version *v = &m->data.version;
	struct json_object *o = par_check_alloc(json_object_new_object());

	par_json_put_string(o, "digest", m->scan.digest);
	par_json_put_string(o, "format", m->scan.format);
	if (m->has_data) {
		par_json_put_string(o, "os_name", v->os_name);
		par_json_put_string(o, "os_id", v->os_id);
		par_json_put_string(o, "os_level", v->os_level);
		par_json_put_string(o, "architecture", v->architecture);
		par_json_put_string(o, "kernel_release",
				    v->kernel_release ? v->kernel_release : "");
		par_json_put_string(o, "kernel_version",
				    v->kernel_version ? v->kernel_version : "");
		par_json_put_string(o, "host", m->data.host ? m->data.host : "");
		par_json_put_string(o, "created", m->data.created ? m->data.created : "");
	}
	par_json_put(o, "members", json_object_new_uint64(m->scan.members));
	par_json_put(o, "bytes", json_object_new_uint64(m->scan.bytes));
	par_json_put(o, "file_systems", wpar_json_file_systems(&m->data));
	if (m->data.package_manager)
		par_json_put_string(o, "package_manager", m->data.package_manager);
	par_json_put_strv(o, "packages", m->data.packages.v, m->data.packages.n);
	par_json_put(o, "usable", json_object_new_boolean(wpar_fit_worst(&m->fit) != WPAR_FIT_NO));
	par_json_put(o, "compatibility", json_fit(m));
	par_json_print(m->table.out, o);
	json_object_put(o);
}

/* One that has no (valid) description can be looked at, too. */
static void read_data(struct image *m)
{
	const struct wpar_image_source src = { .path = m->args->file };
	auto_error err = NULL;

	m->has_data = wpar_image_describe(&src, &m->scan, &m->data, &err) == 0;
	if (!m->has_data)
		snprintf(m->why, sizeof(m->why), "%s", err ? err->msg : "it is not described");
}

static bool is_input(const struct image *m)
{
	return strcmp(m->args->file, "-") == 0;
}

/* As messages have it: "The image …" */
static const char *name_of(const struct image *m)
{
	return is_input(m) ? "on standard input" : m->args->file;
}

static int look(struct image *m, struct par_error **err)
{
	const bool list = !m->args->info && !m->args->packages && !m->args->json;
	const int input = STDIN_FILENO;
	int r = wpar_scan(name_of(m), is_input(m) ? &input : NULL, 0,
			  list ? wpar_table_member : NULL, &m->table, &m->scan, err);

	if (r < 0 || list)
		return r;
	read_data(m);
	wpar_here_get(&m->here);
	wpar_here_for(&m->here, wpar_fit_architecture(&m->scan, m->has_data ? &m->data : NULL));
	r = wpar_fit_plan(&m->scan, m->has_data ? &m->data : NULL, m->why, &m->here.here, &m->fit,
			  err);
	if (r < 0)
		return r;
	if (m->args->packages && !m->args->json && !m->data.package_manager)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "The image %s has no list of packages.",
				name_of(m));
	if (m->args->json)
		print_json(m);
	else if (m->args->packages)
		wpar_table_packages(&m->table, &m->data);
	else
		print_info(m);
	return 0;
}

static int lsmksysb_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct lsmksysb_args *a = args;
	struct image m = { .args = a, .table = { ctx->out, a->colon } };
	int r;

	if (a->info && a->packages)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-l and -L cannot be used together");
	r = look(&m, err);
	image_done(&m);
	return r;
}

const struct par_cmd wpar_cmd_lsmksysb = {
	.name = "lsmksysb",
	.synopsis = "",
	.summary = "Show what is in a system image, and whether it works here",
	.family = PAR_FAMILY_AIX,
	.opts = opts,
	.args_size = sizeof(struct lsmksysb_args),
	.run = lsmksysb_run,
};
