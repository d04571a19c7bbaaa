/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent: serves one lpard at a time over one port, by frames (lpard/wire/frame.h).  One
 * thread, one event loop.  It trusts lpard to run commands as root, and nothing in the bytes.
 */
#pragma once

#include "lpard/common/event.h"

struct wpar_agent_opts {
	const char *port; /* a path; NULL: look for the virtio port */
	int fd;		  /* a descriptor instead of a port; -1: none.  Ends when it is closed */
	/*
	 * Called as "PROGRAM poweroff|reboot [-f]"; NULL: /sbin/poweroff, /sbin/reboot.  With fd
	 * and without a program, shutting down is refused.
	 */
	const char *shutdown_program;
	bool pretend; /* find no program at all: for fuzzing */
};

/*
 * wpar_agent_run - until SIGTERM or SIGINT, or the end of opts->fd; waits for a port to appear
 * Returns 0 or a negative errno.  Says on stderr when lpard comes and goes.
 */
int wpar_agent_run(const struct wpar_agent_opts *opts, struct par_error **err);
