/* SPDX-License-Identifier: Apache-2.0 */
/* wparctl agent: the LPAR's end of lpard's channel; started by the LPAR's init. */
#include "wparctl/agent/server.h"

#include <fcntl.h>
#include <string.h>

#include "wparctl/agent/users.h"
#include "wparctl/commands/commands.h"
#include "wparctl/commands/user_commands.h"
#include "wparctl/operations/user_peer.h"
#include "wparctl/operations/user_session.h"
#include "wparctl/spec/spec.h"

struct agent_args {
	const char *port;
	const char *fd;
	const char *shutdown_program;
	bool users_only, user_session;
};

static const struct par_opt opts[] = {
	OPT_STR('p', "port", "PATH", struct agent_args, port,
		"Serve this port (default: the virtio port org.lpard.agent.0)", .values = "@files"),
	OPT_STR('f', "fd", "N", struct agent_args, fd,
		"Serve this open descriptor, and end when its other end is closed"),
	OPT_STR(0, "shutdown-program", "PATH", struct agent_args, shutdown_program,
		"Called as PATH poweroff|reboot [-f] (default: /sbin/poweroff, /sbin/reboot)",
		.values = "@files"),
	OPT_FLAG(0, "users-only", struct agent_args, users_only,
		 "Serve users of this system, and no lpard"),
	OPT_FLAG(0, "user-session", struct agent_args, user_session, NULL),
	{ 0 },
};

/* How long a user may stay connected without a command that runs. */
#define SESSION_S 30

/* See struct wpar_agent_opts. */
static int authorize(struct wpar_run *run, void *user, struct par_error **err)
{
	struct wpar_user_command c = { 0 };
	const int *fd = user;
	int r = wpar_user_session_check(wpar_user_commands, *fd, &run->argv, &run->environment, &c,
					err);

	if (r < 0) {
		par_strv_done(&c.argv);
		par_strv_done(&c.environment);
		return r;
	}
	par_strv_done(&run->argv);
	par_strv_done(&run->environment);
	run->argv = c.argv;
	run->environment = c.environment;
	free(run->directory);
	run->directory = strdup("/");
	run->program = strdup("/proc/self/exe");
	run->of_user = true;
	/* At a terminal a Ctrl-S would hold up what the command says, and the locks it has. */
	run->tty = run->tty && c.interactive;
	return run->directory && run->program ? 0 : par_oom(err);
}

/* The connection is standard input (agent/users.h). */
static int serve_user(struct par_error **err)
{
	int fd = dup(STDIN_FILENO);
	struct wpar_agent_opts o = {
		.fd = fd, .authorize = authorize, .authorize_user = &fd, .idle_s = SESSION_S
	};

	if (fd < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "there is no connection to serve");
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	return wpar_agent_run(&o, err);
}

static int agent_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct agent_args *a = args;
	struct wpar_agent_opts o = { .port = a->port,
				     .fd = -1,
				     .shutdown_program = a->shutdown_program };
	autofree char *users = NULL;
	uint64_t fd;

	(void)ctx;
	if (a->user_session)
		return serve_user(err);
	if (a->users_only && (a->fd || a->port))
		return par_fail(err, PAR_E_USAGE, 0, "--users-only excludes -p and -f");
	if (a->fd) {
		if (a->port || par_parse_u64(a->fd, 1 << 20, &fd) < 0)
			return par_fail(err, PAR_E_USAGE, 0,
					a->port ? "-p and -f exclude each other"
						: "option -f takes the number of a descriptor");
		o.fd = (int)fd;
	}
	if (!a->fd) { /* who gives a descriptor tests the channel alone */
		users = wpar_path(WPAR_USERS_SOCKET);
		if (!users)
			return par_oom(err);
	}
	o.users_path = users;
	o.users_known = wpar_user_peer_is_known;
	o.no_port = a->users_only;
	return wpar_agent_run(&o, err);
}

const struct par_cmd wpar_cmd_agent = {
	.name = "agent",
	.shown = "wparctl agent",
	.synopsis = "",
	.summary = "Serve lpard in an LPAR",
	.hidden = true, /* its page is wparctl-agent(8) */
	.opts = opts,
	.args_size = sizeof(struct agent_args),
	.run = agent_run,
};
