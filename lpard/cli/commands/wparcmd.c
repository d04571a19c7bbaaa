/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wparcmd: run a command in an LPAR, by the LPAR's agent, as if the command ran here: standard
 * streams, exit status, signals, terminal.  The moving of bytes is in lpard/wire/command_session.c.
 */
#include "lpard/cli/client.h"
#include "lpard/cli/commands/commands.h"
#include "lpard/wire/command_session.h"
#include "lpard/common/tty.h"

#include <fcntl.h>
#include <sys/ioctl.h>

/* lpard itself gives an agent up that does not answer (run_command.c); this is for a lpard that
 * hangs: so long after that limit. */
#define AGENT_S	 30
#define ANSWER_S 10

struct wparcmd_args {
	const char *system, *lpar;
	uint64_t id, wait_s;
	bool tty, no_tty, no_stdin;
	struct par_args environment;
};

static const struct par_opt opts[] = {
	OPT_STR('m', "system", "SYSTEM", struct wparcmd_args, system,
		"Managed system, by name or type-model*serial (usual: $LPARD_SYSTEM, or the only one)",
		.values = "@systems"),
	OPT_STR('p', "lpar", "LPAR", struct wparcmd_args, lpar, "LPAR to run it in",
		.values = "@lpars"),
	OPT_U64(0, "id", "N", struct wparcmd_args, id, "LPAR to run it in, by its ID",
		.field.max = 65535),
	OPT_FLAG('t', "tty", struct wparcmd_args, tty,
		 "Give it a terminal (usual when stdin and stdout are one)"),
	OPT_FLAG('T', "no-tty", struct wparcmd_args, no_tty, "Give it no terminal"),
	OPT_FLAG('n', "no-stdin", struct wparcmd_args, no_stdin, "Give it an empty stdin"),
	OPT_LIST('e', "env", "NAME=VALUE", struct wparcmd_args, environment,
		 "Set an environment variable for it; may be given again"),
	OPT_U64('w', "wait", "SECONDS", struct wparcmd_args, wait_s,
		"Wait so long until the command runs, for an LPAR that is starting",
		.field.max = 86400),
	{ 0 },
};

static int wparcmd_check(const struct wparcmd_args *a, struct par_error **err)
{
	if ((a->lpar != NULL) == (a->id != 0))
		return par_fail(err, PAR_E_USAGE, 0, "one of -p and --id must be given");
	if (a->tty && a->no_tty)
		return par_fail(err, PAR_E_USAGE, 0, "-t and -T exclude each other");
	return 0;
}

static int put_environment(const struct wparcmd_args *a, bool tty, struct json_object *o,
			   struct par_error **err)
{
	const char *term = getenv("TERM");
	auto_strv list = { 0 };

	if (tty) {
		autofree char *setting = par_strdup_printf("TERM=%s", term ? term : "dumb");

		if (!setting || par_strv_add(&list, setting) < 0)
			return par_oom(err);
	}
	for (size_t i = 0; i < a->environment.n; i++) {
		if (par_strv_add(&list, a->environment.v[i]) < 0)
			return par_oom(err);
	}
	return par_json_put_strv(o, "environment", list.v, list.n) < 0 ? par_oom(err) : 0;
}

static int build_call(const struct wparcmd_args *a, const struct par_cmd_ctx *ctx, bool tty,
		      struct json_object *o, struct par_error **err)
{
	autofree char *system = NULL;
	struct winsize ws;
	int r = put_environment(a, tty, o, err);

	if (r < 0)
		return r;
	r = cli_system(a->system, &system, err);
	if (r < 0)
		return r;
	if (tty)
		par_tty_size(&ws);
	if (par_json_put_string(o, "system", system) < 0 ||
	    (a->lpar && par_json_put_string(o, "lpar", a->lpar) < 0) ||
	    (!a->lpar && par_json_put(o, "id", json_object_new_int64((int64_t)a->id)) < 0) ||
	    par_json_put_strv(o, "argv", ctx->argv, (size_t)ctx->argc) < 0 ||
	    par_json_put(o, "tty", json_object_new_boolean(tty)) < 0 ||
	    (tty && par_json_put(o, "rows", json_object_new_int(ws.ws_row)) < 0) ||
	    (tty && par_json_put(o, "columns", json_object_new_int(ws.ws_col)) < 0) ||
	    (a->wait_s > 0 &&
	     par_json_put(o, "wait_s", json_object_new_int64((int64_t)a->wait_s)) < 0))
		return par_oom(err);
	return 0;
}

/* No descriptor opened from now on may become one of these three. */
static void keep_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static int wparcmd_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct wparcmd_args *a = args;
	struct par_session_opts opts_of_session = { .fd = -1 };
	bool tty = a->tty || (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && !a->no_tty);
	auto_json call = json_object_new_object();
	auto_varlink v = NULL;
	auto_buf rest = { 0 };
	autofd int fd = -1;
	int r = wparcmd_check(a, err);

	if (r < 0)
		return r;
	keep_standard_fds();
	if (!call)
		return par_oom(err);
	r = build_call(a, ctx, tty, call, err);
	if (r < 0)
		return r;
	r = cli_connect(&v, err);
	if (r < 0)
		return r;
	r = par_varlink_call_upgrade(v, "org.lpard.RunCommand", call,
				     ((int)(a->wait_s ? a->wait_s : AGENT_S) + ANSWER_S) * 1000,
				     NULL, &rest, &fd, err);
	if (r < 0)
		return r;
	opts_of_session = (struct par_session_opts){
		.fd = fd,
		.first = rest.data,
		.first_len = rest.len,
		.tty = tty,
		.no_stdin = a->no_stdin,
		.peer = "lpard",
	};
	return par_session_run(&opts_of_session, err);
}

const struct par_cmd cmd_wparcmd = {
	.name = "wparcmd",
	.synopsis = "-- COMMAND [ARGUMENT…]",
	.summary = "Run a command in an LPAR",
	.family = PAR_FAMILY_OWN,
	.min_args = 1,
	.max_args = PAR_ARGS_ANY,
	.stop_at_operand = true,
	.opts = opts,
	.args_size = sizeof(struct wparcmd_args),
	.run = wparcmd_run,
	.error_status = PAR_SESSION_FAILED,
	.operand_values = "@in_lpar",
};
