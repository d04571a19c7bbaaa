/* SPDX-License-Identifier: Apache-2.0 */
/* wparctl checkpoint: can this LPAR take checkpoints, and what is in one? */
#include "wparctl/checkpoint/restart.h"
#include "wparctl/checkpoint/statedir.h"
#include "wparctl/commands/commands.h"
#include "wparctl/operations/operation.h"

struct checkpoint_args {
	const char *folder;
	bool check, json;
};

static const struct par_opt opts[] = {
	OPT_FLAG(0, "check", struct checkpoint_args, check,
		 "Test this LPAR, and with NAME that workload partition"),
	OPT_STR('d', NULL, "STATEDIR", struct checkpoint_args, folder,
		"With --check: test this checkpoint against them", .values = "@files"),
	OPT_FLAG(0, "json", struct checkpoint_args, json, "As JSON"),
	{ 0 },
};

static int test_folder(const char *folder, const struct wpar_ability *here,
		       const struct wpar_spec *s, struct wpar_ckpt_fit *fit, struct par_error **err)
{
	auto_statedir dir = WPAR_NO_STATEDIR;
	auto_ckpt_manifest m = { 0 };
	char program[PATH_MAX];
	int r = wpar_statedir_open(folder, false, &dir, err);

	if (r < 0)
		return r;
	r = wpar_statedir_read(&dir, &m, err);
	if (r < 0)
		return r;
	r = wpar_restart_fit(&m, s, here, fit, program, err);
	if (r < 0)
		return r;
	return wpar_statedir_verify(&dir, &m, err);
}

static int print(const struct wpar_ckpt_fit *fit, bool json, FILE *out, struct par_error **err)
{
	auto_buf text = { 0 };

	if (fit->failed)
		return par_oom(err);
	if (json) {
		if (wpar_ckpt_fit_json(fit, &text) < 0)
			return par_oom(err);
	} else {
		wpar_ckpt_fit_print(fit, &text);
	}
	if (text.failed)
		return par_oom(err);
	fputs(text.data ? text.data : "", out);
	return 0;
}

static int checkpoint_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct checkpoint_args *a = args;
	const char *name = ctx->argc > 0 ? ctx->argv[0] : NULL;
	auto_ability here = { 0 };
	auto_ckpt_fit fit = { 0 };
	auto_spec s = { 0 };
	int r = wpar_need_root(err);

	if (r < 0)
		return r;
	if (!a->check)
		return par_fail(err, PAR_E_USAGE, 0, "give --check");
	if (a->folder && !name)
		return par_fail(err, PAR_E_USAGE, 0, "-d needs the NAME of a workload partition");
	r = wpar_ability_get(&here, err);
	if (r < 0)
		return r;
	wpar_ckpt_fit_lpar(&here, &fit);
	r = name ? wpar_spec_load(name, &s, err) : 0;
	if (r < 0)
		return r;
	if (name)
		wpar_ckpt_fit_spec(&s, &fit);
	r = a->folder ? test_folder(a->folder, &here, &s, &fit, err) : 0;
	if (r < 0)
		return r;
	r = print(&fit, a->json, ctx->out, err);
	if (r < 0)
		return r;
	return wpar_ckpt_fit_verdict(&fit, "there can be no checkpoint here", err);
}

const struct par_cmd wpar_cmd_checkpoint = {
	.name = "checkpoint",
	.shown = "wparctl checkpoint",
	.synopsis = "[NAME]",
	.summary = "Test whether this LPAR can take and restore checkpoints",
	.family = PAR_FAMILY_AIX,
	.max_args = 1,
	.opts = opts,
	.args_size = sizeof(struct checkpoint_args),
	.run = checkpoint_run,
	.operand_values = "@wpars",
};
