/* SPDX-License-Identifier: Apache-2.0 */
/* lswpar: which WPARs there are, in AIX's formats, which programs parse. */
#include "wparctl/commands/lswpar/views.h"
#include "wparctl/commands/commands.h"
#include "wparctl/operations/definition.h"
#include "wparctl/operations/operation.h"
#include "wparctl/spec/claims.h"

#include <string.h>

struct lswpar_args {
	bool colon, quiet, json, bootsets;
	bool general, everything, resources, security, operation;
	bool devices, routes, mounts, networks, kexts;
	const char *delimiter, *fields, *state, *type, *bootset;
};

static const struct par_opt opts[] = {
	OPT_STR('a', NULL, "FIELD,…", struct lswpar_args, fields, "Show these fields"),
	OPT_FLAG('b', NULL, struct lswpar_args, bootsets, "Show bootsets"),
	OPT_STR('B', NULL, "r|f", struct lswpar_args, bootset,
		"Show the disks or file systems of bootsets", .values = "r|f"),
	OPT_FLAG('c', NULL, struct lswpar_args, colon, "Separate fields by colons"),
	OPT_STR('d', NULL, "DELIMITER", struct lswpar_args, delimiter,
		"Separate fields by DELIMITER"),
	OPT_FLAG('D', NULL, struct lswpar_args, devices, "Show devices"),
	OPT_FLAG('G', NULL, struct lswpar_args, general, "Show general attributes"),
	OPT_FLAG('I', NULL, struct lswpar_args, routes, "Show routes"),
	OPT_FLAG('L', NULL, struct lswpar_args, everything, "Show everything"),
	OPT_FLAG('M', NULL, struct lswpar_args, mounts, "Show file systems"),
	OPT_FLAG('N', NULL, struct lswpar_args, networks, "Show network addresses"),
	OPT_FLAG('q', NULL, struct lswpar_args, quiet, "Leave out the header"),
	OPT_FLAG('R', NULL, struct lswpar_args, resources, "Show resource controls"),
	OPT_STR('s', NULL, "STATE", struct lswpar_args, state,
		"Only WPARs in these states (letters: A D B T …)"),
	OPT_FLAG('S', NULL, struct lswpar_args, security, "Show privileges"),
	OPT_STR('t', NULL, "TYPE", struct lswpar_args, type,
		"Only WPARs of these types (letters: S A L)"),
	OPT_FLAG('T', NULL, struct lswpar_args, operation, "Show the operation under way"),
	OPT_FLAG('X', NULL, struct lswpar_args, kexts, "Show kernel extensions"),
	OPT_FLAG(0, "json", struct lswpar_args, json, "Show everything as JSON"),
	{ 0 }
};

/* The view that the flags ask for; several at once are refused. */
static int choose_view(const struct lswpar_args *a, const struct wpar_ls_view **ret,
		       struct par_error **err)
{
	const struct {
		bool given;
		char flag;
	} flags[] = { { a->general, 'G' },
		      { a->networks, 'N' },
		      { a->routes, 'I' },
		      { a->mounts, 'M' },
		      { a->resources, 'R' },
		      { a->operation, 'T' },
		      { a->security, 'S' },
		      { a->devices, 'D' },
		      { a->kexts, 'X' },
		      { a->everything, 'L' },
		      { a->bootsets && !a->bootset, 'b' },
		      { a->bootset, a->bootset ? a->bootset[0] : 0 } };
	char chosen = 0;

	if (a->bootset && strcmp(a->bootset, "r") != 0 && strcmp(a->bootset, "f") != 0)
		return par_fail(err, PAR_E_USAGE, 0, "-B needs r (disks) or f (file systems)");
	for (size_t i = 0; i < PAR_ARRAY_SIZE(flags); i++) {
		if (!flags[i].given)
			continue;
		if (chosen)
			return par_fail(err, PAR_E_USAGE, 0, "-%c and -%c cannot be used together",
					chosen, flags[i].flag);
		chosen = flags[i].flag;
	}
	if (chosen == 'L' && (a->colon || a->delimiter))
		return par_fail(err, PAR_E_USAGE, 0, "-L has no delimited format");
	*ret = wpar_ls_view_find(chosen == 'L' ? 'G' : chosen);
	if (a->fields && !a->colon && !a->delimiter && (*ret)->layout == WPAR_LS_PARAGRAPH)
		return par_fail(err, PAR_E_USAGE, 0, "-a cannot be used with -%c", chosen);
	return 0;
}

static const struct wpar_ls_field *find_field(const struct wpar_ls_view *view, const char *name)
{
	for (size_t i = 0; i < view->n_fields; i++) {
		if (strcmp(view->fields[i].name, name) == 0)
			return &view->fields[i];
	}
	return NULL;
}

#define MAX_FIELDS 31

static int fail_field(const struct wpar_ls_view *view, const char *name, struct par_error **err)
{
	auto_buf known = { 0 };
	bool failed = false;

	for (size_t i = 0; i < view->n_fields; i++)
		failed |= par_buf_printf(&known, "%s%s", i ? ", " : "", view->fields[i].name) < 0;
	if (failed)
		return par_oom(err);
	return par_fail(err, PAR_E_USAGE, 0,
			"\"%.64s\" is not a field of this list. Its fields are %s", name,
			known.data);
}

static int choose_fields(const struct wpar_ls_view *view, const char *names,
			 const struct wpar_ls_field *ret[MAX_FIELDS + 1], struct par_error **err)
{
	auto_strv words = { 0 };

	memset(ret, 0, (MAX_FIELDS + 1) * sizeof(*ret));
	if (!names) {
		for (size_t i = 0; i < view->n_default; i++)
			ret[i] = &view->fields[i];
		return 0;
	}
	if (par_strv_split(&words, names, ',') < 0)
		return par_oom(err);
	if (words.n > MAX_FIELDS)
		return par_fail(err, PAR_E_USAGE, 0, "-a has more than %d fields", MAX_FIELDS);
	for (size_t i = 0; i < words.n; i++) {
		ret[i] = find_field(view, words.v[i]);
		if (!ret[i])
			return fail_field(view, words.v[i], err);
	}
	return 0;
}

static int check_letters(const char *given, const char *known, char flag, struct par_error **err)
{
	if (given && (!*given || given[strspn(given, known)]))
		return par_fail(err, PAR_E_USAGE, 0, "-%c needs letters out of \"%s\"", flag,
				known);
	return 0;
}

/* The WPARs that were found; one that cannot be read is said on stderr. */
struct listing {
	struct wpar_traces traces; /* as they were when the names were known */
	struct wpar_claims claims; /* of all, when those say enough; or none */
	struct wpar_ls_wpar *wpars;
	size_t n;
	bool failed;
};

static void listing_done(struct listing *l)
{
	for (size_t i = 0; i < l->n; i++)
		wpar_spec_done(&l->wpars[i].spec);
	free(l->wpars);
	wpar_traces_done(&l->traces);
	wpar_claims_done(&l->claims);
}

/* What is claimed of a WPAR, as far as the fields that are claimed go. */
static int spec_of_claim(const struct wpar_claim *c, struct wpar_spec *ret, struct par_error **err)
{
	*ret = (struct wpar_spec){
		.type = c->type,
		.name = strdup(c->name),
		.hostname = c->hostname ? strdup(c->hostname) : NULL,
		.directory = c->directory ? strdup(c->directory) : NULL,
		.idbase = c->idbase,
		.version.image_digest = c->versioned ? strdup("") : NULL,
		.creating = c->creating,
		.rootvg = c->rootvg,
	};
	if (ret->name && !ret->hostname == !c->hostname && !ret->directory == !c->directory &&
	    !ret->version.image_digest == !c->versioned)
		return 0;
	wpar_spec_done(ret);
	return par_oom(err);
}

/* Enough also for a monitor that was killed to be replaced (wpar_repair()). */
static int listing_load(const struct listing *l, const char *name, struct wpar_spec *ret,
			struct par_error **err)
{
	const struct wpar_claim *c = NULL;

	if (l->claims.n > 0)
		c = wpar_claims_find(&l->claims, name);
	return c && c->type == WPAR_SYSTEM ? spec_of_claim(c, ret, err)
					   : wpar_spec_load(name, ret, err);
}

static void listing_tell(const struct par_cmd_ctx *ctx, struct listing *l,
			 const struct par_error *why)
{
	fflush(ctx->out);
	fprintf(ctx->err, "%s: %s\n", ctx->cmd->name, par_error_text(why));
	l->failed = true;
}

static void listing_add(const struct par_cmd_ctx *ctx, const struct lswpar_args *a,
			struct listing *l, const char *name)
{
	struct wpar_ls_wpar *w = &l->wpars[l->n];
	auto_error err = NULL;

	if (listing_load(l, name, &w->spec, &err) < 0) {
		listing_tell(ctx, l, err);
		return;
	}
	if (wpar_operation_state(&l->traces, &w->spec, &w->state, &err) < 0) {
		listing_tell(ctx, l, err);
		wpar_spec_done(&w->spec);
		return;
	}
	if (w->state == WPAR_STATE_DEFINED && wpar_definition_forget_orphan(&w->spec)) {
		wpar_spec_done(&w->spec);
		return;
	}
	if (w->state == WPAR_STATE_DEFINED && geteuid() == 0 &&
	    wpar_traces_may_be(&l->traces, name))
		wpar_clear_ended(&w->spec);
	/* A cor_NAME that was killed comes back whenever somebody looks. */
	if (w->state == WPAR_STATE_ACTIVE && w->spec.type == WPAR_SYSTEM && geteuid() == 0)
		wpar_repair(&w->spec, NULL); /* ignoring: the listing is right without */
	if ((a->state && !strchr(a->state, wpar_state_letter(w->state))) ||
	    (a->type && !strchr(a->type, wpar_ls_type_letter(&w->spec)))) {
		wpar_spec_done(&w->spec);
		return;
	}
	l->n++;
}

/* So many are quicker read through the index (spec/claims.h). */
#define MANY 64

static int listing_prepare(struct listing *l, const struct wpar_ls_field *const *fields,
			   const struct par_strv *names, struct par_error **err)
{
	int r;

	wpar_traces_take(&l->traces);
	for (size_t i = 0; fields && fields[i]; i++) {
		if (!fields[i]->claimed)
			return 0;
	}
	if (!fields || names->n < MANY)
		return 0;
	r = wpar_claims_load(geteuid() == 0 ? WPAR_CLAIMS_SAVE : 0, &l->claims, err);
	if (r < 0)
		return r;
	wpar_claims_sort(&l->claims);
	return 0;
}

/* @fields: those that are shown; NULL: all, of each view */
static int listing_collect(const struct par_cmd_ctx *ctx, const struct lswpar_args *a,
			   const struct wpar_ls_field *const *fields, struct listing *l,
			   struct par_error **err)
{

	auto_strv all = { 0 };
	char **names = ctx->argv;
	size_t n = (size_t)ctx->argc;

	if (ctx->argc == 0) {
		int r = wpar_spec_list(&all, err);

		if (r < 0)
			return r;
		r = listing_prepare(l, fields, &all, err);
		if (r < 0)
			return r;
		names = all.v;
		n = all.n;
	}
	l->wpars = calloc(n + 1, sizeof(*l->wpars));
	if (!l->wpars)
		return par_oom(err);
	for (size_t i = 0; i < n; i++)
		listing_add(ctx, a, l, names[i]);
	return 0;
}

static int lswpar_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct lswpar_args *a = args;
	const struct wpar_ls_field *fields[MAX_FIELDS + 1];
	par_cleanup(listing_done) struct listing l = { 0 };
	struct wpar_ls_request q = { .fields = fields, .quiet = a->quiet };
	int r = choose_view(a, &q.view, err);

	if (r < 0)
		return r;
	r = choose_fields(q.view, a->fields, fields, err);
	if (r < 0)
		return r;
	r = check_letters(a->state, "ABDEFLMPT", 's', err);
	if (r < 0)
		return r;
	r = check_letters(a->type, "ALS", 't', err);
	if (r < 0)
		return r;
	if (a->delimiter && !*a->delimiter)
		return par_fail(err, PAR_E_USAGE, 0, "-d needs a delimiter");
	r = listing_collect(ctx, a, a->json || a->everything ? NULL : fields, &l, err);
	if (r < 0)
		return r;
	q.wpars = l.wpars;
	q.n_wpars = l.n;
	q.delimiter = a->delimiter ? a->delimiter : ":";
	if (a->json)
		wpar_ls_print_json(&q, ctx->out);
	else if (a->everything)
		wpar_ls_print_everything(&q, ctx->out);
	else if (a->colon || a->delimiter)
		wpar_ls_print_delimited(&q, ctx->out);
	else if (q.view->layout == WPAR_LS_PARAGRAPH)
		wpar_ls_print_paragraphs(&q, ctx->out);
	else
		wpar_ls_print_table(&q, ctx->out);
	return l.failed ? 1 : 0;
}

const struct par_cmd wpar_cmd_lswpar = {
	.name = "lswpar",
	.synopsis = "[NAME…]",
	.summary = "List workload partitions",
	.family = PAR_FAMILY_AIX,
	.max_args = PAR_ARGS_ANY,
	.opts = opts,
	.args_size = sizeof(struct lswpar_args),
	.run = lswpar_run,
	.operand_values = "@wpars",
};
