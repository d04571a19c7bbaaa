/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lssrc: the subsystems of a WPAR.  In the global environment, without -@, those that it has are
 * the monitors of system WPARs, cor_NAME.
 */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/operation.h"
#include "wparctl/operations/src.h"
#include "wparctl/runtime/inside/inside.h"
#include "wparctl/runtime/life/monitor_record.h"
#include "wparctl/srcmstr/src_messages.h"

#include <string.h>

#define MONITOR	      "cor_"
#define MONITOR_GROUP "wpars"

struct lssrc_args {
	struct wpar_src_which which;
	bool json, details;
};

static const struct par_opt opts[] = {
	OPT_FLAG('a', NULL, struct lssrc_args, which.all, "All subsystems"),
	OPT_STR('g', NULL, "GROUP", struct lssrc_args, which.group, "Those of a group"),
	OPT_FLAG('l', NULL, struct lssrc_args, details,
		 "Ask the subsystem itself, which answers by signals only"),
	OPT_U64('p', NULL, "PID", struct lssrc_args, which.pid, "The one that runs as process PID",
		.field.max = INT32_MAX),
	OPT_STR('s', NULL, "SUBSYSTEM", struct lssrc_args, which.subsystem, "One subsystem"),
	WPAR_OPT_WITHIN(lssrc_args, which.wpar),
	OPT_FLAG(0, "json", struct lssrc_args, json, "As JSON"),
	{ 0 }
};

static void lssrc_print(const struct wpar_src_rows *rows, bool json, FILE *out)
{
	auto_buf text = { 0 };

	if (json) {
		if (wpar_src_json(rows, out) < 0)
			par_check_alloc(NULL);
		return;
	}
	wpar_src_table(rows, &text);
	fputs(par_check_alloc(text.data), out);
}

/*
 * The long form asks a subsystem itself, over a socket or a message queue.  Ours know signals; what
 * AIX says of such is the answer.
 */
static int print_long(const struct wpar_src_rows *rows, FILE *err)
{
	for (size_t i = 0; i < rows->n; i++) {
		const struct wpar_src_row *row = &rows->v[i];

		if (row->pid)
			fprintf(err, WPAR_SRC_MSG_SIGNALS "\n", row->name);
		else
			fprintf(err, WPAR_SRC_MSG_NOT_PASSED "\n", row->name);
	}
	return 1;
}

static int lssrc_act(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct lssrc_args *a = args;
	auto_src_request q = { 0 };
	auto_src_rows rows = { 0 };
	int r = wpar_src_request(&a->which, WPAR_SRC_STATUS, &q, err);

	if (r < 0)
		return r;
	r = wpar_src_send(&q, &rows, ctx, err);
	if (r == 0 && a->details)
		return print_long(&rows, ctx->err);
	if (r == 0)
		lssrc_print(&rows, a->json, ctx->out);
	return r;
}

/* The monitor of the WPAR @name, when it is asked for and the WPAR is one that has a monitor. */
static int add_monitor(const struct wpar_src_which *w, const char *name, struct wpar_src_rows *rows,
		       struct par_error **err)
{
	char subsystem[WPAR_NAME_MAX + sizeof(MONITOR)];
	auto_spec s = { 0 };
	pid_t pid;

	if (wpar_spec_load(name, &s, NULL) < 0 || s.type != WPAR_SYSTEM)
		return 0;
	pid = wpar_monitor_pid(name);
	snprintf(subsystem, sizeof(subsystem), MONITOR "%s", name);
	if ((w->group && strcmp(w->group, MONITOR_GROUP) != 0) || (w->pid && (pid_t)w->pid != pid))
		return 0;
	return wpar_src_rows_add(rows, subsystem, MONITOR_GROUP, pid > 0 ? (uint32_t)pid : 0,
				 pid > 0 ? "active" : "inoperative") < 0
		       ? par_oom(err)
		       : 0;
}

static int add_monitors(const struct wpar_src_which *w, struct wpar_src_rows *rows,
			struct par_error **err)
{
	auto_strv names = { 0 };
	int r;

	if (w->subsystem)
		return par_starts_with(w->subsystem, MONITOR) &&
				       wpar_name_check(w->subsystem + strlen(MONITOR), NULL) == 0
			       ? add_monitor(w, w->subsystem + strlen(MONITOR), rows, err)
			       : 0;
	r = wpar_spec_list(&names, err);
	for (size_t i = 0; r == 0 && i < names.n; i++)
		r = add_monitor(w, names.v[i], rows, err);
	return r;
}

static int lssrc_global(const struct par_cmd_ctx *ctx, const struct lssrc_args *a,
			struct par_error **err)
{
	auto_src_request q = { 0 };
	auto_src_rows rows = { 0 };
	int r = wpar_src_request(&a->which, WPAR_SRC_STATUS, &q, err);

	if (r < 0)
		return r;
	r = add_monitors(&a->which, &rows, err);
	if (r < 0)
		return r;
	if (rows.n == 0 && a->which.subsystem) {
		fprintf(ctx->err, WPAR_SRC_MSG_NO_SUBSYS "\n", a->which.subsystem);
		return 1;
	}
	if (a->which.group && strcmp(a->which.group, MONITOR_GROUP) != 0) {
		fprintf(ctx->err, WPAR_SRC_MSG_NO_GROUP "\n", a->which.group);
		return 1;
	}
	if (a->details)
		return print_long(&rows, ctx->err);
	lssrc_print(&rows, a->json, ctx->out);
	return 0;
}

static int lssrc_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct lssrc_args *a = args;

	if (a->details && a->which.all)
		return par_fail(err, PAR_E_USAGE, 0, "-a and -l cannot be used together");
	if (!a->which.wpar && !wpar_is_inside())
		return lssrc_global(ctx, a, err);
	return wpar_src_run(ctx, a->which.wpar, lssrc_act, args, err);
}

const struct par_cmd wpar_cmd_lssrc = {
	.name = "lssrc",
	.synopsis = "",
	.summary = "Show the status of subsystems",
	.family = PAR_FAMILY_AIX,
	.opts = opts,
	.args_size = sizeof(struct lssrc_args),
	.run = lssrc_run,
};
