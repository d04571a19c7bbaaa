/* SPDX-License-Identifier: Apache-2.0 */
/* wparctl image: the store of system images, from which versioned WPARs are made. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/images.h"
#include "wparctl/operations/operation.h"
#include "wparctl/versioned/manifest.h"
#include "wparctl/versioned/versioned.h"

#include "lpard/common/json.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#define SHOWN_DIGITS 12

struct image_args {
	bool json, unused;
};

static const struct par_opt opts[] = {
	OPT_FLAG('u', "unused", struct image_args, unused,
		 "With rm: all images that no workload partition uses, what killed commands have "
		 "left, and layers that are out of date"),
	OPT_FLAG(0, "json", struct image_args, json, "With ls and verify: as JSON"),
	{ 0 },
};

static const char *state_of(const struct wpar_stored_image *m)
{
	if (m->remainder)
		return m->busy ? "being made" : "unfinished";
	if (!m->data.version.os_name)
		return "no description";
	return m->wpars.n ? "in use" : m->unknown_users ? "unknown" : "unused";
}

static void print_row(const struct wpar_stored_image *m, FILE *out)
{
	const struct wpar_version *v = &m->data.version;
	char taken[PAR_UTC_SIZE];

	par_utc_text(m->taken_s, taken);
	fprintf(out, "%-*.*s %-10s %-20s %-10s %-8s %9" PRIu64 " %s ", SHOWN_DIGITS, SHOWN_DIGITS,
		m->digest, state_of(m), v->os_name ? v->os_name : "-",
		v->os_level ? v->os_level : "-", v->architecture ? v->architecture : "-",
		(m->kib + 1023) >> 10, taken);
	for (size_t i = 0; i < m->wpars.n; i++)
		fprintf(out, "%s%s", i ? "," : "", m->wpars.v[i]);
	fputs(m->wpars.n ? "\n" : "-\n", out);
}

static int put_row(struct json_object *list, const struct wpar_stored_image *m)
{
	struct json_object *o = json_object_new_object();
	const struct wpar_version *v = &m->data.version;
	char taken[PAR_UTC_SIZE];

	if (!o || json_object_array_add(list, o) < 0) {
		json_object_put(o);
		return -ENOMEM;
	}
	par_utc_text(m->taken_s, taken);
	par_json_put_string(o, "digest", m->digest);
	par_json_put_string(o, "state", state_of(m));
	par_json_put_string(o, "os_name", v->os_name);
	par_json_put_string(o, "os_id", v->os_id);
	par_json_put_string(o, "os_level", v->os_level);
	par_json_put_string(o, "architecture", v->architecture);
	par_json_put(o, "kib", json_object_new_uint64(m->kib));
	par_json_put_string(o, "taken", taken);
	return par_json_put_strv(o, "wpars", m->wpars.v, m->wpars.n);
}

static int print_list(const struct wpar_stored_images *l, bool json, FILE *out,
		      struct par_error **err)
{
	auto_json list = json_object_new_array();

	if (!list)
		return par_oom(err);
	for (size_t i = 0; json && i < l->n; i++) {
		if (put_row(list, &l->v[i]) < 0)
			return par_oom(err);
	}
	if (json) {
		par_json_print(out, list);
		return 0;
	}
	fprintf(out, "%-*s %-10s %-20s %-10s %-8s %9s %-20s %s\n", SHOWN_DIGITS, "IMAGE", "STATE",
		"SYSTEM", "LEVEL", "ARCH", "SIZE (MB)", "TAKEN", "WPARS");
	for (size_t i = 0; i < l->n; i++)
		print_row(&l->v[i], out);
	return 0;
}

static int remove_unused(const struct wpar_stored_images *l, FILE *out, struct par_error **err)
{
	const unsigned int remains = wpar_images_clear();

	for (size_t i = 0; i < l->n; i++) {
		const struct wpar_stored_image *m = &l->v[i];
		const bool unused = wpar_images_is_unused(m);
		int r = m->remainder ? 0
			: unused     ? wpar_images_remove(m, err)
				     : wpar_images_tidy(m, err);

		if (r < 0)
			return r;
		if (unused)
			fprintf(out, "removed %s\n", m->digest);
		else if (r > 0)
			fprintf(out, "removed %d old layers of %s\n", r, m->digest);
	}
	if (remains)
		fprintf(out, "removed %u unfinished images\n", remains);
	return 0;
}

static int remove_named(const struct wpar_stored_images *l, int argc, char **argv,
			struct par_error **err)
{
	for (int i = 0; i < argc; i++) {
		const struct wpar_stored_image *m;
		int r = wpar_stored_image_find(l, argv[i], &m, err);

		if (r < 0)
			return r;
		r = wpar_images_remove(m, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* One verification: its lines, or its object. */
struct verification {
	const struct wpar_stored_image *image;
	FILE *out;
	struct json_object *list; /* of what differs; NULL: lines */
};

static void say_difference(void *user, const char *name, const char *how)
{
	const struct verification *v = user;
	struct json_object *o;

	if (!v->list) {
		fprintf(v->out, "%.*s: ./%s: %s\n", SHOWN_DIGITS, v->image->digest, name, how);
		return;
	}
	o = json_object_new_object();
	if (!o || json_object_array_add(v->list, o) < 0) {
		json_object_put(o);
		return;
	}
	par_json_put_string(o, "name", name);
	par_json_put_string(o, "difference", how);
}

static int open_image(const struct wpar_stored_image *m)
{
	autofree char *path = wpar_path(WPAR_STORE_DIR "/images/%s", m->digest);

	return path ? open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
}

/* Returns 0 when all is as it was, 1 when not, or a negative errno. */
static int verify_image(struct verification *v, struct wpar_manifest_report *report,
			struct par_error **err)
{
	autofd int folder = open_image(v->image);
	int r;

	if (folder < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "it cannot be opened");
	if (!v->image->data.version.os_name)
		return par_fail(err, PAR_E_CORRUPT, 0, "its image.data cannot be read");
	r = wpar_manifest_verify(folder, report, err);
	return r < 0 ? r : report->differ > 0;
}

static int put_verified(struct json_object *all, const struct verification *v,
			const struct wpar_manifest_report *report, const char *why)
{
	struct json_object *o = json_object_new_object();

	if (!o || json_object_array_add(all, o) < 0) {
		json_object_put(o);
		return -ENOMEM;
	}
	par_json_put_string(o, "digest", v->image->digest);
	par_json_put(o, "verified", json_object_new_boolean(!why && report->differ == 0));
	par_json_put(o, "files", json_object_new_uint64(report->files));
	par_json_put_string(o, "error", why);
	return par_json_put(o, "differences", json_object_get(v->list));
}

/* Returns 1 when it is not as it was, and says so. */
static int verify_one(const struct wpar_stored_image *m, struct json_object *all, FILE *out)
{
	auto_json list = all ? json_object_new_array() : NULL;
	struct verification v = { .image = m, .out = out, .list = list };
	struct wpar_manifest_report report = { .differs = say_difference, .user = &v };
	auto_error why = NULL;
	int r = verify_image(&v, &report, &why);

	if (all)
		return put_verified(all, &v, &report, r < 0 ? par_error_text(why) : NULL) < 0 ||
		       r != 0;
	if (r < 0)
		fprintf(out, "%.*s: %s\n", SHOWN_DIGITS, m->digest, par_error_text(why));
	else if (r > 0)
		fprintf(out, "%.*s: %" PRIu64 " of %" PRIu64 " files differ\n", SHOWN_DIGITS,
			m->digest, report.differ, report.files);
	else
		fprintf(out, "%.*s: %" PRIu64 " files are as they were\n", SHOWN_DIGITS, m->digest,
			report.files);
	return r != 0;
}

static int verify_images(const struct wpar_stored_images *l, const struct par_cmd_ctx *ctx,
			 bool json, struct par_error **err)
{
	auto_json all = json ? json_object_new_array() : NULL;
	const int named = ctx->argc - 1;
	int status = 0;

	for (int i = 0; i < named; i++) {
		const struct wpar_stored_image *m;
		int r = wpar_stored_image_find(l, ctx->argv[i + 1], &m, err);

		if (r < 0)
			return r;
		status |= verify_one(m, all, ctx->out);
	}
	for (size_t i = 0; named == 0 && i < l->n; i++) {
		if (!l->v[i].remainder)
			status |= verify_one(&l->v[i], all, ctx->out);
		else if (!json)
			fprintf(ctx->out, "%s: %s\n", l->v[i].digest, state_of(&l->v[i]));
		status |= l->v[i].remainder && !l->v[i].busy;
	}
	if (json)
		par_json_print(ctx->out, all);
	return status;
}

static int image_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct image_args *a = args;
	const char *what = ctx->argv[0];
	const bool ls = strcmp(what, "ls") == 0, rm = strcmp(what, "rm") == 0;
	auto_stored_images list = { 0 };
	int r;

	if (!ls && !rm && strcmp(what, "verify") != 0)
		return par_fail(err, PAR_E_USAGE, 0, "'%s' is none of ls, rm and verify", what);
	if ((ls && ctx->argc > 1) || (a->unused && !rm) || (a->json && rm))
		return par_fail(err, PAR_E_USAGE, 0,
				"-u belongs to rm, --json to ls and verify, digests to rm and "
				"verify");
	if (rm && a->unused == (ctx->argc > 1))
		return par_fail(err, PAR_E_USAGE, 0, "give the digests of images to rm, or -u");
	r = wpar_need_root(err);
	if (r < 0)
		return r;
	r = wpar_stored_images_get(ls, &list, err);
	if (r < 0)
		return r;
	if (ls)
		return print_list(&list, a->json, ctx->out, err);
	if (rm)
		return a->unused ? remove_unused(&list, ctx->out, err)
				 : remove_named(&list, ctx->argc - 1, ctx->argv + 1, err);
	return verify_images(&list, ctx, a->json, err);
}

const struct par_cmd wpar_cmd_image = {
	.name = "image",
	.shown = "wparctl image",
	.synopsis = "ls|rm|verify [DIGEST…]",
	.summary = "Show, remove and verify the images of old systems",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = PAR_ARGS_ANY,
	.opts = opts,
	.args_size = sizeof(struct image_args),
	.run = image_run,
	.operand_values = "ls|rm|verify",
};
