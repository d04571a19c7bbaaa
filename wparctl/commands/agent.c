/* SPDX-License-Identifier: Apache-2.0 */
/* wparctl agent: the LPAR's end of lpard's channel; started by the LPAR's init. */
#include "wparctl/agent/server.h"

#include "wparctl/commands/commands.h"

struct agent_args {
	const char *port;
	const char *fd;
	const char *shutdown_program;
};

static const struct par_opt opts[] = {
	OPT_STR('p', "port", "PATH", struct agent_args, port,
		"Serve this port (default: the virtio port org.lpard.agent.0)", .values = "@files"),
	OPT_STR('f', "fd", "N", struct agent_args, fd,
		"Serve this open descriptor, and end when its other end is closed"),
	OPT_STR(0, "shutdown-program", "PATH", struct agent_args, shutdown_program,
		"Called as PATH poweroff|reboot [-f] (default: /sbin/poweroff, /sbin/reboot)",
		.values = "@files"),
	{ 0 },
};

static int agent_run(const struct par_cmd_ctx *ctx, void *args, struct par_error **err)
{
	const struct agent_args *a = args;
	struct wpar_agent_opts o = { .port = a->port,
				     .fd = -1,
				     .shutdown_program = a->shutdown_program };
	uint64_t fd;

	(void)ctx;
	if (a->fd) {
		if (a->port || par_parse_u64(a->fd, 1 << 20, &fd) < 0)
			return par_fail(err, PAR_E_USAGE, 0,
					a->port ? "-p and -f exclude each other"
						: "option -f takes the number of a descriptor");
		o.fd = (int)fd;
	}
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
