/* SPDX-License-Identifier: Apache-2.0 */
/* mkvterm - open the virtual terminal of a partition */
#include "lpard/cli/commands/commands.h"
#include "lpard/cli/client.h"
#include "lpard/cli/terminal.h"

#include <time.h>

struct mkvterm_args {
	const char *system, *lpar, *id;
};

static const struct par_opt opts[] = {
	OPT_STR('m', NULL, "SYSTEM", struct mkvterm_args, system,
		"The managed system, by name or TYPE-MODEL*SERIAL", .values = "@systems",
		.required = true),
	OPT_STR('p', NULL, "LPAR", struct mkvterm_args, lpar, "The partition", .values = "@lpars"),
	OPT_STR(0, "id", "ID", struct mkvterm_args, id, "The partition by its id"),
	{ 0 },
};

/* To the byte what an HMC prints: expect scripts wait for these words. */
#define OPENING "\r\n Open in progress  \r\n "
#define OPEN	"\r\n Open Completed. \r\n  "
#define TAKEN                                                          \
	"\r\n A terminal session is already open for this partition. " \
	"\r\n Only one open session is allowed for a partition. "      \
	"\r\n Exiting.... "
#define CLOSED                                                                          \
	"\r\n Connection has closed \r\n\r\n\r\n This session is no longer connected. " \
	"Please close this window.\n\n\n "
#define INPUT_GONE " The write socket has closed. Exiting.\n"

static void say(const struct par_cmd_ctx *ctx, const char *text)
{
	fputs(text, ctx->out);
	fflush(ctx->out);
}

static int talk(const struct par_cmd_ctx *ctx, int fd, const struct par_buf *rest,
		struct par_error **err)
{
	enum terminal_end end = TERMINAL_CLOSED;
	int r;

	say(ctx, OPENING);
	nanosleep(&(struct timespec){ .tv_nsec = 500 * 1000 * 1000 }, NULL);
	say(ctx, OPEN);
	if (rest->len)
		fwrite(rest->data, 1, rest->len, ctx->out);
	fflush(ctx->out);
	r = cli_terminal_run(STDIN_FILENO, STDOUT_FILENO, fd, &end, err);
	if (r < 0)
		return r;
	switch (end) {
	case TERMINAL_CLOSED:
	case TERMINAL_ESCAPED:
		say(ctx, CLOSED);
		break;
	case TERMINAL_INPUT_GONE:
		say(ctx, INPUT_GONE);
		break;
	case TERMINAL_OUTPUT_GONE:
		return 1;
	}
	return 0;
}

static int mkvterm_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct mkvterm_args *a = args;
	auto_json params = json_object_new_object();
	struct cli_missing m = { 0 };
	auto_varlink v = NULL;
	auto_buf rest = { 0 };
	autofd int fd = -1;
	int r;

	cli_need(&m, !a->lpar != !a->id, "-p,--id");
	r = cli_needs_met(&m, err);
	if (r < 0)
		return r;
	if (par_json_put_string(params, "system", a->system) < 0)
		return par_oom(err);
	r = cli_put_lpar(params, a->lpar, a->id, err);
	if (r < 0)
		return r;
	r = cli_connect(&v, err);
	if (r < 0)
		return r;
	r = par_varlink_call_upgrade(v, "org.lpard.OpenTerminal", params, -1, NULL, &rest, &fd,
				     err);
	if (r < 0 && err && *err && (*err)->id == PAR_E_ALREADY_OPEN) {
		say(ctx, TAKEN);
		return 0;
	}
	if (r < 0)
		return r;
	return talk(ctx, fd, &rest, err);
}

const struct par_cmd cmd_mkvterm = {
	.name = "mkvterm",
	.synopsis = "",
	.summary = "Open the virtual terminal of a partition; ~. closes it",
	.family = PAR_FAMILY_HMC,
	.opts = opts,
	.args_size = sizeof(struct mkvterm_args),
	.run = mkvterm_run,
};
