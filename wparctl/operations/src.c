/* SPDX-License-Identifier: Apache-2.0 */
/* The commands of the System Resource Controller, inside and outside: see src.h. */
#include "wparctl/operations/src.h"

#include "lpard/common/text.h"
#include "wparctl/operations/operation.h"
#include "wparctl/runtime/inside/inside.h"

#include <string.h>

int wpar_src_request(const struct wpar_src_which *w, enum wpar_src_verb verb,
		     struct wpar_src_request *q, struct par_error **err)
{
	const char *names[] = { w->subsystem, w->group };
	int n = (w->subsystem != NULL) + (w->group != NULL) + (w->pid != 0) + w->all;

	*q = (struct wpar_src_request){ .verb = verb, .pid = (uint32_t)w->pid, .all = w->all };
	if (n != 1)
		return par_fail(err, PAR_E_USAGE, 0, "%s",
				n ? "only one of -a, -g, -s and -p can be given"
				  : "a subsystem (-s), a group (-g) or a process (-p) must be "
				    "given");
	for (size_t i = 0; i < PAR_ARRAY_SIZE(names); i++) {
		if (names[i] && !wpar_subsystem_is_name(names[i]))
			return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
					"'%s' cannot be the name of a subsystem or of a group",
					names[i]);
	}
	q->subsystem = w->subsystem ? strdup(w->subsystem) : NULL;
	q->group = w->group ? strdup(w->group) : NULL;
	return (w->subsystem && !q->subsystem) || (w->group && !q->group) ? par_oom(err) : 0;
}

int wpar_src_send(const struct wpar_src_request *q, struct wpar_src_rows *rows,
		  const struct par_cmd_ctx *ctx, struct par_error **err)
{
	int r = wpar_src_ask(q, rows, ctx->out, ctx->err);

	if (r == -ENOTCONN)
		return par_fail(err, PAR_E_DISCONNECTED, 0,
				"the System Resource Controller is not active: /etc/inittab must "
				"have the line 'srcmstr:2:respawn:/usr/sbin/srcmstr'");
	if (r == -EINVAL || r == -E2BIG)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the arguments are too long or not printable");
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r,
				"the System Resource Controller does not answer")
		     : r;
}

/* What wpar_enter_call() hands in. */
struct src_call {
	const struct par_cmd_ctx *ctx;
	int (*act)(const struct par_cmd_ctx *ctx, void *args, struct par_error **err);
	void *args;
};

/* In the WPAR. */
static int src_call_run(void *user)
{
	const struct src_call *c = user;
	struct par_cmd_ctx ctx = *c->ctx;
	auto_error err = NULL;
	int status;

	ctx.out = stdout;
	ctx.err = stderr;
	status = c->act(&ctx, c->args, &err);
	if (status >= 0)
		return status;
	fprintf(stderr, "%s: %s\n", par_cmd_shown(ctx.cmd),
		err && err->msg ? err->msg : "out of memory");
	return par_error_exit_status(err);
}

static void put_clean(struct par_buf *text, FILE *out)
{
	if (!text->data)
		return;
	par_text_clean(text->data, WPAR_CALL_OUTPUT, PAR_TEXT_LINES);
	fputs(text->data, out);
}

static int src_run_in(const struct wpar_spec *s, struct src_call *c, struct par_error **err)
{
	struct par_buf outputs[2] = { { 0 } };
	int r = wpar_enter_call(s, src_call_run, c, outputs, err);

	put_clean(&outputs[0], c->ctx->out);
	fflush(c->ctx->out);
	put_clean(&outputs[1], c->ctx->err);
	par_buf_done(&outputs[0]);
	par_buf_done(&outputs[1]);
	return r;
}

int wpar_src_run(const struct par_cmd_ctx *ctx, const char *wpar,
		 int (*act)(const struct par_cmd_ctx *ctx, void *args, struct par_error **err),
		 void *args, struct par_error **err)
{
	struct src_call c = { .ctx = ctx, .act = act, .args = args };
	auto_spec s = { 0 };
	enum wpar_state st;
	int r;

	if (wpar_is_inside())
		return wpar ? par_fail(err, PAR_E_USAGE, 0,
				       "-@ can be given in the global environment only")
			    : act(ctx, args, err);
	if (!wpar)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"the services of the global environment are its operating "
				"system's own; name a workload partition with -@");
	r = wpar_need_root(err);
	if (r < 0)
		return r;
	r = wpar_spec_load(wpar, &s, err);
	if (r < 0)
		return r;
	r = wpar_state_probe(&s, &st, err);
	if (r < 0)
		return r;
	if (s.type != WPAR_SYSTEM)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"%s is an application workload partition and has no subsystems.",
				s.name);
	if (st != WPAR_STATE_ACTIVE)
		return wpar_fail_state(&s, st, "it must be Active", err);
	return src_run_in(&s, &c, err);
}
