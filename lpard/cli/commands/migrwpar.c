/* SPDX-License-Identifier: Apache-2.0 */
/* migrwpar - move a workload partition to another LPAR; -o v: see whether it can */
#include "lpard/cli/client.h"
#include "lpard/cli/commands/commands.h"
#include "lpard/cli/move_table.h"
#include "lpard/common/words.h"

#include <string.h>

struct migrwpar_args {
	const char *operation, *system, *lpar, *id, *wpar, *target_system, *target_lpar, *kind;
	bool json, details, trust, progress;
};

static const struct par_opt opts[] = {
	OPT_STR('o', NULL, "OPERATION", struct migrwpar_args, operation,
		"v: validate, report what would keep it from moving; m: move it; s: stop a move; "
		"r: recover one that was cut off",
		.values = "v|m|s|r", .required = true),
	OPT_STR('m', NULL, "SYSTEM", struct migrwpar_args, system,
		"The managed system of the LPAR that has it, by name or TYPE-MODEL*SERIAL",
		.values = "@systems", .required = true),
	OPT_STR('p', NULL, "LPAR", struct migrwpar_args, lpar, "The LPAR that has it",
		.values = "@lpars"),
	OPT_STR(0, "id", "ID", struct migrwpar_args, id, "The same by its id"),
	OPT_STR('w', NULL, "WPAR", struct migrwpar_args, wpar, "The workload partition",
		.required = true),
	OPT_STR('t', NULL, "SYSTEM", struct migrwpar_args, target_system,
		"The managed system of the target (that of -m; with -o v and without --tp: all)",
		.values = "@systems"),
	OPT_STR(0, "tp", "LPAR", struct migrwpar_args, target_lpar,
		"The LPAR that it moves to; with -o v and without it: each one that runs",
		.values = "@lpars"),
	OPT_STR(0, "kind", "KIND", struct migrwpar_args, kind,
		"live: while it runs (usual); static: stopped, by a backup",
		.values = PAR_WORDS_BARRED(LPAR_MOVE_KIND_WORDS)),
	OPT_FLAG(
		0, "trust", struct migrwpar_args, trust,
		"With -o m: grant in the target what its specification asks for beyond a plain one"),
	OPT_FLAG(0, "progress", struct migrwpar_args, progress,
		 "With -o m and r: show on standard error what is being done"),
	OPT_FLAG(0, "details", struct migrwpar_args, details,
		 "With -o v and several targets: all tests of each"),
	OPT_FLAG(0, "json", struct migrwpar_args, json, "With -o v: as a JSON object"),
	{ 0 },
};

static int migrwpar_check(const struct migrwpar_args *a, struct par_error **err)
{
	const char o = a->operation && strlen(a->operation) == 1 ? *a->operation : 0;
	const bool looks = o == 'v', moves = o == 'm';
	struct cli_missing m = { 0 };

	cli_need(&m, o && strchr("vmsr", o), "-o");
	cli_need(&m, !a->lpar != !a->id, "-p,--id");
	cli_need(&m, a->wpar && *a->wpar, "-w");
	cli_need(&m, moves ? a->target_lpar != NULL : looks || !a->target_lpar, "--tp");
	cli_need(&m, looks || moves || !a->target_system, "-t");
	cli_need(&m,
		 !a->kind ||
			 ((looks || moves) && par_word_find(lpar_move_kind_words, a->kind) >= 0),
		 "--kind");
	cli_need(&m, looks || !a->details, "--details");
	cli_need(&m, looks || !a->json, "--json");
	cli_need(&m, moves || !a->trust, "--trust");
	cli_need(&m, moves || o == 'r' || !a->progress, "--progress");
	return cli_needs_met(&m, err);
}

static int put_text(struct json_object *params, const char *key, const char *value)
{
	return value ? par_json_put_string(params, key, value) : 0;
}

static int make_params(const struct migrwpar_args *a, struct json_object *params,
		       struct par_error **err)
{
	int r = cli_put_lpar(params, a->lpar, a->id, err);

	if (r < 0)
		return r;
	if (put_text(params, "system", a->system) < 0 || put_text(params, "wpar", a->wpar) < 0 ||
	    put_text(params, "target_system", a->target_system) < 0 ||
	    put_text(params, "target_lpar", a->target_lpar) < 0 ||
	    put_text(params, "kind", a->kind) < 0 ||
	    (a->trust && par_json_put(params, "trust", json_object_new_boolean(true)) < 0))
		return par_oom(err);
	if (*a->operation == 'm' && !a->kind &&
	    par_json_put_string(params, "kind", lpar_move_kind_words[LPAR_MOVE_LIVE]) < 0)
		return par_oom(err);
	return 0;
}

/* Whether one fits, for --json, which prints nothing else. */
static int fits(struct json_object *answer)
{
	struct json_object *reports = NULL;
	int n = 0;

	(void)par_json_array(answer, "reports", true, SIZE_MAX, &reports, NULL);
	for (size_t i = 0; reports && i < json_object_array_length(reports); i++) {
		const char *verdict = "";

		(void)par_json_string(json_object_array_get_idx(reports, i), "verdict", true,
				      &verdict, NULL);
		n += strncmp(verdict, "fits", 4) == 0;
	}
	return n;
}

/* -o v */
static int validate(const struct par_cmd_ctx *ctx, const struct migrwpar_args *a,
		    struct json_object *params, struct par_error **err)
{
	auto_json answer = NULL;
	int r = cli_call("CheckMove", params, &answer, err);

	if (r < 0)
		return r;
	if (a->json) {
		par_json_print(ctx->out, answer);
		return fits(answer) == 0;
	}
	r = cli_move_print(ctx->out, answer, !a->target_lpar, a->details, err);
	return r < 0 ? r : r == 0;
}

static int on_progress(struct json_object *reply, void *user)
{
	const struct par_cmd_ctx *ctx = user;
	struct cli_progress p;

	if (ctx && cli_progress_read(reply, &p)) {
		fprintf(ctx->err, "%s: %3u%% %s\n", p.lpar, p.percent, p.stage);
		fflush(ctx->err);
	}
	return 0;
}

static int change(const struct par_cmd_ctx *ctx, const struct migrwpar_args *a, const char *method,
		  struct json_object *params, struct par_error **err)
{
	auto_varlink v = NULL;
	int r = cli_connect(&v, err);

	if (r < 0)
		return r;
	return par_varlink_call_more(v, method, params, -1, on_progress,
				     a->progress ? (void *)(uintptr_t)ctx : NULL, NULL, err);
}

static int migrwpar_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct migrwpar_args *a = args;
	auto_json params = json_object_new_object();
	int r = migrwpar_check(a, err);

	if (r < 0)
		return r;
	r = make_params(a, params, err);
	if (r < 0)
		return r;
	switch (*a->operation) {
	case 'v':
		return validate(ctx, a, take_ptr(params), err);
	case 'm':
		return change(ctx, a, "org.lpard.MoveWpar", params, err);
	case 'r':
		return change(ctx, a, "org.lpard.RepairMove", params, err);
	default:
		return cli_call("StopMove", take_ptr(params), NULL, err);
	}
}

const struct par_cmd cmd_migrwpar = {
	.name = "migrwpar",
	.synopsis = "",
	.summary = "Move a workload partition to another LPAR",
	.family = PAR_FAMILY_HMC,
	.opts = opts,
	.args_size = sizeof(struct migrwpar_args),
	.run = migrwpar_run,
};
