/* SPDX-License-Identifier: Apache-2.0 */
/* A command's work in a WPAR: see within.h. */
#include "wparctl/operations/within.h"

#include "lpard/common/text.h"
#include "wparctl/operations/operation.h"
#include "wparctl/runtime/inside/inside.h"

/* What wpar_enter_call() hands in. */
struct within_call {
	const struct par_cmd_ctx *ctx;
	wpar_act act;
	void *args;
};

/* In the WPAR. */
static int within_run(void *user)
{
	const struct within_call *c = user;
	struct par_cmd_ctx ctx = *c->ctx;
	auto_error err = NULL;
	int status;

	ctx.out = stdout;
	ctx.err = stderr;
	status = c->act(&ctx, c->args, &err);
	if (status >= 0)
		return status;
	fprintf(stderr, "%s: %s\n", par_cmd_shown(ctx.cmd), par_error_text(err));
	return par_error_exit_status(err);
}

static void put_clean(struct par_buf *text, FILE *out)
{
	if (!text->data)
		return;
	par_text_clean(text->data, WPAR_CALL_OUTPUT, PAR_TEXT_LINES);
	fputs(text->data, out);
}

static int within_run_in(const struct wpar_spec *s, struct within_call *c, struct par_error **err)
{
	struct par_buf outputs[2] = { { 0 } };
	int r = wpar_enter_call(s, within_run, c, outputs, err);

	put_clean(&outputs[0], c->ctx->out);
	fflush(c->ctx->out);
	put_clean(&outputs[1], c->ctx->err);
	par_buf_done(&outputs[0]);
	par_buf_done(&outputs[1]);
	return r;
}

int wpar_within_name(const char *wpar, struct par_error **err)
{
	return wpar && wpar_is_inside() ? par_fail(err, PAR_E_USAGE, 0,
						   "-@ can be given in the global environment only")
					: 0;
}

int wpar_run_within(const struct par_cmd_ctx *ctx, const char *wpar, const char *what, wpar_act act,
		    void *args, struct par_error **err)
{
	struct within_call c = { .ctx = ctx, .act = act, .args = args };
	auto_spec s = { 0 };
	enum wpar_state st;
	int r = wpar_need_root(err);

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
				"%s is an application workload partition and has no %s.", s.name,
				what);
	if (st != WPAR_STATE_ACTIVE)
		return wpar_fail_state(&s, st, "it must be Active", err);
	return within_run_in(&s, &c, err);
}
