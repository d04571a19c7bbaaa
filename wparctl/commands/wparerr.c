/* SPDX-License-Identifier: Apache-2.0 */
/* wparerr: put a message into a WPAR's buffer of errors, for wparprnterr. */
#include "wparctl/commands/commands.h"
#include "wparctl/operations/operation.h"
#include "wparctl/runtime/inside/inside.h"
#include "wparctl/spec/error_buffer.h"

#include <nl_types.h>

struct wparerr_args {
	const char *wpar, *catalogue, *format;
	uint64_t set, message;
};

static const struct par_opt opts[] = {
	OPT_STR('w', NULL, "NAME", struct wparerr_args, wpar,
		"The workload partition; not inside one, where it is that one", .values = "@wpars"),
	OPT_STR('c', NULL, "CATALOGUE", struct wparerr_args, catalogue,
		"A message catalogue that may have the format in the user's language"),
	OPT_U64('s', NULL, "SET", struct wparerr_args, set, "The set in the catalogue",
		.field.max = INT32_MAX),
	OPT_U64('n', NULL, "NUMBER", struct wparerr_args, message, "The message in the set",
		.field.max = INT32_MAX),
	OPT_STR('S', NULL, "FORMAT", struct wparerr_args, format,
		"The format, as of printf(3), which the operands are put into", .required = true),
	{ 0 }
};

/* The format from the catalogue, or the one of -S. */
static int put_format(const struct wparerr_args *a, struct par_buf *ret)
{
	nl_catd catalogue = a->catalogue ? catopen(a->catalogue, NL_CAT_LOCALE) : (nl_catd)-1;
	int r;

	if (catalogue == (nl_catd)-1)
		return par_buf_puts(ret, a->format);
	r = par_buf_puts(ret, catgets(catalogue, (int)a->set, (int)a->message, a->format));
	catclose(catalogue);
	return r;
}

static int wparerr_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct wparerr_args *a = args;
	const bool inside = wpar_is_inside();
	auto_buf format = { 0 }, message = { 0 };
	auto_spec s = { 0 };
	const char *text;
	int r;

	if (inside && a->wpar)
		return par_fail(
			err, PAR_E_USAGE, 0,
			"-w is of the global environment: leave it out, the message goes to this "
			"workload partition");
	if (!inside && !a->wpar)
		return par_fail(err, PAR_E_USAGE, 0, "option -w is needed");

	if ((a->set || a->message) && !a->catalogue)
		return par_fail(err, PAR_E_USAGE, 0, "-s and -n are of a catalogue: give -c, too");
	r = wpar_need_root(err);
	if (r < 0)
		return r;
	r = inside ? 0 : wpar_spec_load(a->wpar, &s, err);
	if (r < 0)
		return r;
	if (put_format(a, &format) < 0)
		return par_oom(err);
	r = wpar_error_format(format.data, ctx->argv, (size_t)ctx->argc, &message, err);
	if (r < 0)
		return r;
	text = message.data ? message.data : "";
	return inside ? wpar_cor_error(text) : wpar_error_buffer_add(s.name, text, err);
}

const struct par_cmd wpar_cmd_wparerr = {
	.name = "wparerr",
	.synopsis = "[ARGUMENT…]",
	.summary = "Leave an error message in the buffer of a workload partition",
	.family = PAR_FAMILY_AIX,
	.max_args = PAR_ARGS_ANY,
	.opts = opts,
	.args_size = sizeof(struct wparerr_args),
	.run = wparerr_run,
};
