/* SPDX-License-Identifier: Apache-2.0 */
/* migwpar: WPARs are brought to the level of the LPAR, which has been upgraded. */
#include "lpard/common/interrupt.h"
#include "wparctl/commands/commands.h"
#include "wparctl/operations/migrate.h"
#include "wparctl/operations/migrate_log.h"
#include "wparctl/operations/names_file.h"
#include "wparctl/operations/operation.h"
#include "wparctl/operations/refused.h"

struct migwpar_args {
	const char *file;
	const char *device;
	bool all, native, versioned;
};

static const struct par_opt opts[] = {
	OPT_FLAG('A', NULL, struct migwpar_args, all,
		 "All system workload partitions, or with -V all versioned ones"),
	OPT_FLAG('C', NULL, struct migwpar_args, native,
		 "The versioned workload partition NAME becomes a native one"),
	OPT_STR('d', NULL, "DEVICE", struct migwpar_args, device, NULL,
		.refused = "/usr and /opt come from the global environment, not from a device"),
	OPT_STR('f', NULL, "FILE", struct migwpar_args, file,
		"Those that FILE names, one on each line", .values = "@files"),
	OPT_FLAG('V', NULL, struct migwpar_args, versioned,
		 "Versioned ones: whether they still work, and their overlay anew"),
	{ 0 }
};

/* All that this form of the command is for; one that cannot be read is told later. */
static int names_of_all(const struct wpar_migration *m, struct par_strv *ret,
			struct par_error **err)
{
	auto_strv names = { 0 };
	int r = wpar_spec_list(&names, err);

	for (size_t i = 0; r == 0 && i < names.n; i++) {
		auto_spec s = { 0 };

		if (wpar_spec_load(names.v[i], &s, NULL) == 0 && !wpar_migration_is_for(m, &s))
			continue;
		if (par_strv_add(ret, names.v[i]) < 0)
			return par_oom(err);
	}
	return r;
}

static int choose_names(const struct par_cmd_ctx *ctx, const struct migwpar_args *a,
			const struct wpar_migration *m, struct par_strv *ret,
			struct par_error **err)
{
	if (a->all)
		return names_of_all(m, ret, err);
	if (a->file)
		return wpar_names_of_file(a->file, ret, err);
	return par_strv_add(ret, ctx->argv[0]) < 0 ? par_oom(err) : 0;
}

static int migrate_opened(struct wpar_migration *m, const struct wpar_spec *s, struct wpar_say *say,
			  struct wpar_migrate_log *log, struct par_error **err)
{
	int r = wpar_migrate(m, s, say, err);

	if (r == 0)
		wpar_say_line(say->out, "Workload partition %s migrated successfully.", s->name);
	else
		wpar_migrate_log_error(log, par_error_text(*err));
	return r;
}

/* By who holds its lock, and only where nothing of it runs; @s is as it was before. */
static void write_log_inside(const struct wpar_migration *m, const struct wpar_spec *s,
			     struct wpar_migrate_log *log)
{
	auto_spec now = { 0 };
	enum wpar_state st;

	if (m->versioned || !wpar_migration_is_for(m, s) ||
	    wpar_spec_load(s->name, &now, NULL) < 0 || now.version.image_digest || now.creating)
		return;
	if (wpar_operation_state_locked(&now, &st, NULL) == 0 && st == WPAR_STATE_DEFINED)
		wpar_migrate_log_inside(log, &now);
}

static int migrate_named(struct wpar_migration *m, const char *name, struct wpar_say *say,
			 struct wpar_migrate_log *log, struct par_error **err)
{
	auto_spec s = { 0 };
	autofd int lock = -1;
	int r = wpar_operation_open(name, &lock, &s, err);

	if (r < 0) {
		wpar_migrate_log_error(log, par_error_text(*err));
		return r;
	}
	r = migrate_opened(m, &s, say, log, err);
	write_log_inside(m, &s, log);
	return r;
}

/* One that fails does not keep the others from it. */
static int migrate_all(const struct par_cmd_ctx *ctx, struct wpar_migration *m,
		       const struct par_strv *names, struct wpar_say *say,
		       struct wpar_migrate_log *log)
{
	int status = 0;

	for (size_t i = 0; i < names->n; i++) {
		auto_error err = NULL;

		wpar_migrate_log_begin(log, names->v[i]);
		wpar_say_line(say->out, "Migrating workload partition %s (%zu of %zu).",
			      names->v[i], i + 1, names->n);
		if (migrate_named(m, names->v[i], say, log, &err) < 0) {
			fprintf(ctx->err, "%s: %s\n", par_cmd_shown(ctx->cmd), par_error_text(err));
			status = par_error_exit_status(err);
		}
		if (par_interrupted())
			break;
	}
	return status;
}

/* A single name that is none, or is none for this, is told before anything is looked at. */
static int check_single(const struct wpar_migration *m, const char *name, struct par_error **err)
{
	auto_spec s = { 0 };
	int r = wpar_spec_load(name, &s, err);

	return r < 0 ? r : wpar_migration_check(m, &s, err);
}

static int migrate_logged(const struct par_cmd_ctx *ctx, struct wpar_migration *m,
			  const struct par_strv *names, struct par_error **err)
{
	struct wpar_migrate_log log = { .out = ctx->out };
	struct wpar_say say = { .out = wpar_migrate_log_open(&log) };
	int status;

	if (!say.out)
		return par_oom(err);
	status = migrate_all(ctx, m, names, &say, &log);
	fclose(say.out);
	par_buf_done(&log.text);
	return status;
}

static int migwpar_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct migwpar_args *a = args;
	auto_migration m = { .versioned = a->versioned, .to_native = a->native };
	auto_strv names = { 0 };
	int r;

	r = wpar_refuse_options(opts, a, err);
	if (r < 0)
		return r;
	if (a->native && (a->all || a->file || a->versioned))
		return par_fail(err, PAR_E_USAGE, 0,
				"-C takes the name of one workload partition, and neither -A nor "
				"-f nor -V");
	if (a->all + (a->file != NULL) + (ctx->argc > 0) != 1)
		return par_fail(err, PAR_E_USAGE, 0,
				"give the name of a workload partition, or -A, or -f FILE");
	r = wpar_need_root(err);
	if (r < 0)
		return r;
	r = wpar_migration_init(&m, err);
	if (r < 0)
		return r;
	r = choose_names(ctx, a, &m, &names, err);
	if (r < 0)
		return r;
	r = names.n == 1 ? check_single(&m, names.v[0], err) : 0;
	return r < 0 || names.n == 0 ? r : migrate_logged(ctx, &m, &names, err);
}

const struct par_cmd wpar_cmd_migwpar = {
	.name = "migwpar",
	.synopsis = "[NAME]",
	.summary = "Bring workload partitions to the level of an upgraded global environment",
	.family = PAR_FAMILY_AIX,
	.max_args = 1,
	.opts = opts,
	.args_size = sizeof(struct migwpar_args),
	.run = migwpar_run,
	.operand_values = "@wpars",
};
