/* SPDX-License-Identifier: Apache-2.0 */
/*
 * odmget: objects of AIX's Object Data Manager as stanzas.  The one class that there is here, under
 * its two names, is the overlay list of versioned WPARs.
 */
#include "wparctl/commands/commands.h"

#include "wparctl/versioned/criteria.h"
#include "wparctl/versioned/overlay_list.h"

#include <string.h>

#define OBJECTS "/usr/lib/objrepos" /* $ODMDIR; where AIX has the class */

struct odmget_args {
	const char *criteria;
};

static const struct par_opt opts[] = {
	OPT_STR('q', NULL, "CRITERIA", struct odmget_args, criteria,
		"Only objects for which this is true: \"path LIKE /usr/bin/* AND os=debian\""),
	{ 0 },
};

static const char *attribute(const struct wpar_overlay_row *row, const char *name)
{
	const struct {
		const char *name, *value;
	} all[] = {
		{ "path", row->path },	 { "program", row->program }, { "os", row->os },
		{ "level", row->level }, { "reason", row->reason },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(all); i++) {
		if (strcmp(all[i].name, name) == 0)
			return all[i].value;
	}
	return NULL;
}

static bool fits(const struct wpar_criteria *c, const struct wpar_overlay_row *row)
{
	for (size_t i = 0; i < c->n; i++) {
		if (!wpar_criterion_fits(&c->v[i], attribute(row, c->v[i].attribute)))
			return false;
	}
	return true;
}

static int check_attributes(const struct wpar_criteria *c, const char *class,
			    struct par_error **err)
{
	static char none[] = "";
	static const struct wpar_overlay_row row = {
		.path = none, .program = none, .os = none, .level = none, .reason = none
	};

	for (size_t i = 0; i < c->n; i++) {
		if (!attribute(&row, c->v[i].attribute))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"objects of %s have no attribute '%s'; they have path, "
					"program, os, level and reason",
					class, c->v[i].attribute);
	}
	return 0;
}

static bool is_class(const char *name)
{
	const char *folder = getenv("ODMDIR");

	/* AIX's default has none of these, and its users forget to say so. */
	if (folder && *folder && strcmp(folder, OBJECTS) != 0 && strcmp(folder, OBJECTS "/") != 0)
		return false;
	return strcmp(name, "file_overlay") == 0 || strcmp(name, "overlay") == 0;
}

static int check_class(const char *class, const struct wpar_criteria *c, struct par_error **err)
{
	if (!is_class(class))
		return par_fail(err, PAR_E_NOT_FOUND, 0,
				"Could not retrieve objects for %s: there is no such object class "
				"in %s; " OBJECTS " has file_overlay and overlay",
				class, getenv("ODMDIR") ? getenv("ODMDIR") : OBJECTS);
	return check_attributes(c, class, err);
}

static int odmget_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct odmget_args *a = args;
	auto_overlay all = { 0 }, rows = { 0 };
	struct wpar_criteria criteria;
	auto_buf text = { 0 };
	int r = wpar_criteria_parse(a->criteria ? a->criteria : "", &criteria, err);

	for (int i = 0; r == 0 && i < ctx->argc; i++)
		r = check_class(ctx->argv[i], &criteria, err);
	if (r < 0)
		return r;
	r = wpar_overlay_load(&all, err);
	if (r < 0)
		return r;
	r = wpar_overlay_choose(&all, NULL, &rows, err);
	if (r < 0)
		return r;
	for (int i = 0; i < ctx->argc; i++) {
		for (size_t j = 0; j < rows.n; j++) {
			/* What is beside the image's files replaces none. */
			if (rows.v[j].from != WPAR_OVERLAY_ADD && fits(&criteria, &rows.v[j]))
				wpar_overlay_write(ctx->argv[i], &rows.v[j], false, &text);
		}
	}
	if (text.failed)
		return par_oom(err);
	fputs(text.data ? text.data : "", ctx->out);
	return 0;
}

const struct par_cmd wpar_cmd_odmget = {
	.name = "odmget",
	.synopsis = "CLASS…",
	.summary = "Show which commands of versioned workload partitions are replaced",
	.family = PAR_FAMILY_AIX,
	.min_args = 1,
	.max_args = PAR_ARGS_ANY,
	.opts = opts,
	.args_size = sizeof(struct odmget_args),
	.run = odmget_run,
	.operand_values = "file_overlay|overlay",
};
