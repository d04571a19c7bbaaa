/* SPDX-License-Identifier: Apache-2.0 */
/* wparctl overlay: the files of versioned WPARs that are this system's, shown and changed. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/operation.h"
#include "wparctl/versioned/layer_fill.h"
#include "wparctl/versioned/overlay_change.h"
#include "wparctl/versioned/versioned.h"

#include "lpard/common/fs.h"
#include "lpard/common/json.h"

#include <string.h>

struct overlay_args {
	const char *wpar, *add, *remove, *drop, *program, *os, *level, *reason;
	bool json;
};

static const struct par_opt opts[] = {
	OPT_STR('l', NULL, "NAME", struct overlay_args, wpar,
		"What is replaced in this workload partition", .values = "@wpars"),
	OPT_STR('a', NULL, "PATH", struct overlay_args, add,
		"Replace PATH of old systems from their next start on"),
	OPT_STR('r', NULL, "PATH", struct overlay_args, remove,
		"Leave PATH of old systems as it is in their images"),
	OPT_STR('d', NULL, "PATH", struct overlay_args, drop,
		"Take back what -a or -r has said of PATH"),
	OPT_STR('p', NULL, "PROGRAM", struct overlay_args, program,
		"With -a: by this program of this system (without it: by PATH of this system); "
		"wparctl: by its own command of that name"),
	OPT_STR('o', NULL, "OSID", struct overlay_args, os,
		"With -a, -r and -d: only in these systems, such as debian"),
	OPT_STR('L', NULL, "LEVEL", struct overlay_args, level,
		"With -a, -r and -d: only of this level, such as 10 or 10.13"),
	OPT_STR('t', NULL, "TEXT", struct overlay_args, reason, "With -a and -r: why"),
	OPT_FLAG(0, "json", struct overlay_args, json, "As JSON"),
	{ 0 },
};

/* A row, in the list of all systems or in a WPAR. */
struct line {
	const struct wpar_overlay_row *row;
	char *place; /* in the image; of the list: the row's */
	char *program;
	const char *state;
};

static const char *state_of(const struct wpar_overlay_row *row, bool there, const char *program,
			    const char *place)
{
	if (!place || (!there && row->from == WPAR_OVERLAY_REPLACE) ||
	    (!there && row->from == WPAR_OVERLAY_ADMINISTRATOR))
		return "not in the image";
	if (row->from == WPAR_OVERLAY_ADD)
		return there ? "the image's own" : "added";
	return program ? "replaced" : "missing here";
}

static const char *from_of(const struct wpar_overlay_row *row)
{
	return row->from == WPAR_OVERLAY_ADMINISTRATOR ? "administrator" : "wparctl";
}

static void line_done(struct line *l)
{
	free(l->place);
	free(l->program);
}

/* Has the WPAR put its own there, or taken ours away?  Its root may have made any of these. */
static bool is_changed(int upper, const char *place)
{
	autofd int fd = upper < 0 || !place
				? -1
				: par_fs_open_plain(upper, place + 1, O_PATH | O_NOFOLLOW, 0);

	return fd >= 0;
}

/* @image: of a WPAR, and @upper what it has changed; -1: no certain one */
static int line_make(struct line *l, const struct wpar_overlay_row *row, int image, int upper)
{
	bool there = false;

	*l = (struct line){ .row = row, .program = wpar_overlay_program(row) };
	if (image < 0) {
		l->place = strdup(row->path);
		l->state = l->program ? "here" : "missing here";
		return l->place ? 0 : -ENOMEM;
	}
	l->place = wpar_overlay_place(image, row, &there);
	l->state = is_changed(upper, l->place) ? "its own"
					       : state_of(row, there, l->program, l->place);
	return 0;
}

static void print_line(const struct line *l, FILE *out)
{
	const struct wpar_overlay_row *row = l->row;

	fprintf(out, "%-22s %-22s %-16s %-10s %-8s %-13s %s\n", l->place ? l->place : row->path,
		l->program ? l->program : row->program, l->state, row->os, row->level, from_of(row),
		row->reason);
}

static int put_line(struct json_object *list, const struct line *l)
{
	struct json_object *o = json_object_new_object();

	if (!o || json_object_array_add(list, o) < 0) {
		json_object_put(o);
		return -ENOMEM;
	}
	par_json_put_string(o, "path", l->place ? l->place : l->row->path);
	par_json_put_string(o, "program", l->program ? l->program : l->row->program);
	par_json_put_string(o, "state", l->state);
	par_json_put_string(o, "os", l->row->os);
	par_json_put_string(o, "level", l->row->level);
	par_json_put_string(o, "from", from_of(l->row));
	return par_json_put_string(o, "reason", l->row->reason);
}

static int print_rows(const struct wpar_overlay *rows, int image, int upper, bool json, FILE *out,
		      struct par_error **err)
{
	auto_json list = json_object_new_array();

	if (!list)
		return par_oom(err);
	if (!json)
		fprintf(out, "%-22s %-22s %-16s %-10s %-8s %-13s %s\n", "PATH", "PROGRAM", "STATE",
			"OS", "LEVEL", "FROM", "REASON");
	for (size_t i = 0; i < rows->n; i++) {
		par_cleanup(line_done) struct line l;

		if (line_make(&l, &rows->v[i], image, upper) < 0 ||
		    (json && put_line(list, &l) < 0))
			return par_oom(err);
		if (!json)
			print_line(&l, out);
	}
	if (json)
		par_json_print(out, list);
	return 0;
}

static int list_all(bool json, FILE *out, struct par_error **err)
{
	auto_overlay all = { 0 }, rows = { 0 };
	int r = wpar_overlay_load(&all, err);

	if (r < 0)
		return r;
	r = wpar_overlay_choose(&all, NULL, &rows, err);
	return r < 0 ? r : print_rows(&rows, -1, -1, json, out, err);
}

static int list_wpar(const char *name, bool json, FILE *out, struct par_error **err)
{
	auto_overlay rows = { 0 };
	auto_spec s = { 0 };
	autofree char *path = NULL;
	autofd int image = -1, upper = -1;
	int r = wpar_need_root(err);

	if (r < 0)
		return r;
	r = wpar_spec_load(name, &s, err);
	if (r < 0)
		return r;
	if (!s.version.image_digest)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"%s is no versioned workload partition: nothing is replaced in it",
				name);
	r = wpar_overlay_of(&s.version, &rows, err);
	if (r < 0)
		return r;
	image = wpar_image_open(s.version.image_digest, err);
	if (image < 0)
		return image;
	path = wpar_path("%s/upper", s.directory);
	if (!path)
		return par_oom(err);
	upper = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return print_rows(&rows, image, upper, json, out, err);
}

static int change(const struct overlay_args *a, struct par_error **err)
{
	const char *path = a->add ? a->add : a->remove ? a->remove : a->drop;
	const struct wpar_overlay_row row = {
		.from = WPAR_OVERLAY_ADMINISTRATOR,
		.remove = a->remove != NULL,
		.path = (char *)path,
		.program = (char *)a->program,
		.os = (char *)a->os,
		.level = (char *)a->level,
		.reason = (char *)a->reason,
	};
	int r = wpar_need_root(err);

	if (r < 0)
		return r;
	return a->drop ? wpar_overlay_drop(&row, err) : wpar_overlay_change(&row, err);
}

static int overlay_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct overlay_args *a = args;
	const int changes = (a->add != NULL) + (a->remove != NULL) + (a->drop != NULL);

	if (changes + (a->wpar != NULL) > 1)
		return par_fail(err, PAR_E_USAGE, 0, "give one of -l, -a, -r and -d");
	if (!changes && (a->program || a->os || a->level || a->reason))
		return par_fail(err, PAR_E_USAGE, 0, "-p, -o, -L and -t belong to -a, -r or -d");
	if ((a->program && !a->add) || (a->reason && a->drop))
		return par_fail(err, PAR_E_USAGE, 0, "-p belongs to -a, and -t to -a or -r");
	if (changes && a->json)
		return par_fail(err, PAR_E_USAGE, 0, "--json belongs to a list");
	if (changes)
		return change(a, err);
	return a->wpar ? list_wpar(a->wpar, a->json, ctx->out, err)
		       : list_all(a->json, ctx->out, err);
}

const struct par_cmd wpar_cmd_overlay = {
	.name = "overlay",
	.shown = "wparctl overlay",
	.synopsis = "",
	.summary = "Show and change what is replaced in versioned workload partitions",
	.family = PAR_FAMILY_AIX,
	.opts = opts,
	.args_size = sizeof(struct overlay_args),
	.run = overlay_run,
};
