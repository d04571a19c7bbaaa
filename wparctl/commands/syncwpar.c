/* SPDX-License-Identifier: Apache-2.0 */
/* syncwpar: bring WPARs up to the LPAR, which has changed since they were made. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/names_file.h"
#include "wparctl/operations/operation.h"
#include "wparctl/operations/refused.h"
#include "wparctl/operations/synchronize.h"

#include <string.h>

struct syncwpar_args {
	const char *file, *device, *fix, *label;
	bool additional, all, versioned, detached, force_rpm, installp, preview, rpm, verbose,
		expand;
};

static const struct par_opt opts[] = {
	OPT_FLAG('a', NULL, struct syncwpar_args, additional,
		 "Only add and renew: nothing is removed or becomes older"),
	OPT_FLAG('A', NULL, struct syncwpar_args, all, "All system workload partitions"),
	OPT_FLAG('c', NULL, struct syncwpar_args, versioned,
		 "Those of old systems: what they have of the global environment's commands"),
	OPT_STR('d', NULL, "DEVICE", struct syncwpar_args, device, NULL,
		.refused = "/usr and /opt come from the global environment, not from a device"),
	OPT_FLAG('D', NULL, struct syncwpar_args, detached,
		 "Those with /usr and /opt of their own (mkwpar -l), and these too"),
	OPT_STR('E', NULL, "FIX", struct syncwpar_args, fix, NULL,
		.refused = "there are no interim fixes here"),
	OPT_STR('f', NULL, "FILE", struct syncwpar_args, file,
		"Those that FILE names, one on each line", .values = "@files"),
	OPT_FLAG_REFUSED('F', struct syncwpar_args, force_rpm,
			 "packages are not told apart here: all files are synchronized alike"),
	OPT_FLAG_REFUSED('i', struct syncwpar_args, installp,
			 "there are no installp filesets here: all files are synchronized alike"),
	OPT_FLAG('p', NULL, struct syncwpar_args, preview,
		 "Show what would be done and change nothing"),
	OPT_FLAG_REFUSED('r', struct syncwpar_args, rpm,
			 "packages are not told apart here: all files are synchronized alike"),
	OPT_STR('R', NULL, "LABEL", struct syncwpar_args, label, NULL,
		.refused = "there are no interim fixes here"),
	OPT_FLAG('v', NULL, struct syncwpar_args, verbose, "Name each file"),
	OPT_FLAG_REFUSED(
		'X', struct syncwpar_args, expand,
		"file systems do not grow by themselves here: chwpar -M directory=DIRECTORY size=SIZE enlarges one"),
	{ 0 }
};

/* All that this form of the command is for; one that cannot be read is told later. */
static int names_of_all(const struct wpar_sync *sync, struct par_strv *ret, struct par_error **err)
{
	auto_strv names = { 0 };
	int r = wpar_spec_list(&names, err);

	for (size_t i = 0; r == 0 && i < names.n; i++) {
		auto_spec s = { 0 };

		if (wpar_spec_load(names.v[i], &s, NULL) == 0 && !wpar_sync_is_for(sync, &s))
			continue;
		if (par_strv_add(ret, names.v[i]) < 0)
			return par_oom(err);
	}
	return r;
}

static int choose_names(const struct par_cmd_ctx *ctx, const struct syncwpar_args *a,
			const struct wpar_sync *sync, struct par_strv *ret, struct par_error **err)
{
	if (a->all)
		return names_of_all(sync, ret, err);
	if (a->file)
		return wpar_names_of_file(a->file, ret, err);
	for (int i = 0; i < ctx->argc; i++) {
		if (par_strv_add(ret, ctx->argv[i]) < 0)
			return par_oom(err);
	}
	return 0;
}

static int sync_named(const struct wpar_sync *sync, const char *name, struct wpar_say *say,
		      struct par_error **err)
{
	auto_spec s = { 0 };
	autofd int lock = -1;
	int r = wpar_operation_open(name, &lock, &s, err);

	return r < 0 ? r : wpar_sync_wpar(sync, &s, say, err);
}

/* One that fails does not keep the others from it. */
static int sync_all(const struct par_cmd_ctx *ctx, const struct wpar_sync *sync,
		    const struct par_strv *names, struct wpar_say *say)
{
	int status = 0;

	for (size_t i = 0; i < names->n; i++) {
		auto_error err = NULL;

		wpar_say_line(say->out, "Synchronizing workload partition %s (%zu of %zu).",
			      names->v[i], i + 1, names->n);
		if (sync_named(sync, names->v[i], say, &err) < 0) {
			fprintf(ctx->err, "%s: %s\n", par_cmd_shown(ctx->cmd), par_error_text(err));
			status = par_error_exit_status(err);
		} else if (!sync->preview) {
			wpar_say_line(say->out, "Workload partition %s synchronized successfully.",
				      names->v[i]);
		}
	}
	return status;
}

/* A single name that is none, or is none for this, is told before the LPAR is looked at. */
static int check_single(const struct wpar_sync *sync, const char *name, struct par_error **err)
{
	auto_spec s = { 0 };
	int r = wpar_spec_load(name, &s, err);

	return r < 0 ? r : wpar_sync_check(sync, &s, err);
}

static int syncwpar_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct syncwpar_args *a = args;
	struct wpar_say say = { .out = ctx->out, .verbose = a->verbose };
	auto_sync sync = { .preview = a->preview,
			   .additional = a->additional,
			   .detached = a->detached,
			   .versioned = a->versioned,
			   .template = WPAR_TEMPLATE_NONE,
			   .top = -1 };
	auto_strv names = { 0 };
	int r = wpar_refuse_options(opts, a, err);

	if (r < 0)
		return r;
	if (a->all + (a->file != NULL) + (ctx->argc > 0) != 1)
		return par_fail(err, PAR_E_USAGE, 0,
				"give the name of a workload partition, or -A, or -f FILE");
	if (a->versioned && (a->additional || a->detached))
		return par_fail(err, PAR_E_USAGE, 0, "-c cannot be used together with -a or -D");
	r = wpar_need_root(err);
	if (r < 0)
		return r;
	r = choose_names(ctx, a, &sync, &names, err);
	if (r < 0)
		return r;
	r = names.n == 1 ? check_single(&sync, names.v[0], err) : 0;
	if (r < 0 || names.n == 0)
		return r;
	r = wpar_sync_init(&sync, err);
	return r < 0 ? r : sync_all(ctx, &sync, &names, &say);
}

const struct par_cmd wpar_cmd_syncwpar = {
	.name = "syncwpar",
	.synopsis = "[NAME…]",
	.summary = "Bring workload partitions up to a changed global environment",
	.family = PAR_FAMILY_AIX,
	.max_args = PAR_ARGS_ANY,
	.opts = opts,
	.args_size = sizeof(struct syncwpar_args),
	.run = syncwpar_run,
	.operand_values = "@wpars",
};
