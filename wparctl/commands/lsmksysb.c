/* SPDX-License-Identifier: Apache-2.0 */
/* lsmksysb: what is in a system image, and whether WPARs can be made of it here. */
#include "wparctl/commands/commands.h"

#include "lpard/common/json.h"
#include "lpard/common/text.h"
#include "wparctl/versioned/here.h"
#include "wparctl/versioned/source.h"

#include <inttypes.h>
#include <string.h>

struct lsmksysb_args {
	bool info, packages, colon, json;
	const char *file;
};

static const struct par_opt opts[] = {
	OPT_FLAG('c', NULL, struct lsmksysb_args, colon, "Separated by colons (with -l and -L)"),
	OPT_STR('f', NULL, "IMAGE", struct lsmksysb_args, file, "The image: a file or a directory",
		.required = true, .values = "@files"),
	OPT_FLAG('l', NULL, struct lsmksysb_args, info,
		 "What system it is, its file systems, and whether it works here"),
	OPT_FLAG('L', NULL, struct lsmksysb_args, packages, "The packages that were installed"),
	OPT_FLAG(0, "json", struct lsmksysb_args, json, "As JSON"),
	{ 0 },
};

/* All that is known of the image. */
struct image {
	const struct lsmksysb_args *args;
	FILE *out;
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

static const char *or_dash(const char *s)
{
	return s && *s ? s : "-";
}

/* A name of the archive's: it may have any byte, and reaches a terminal. */
static void print_member(void *user, const struct wpar_scan_member *m)
{
	const struct image *image = user;
	autofree char *name = strdup(m->name);

	if (!name)
		return;
	par_text_clean(name, strlen(name), PAR_TEXT_LINE);
	fprintf(image->out, "%11" PRIu64 " ./%s\n", m->size, strcmp(name, ".") == 0 ? "" : name);
}

static void print_file_systems(const struct image *m)
{
	if (m->args->colon)
		fputs("#FileSystem:Type:SizeMB:UsedMB:MountPoint\n", m->out);
	else
		fputs("\nrootvg:\nFILE SYSTEM         TYPE       SIZE (MB)  USED (MB)  MOUNT POINT\n",
		      m->out);
	for (size_t i = 0; i < m->data.n_file_systems; i++) {
		const struct wpar_image_file_system *f = &m->data.file_systems[i];

		fprintf(m->out,
			m->args->colon ? "%s:%s:%" PRIu64 ":%" PRIu64 ":%s\n"
				       : "%-19s %-10s %-10" PRIu64 " %-10" PRIu64 " %s\n",
			or_dash(f->device), or_dash(f->type), f->size / 2048, f->used / 2048,
			or_dash(f->name));
	}
}

static void print_system(const struct image *m)
{
	const struct wpar_version *v = &m->data.version;
	uint64_t size = m->data.n_file_systems ? 0 : m->data.size_kib;

	for (size_t i = 0; i < m->data.n_file_systems; i++)
		size += m->data.file_systems[i].size / 2;
	fprintf(m->out, "VOLUME GROUP:           rootvg\n");
	fprintf(m->out, "BACKUP DATE AND TIME:   %s\n", or_dash(m->data.created));
	fprintf(m->out, "UNAME INFO:             %s %s %s %s %s\n", or_dash(v->os_name),
		or_dash(m->data.host), or_dash(v->kernel_release), or_dash(v->kernel_version),
		or_dash(v->architecture));
	fprintf(m->out, "BACKUP OSLEVEL:         %s\n", or_dash(v->os_level));
	fprintf(m->out, "BACKUP SIZE (MB):       %" PRIu64 "\n", size / 1024);
	fprintf(m->out, "SHRINK SIZE (MB):       %" PRIu64 "\n", m->scan.bytes >> 20);
	fprintf(m->out, "VG DATA ONLY:           no\n");
}

static void print_fit(const struct image *m)
{
	fprintf(m->out,
		m->args->colon ? "#Result:Aspect:Image:Here:Remark\n" : "\nCOMPATIBILITY:\n");
	for (size_t i = 0; i < m->fit.n; i++) {
		const struct wpar_fit_row *r = &m->fit.v[i];

		if (m->args->colon) {
			fprintf(m->out, "%s:%s:%s:%s:%s\n", wpar_fit_word(r->fit), r->aspect,
				r->image ? r->image : "", r->here ? r->here : "",
				r->text ? r->text : "");
			continue;
		}
		fprintf(m->out, "%-5s %-17s %s%s%s\n", wpar_fit_word(r->fit), r->aspect,
			or_dash(r->image), r->here ? ", here " : "", r->here ? r->here : "");
		if (r->text)
			fprintf(m->out, "%23s %s\n", "", r->text);
	}
}

static void print_info(const struct image *m)
{
	if (m->has_data && !m->args->colon)
		print_system(m);
	if (m->data.n_file_systems > 0)
		print_file_systems(m);
	print_fit(m);
}

static void print_packages(const struct image *m)
{
	if (m->args->colon)
		fputs("#Fileset:Level:Architecture\n", m->out);
	else
		fprintf(m->out, "  %-42s %-28s %s\n", "Fileset", "Level", "Architecture");
	for (size_t i = 0; i < m->data.packages.n; i++) {
		char name[256] = "", level[256] = "", architecture[64] = "";

		sscanf(m->data.packages.v[i], "%255s %255s %63s", name, level, architecture);
		fprintf(m->out, m->args->colon ? "%s:%s:%s\n" : "  %-42s %-28s %s\n", name, level,
			architecture);
	}
}

static struct json_object *json_file_systems(const struct image *m)
{
	struct json_object *list = par_check_alloc(json_object_new_array());

	for (size_t i = 0; i < m->data.n_file_systems; i++) {
		const struct wpar_image_file_system *f = &m->data.file_systems[i];
		struct json_object *o = par_check_alloc(json_object_new_object());

		par_json_put_string(o, "mountpoint", f->name ? f->name : "");
		par_json_put_string(o, "device", f->device ? f->device : "");
		par_json_put_string(o, "type", f->type ? f->type : "");
		par_json_put(o, "size_kb", json_object_new_uint64(f->size / 2));
		par_json_put(o, "used_kb", json_object_new_uint64(f->used / 2));
		json_object_array_add(list, o);
	}
	return list;
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
	par_json_put(o, "file_systems", json_file_systems(m));
	if (m->data.package_manager)
		par_json_put_string(o, "package_manager", m->data.package_manager);
	par_json_put_strv(o, "packages", m->data.packages.v, m->data.packages.n);
	par_json_put(o, "usable", json_object_new_boolean(wpar_fit_worst(&m->fit) != WPAR_FIT_NO));
	par_json_put(o, "compatibility", json_fit(m));
	par_json_print(m->out, o);
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

static int look(struct image *m, struct par_error **err)
{
	const bool list = !m->args->info && !m->args->packages && !m->args->json;
	int r = wpar_scan(m->args->file, NULL, 0, list ? print_member : NULL, m, &m->scan, err);

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
				m->args->file);
	if (m->args->json)
		print_json(m);
	else if (m->args->packages)
		print_packages(m);
	else
		print_info(m);
	return 0;
}

static int lsmksysb_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	struct image m = { .args = args, .out = ctx->out };
	int r;

	if (m.args->info && m.args->packages)
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
