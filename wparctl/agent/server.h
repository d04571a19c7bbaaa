/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The agent: serves one lpard at a time over one port, by frames (lpard/wire/frame.h).  One
 * thread, one event loop.  It trusts lpard to run commands as root, and nothing in the bytes.
 */
#pragma once

#include "lpard/common/event.h"
#include "wparctl/agent/stream.h"

struct wpar_agent_opts {
	const char *port; /* a path; NULL: look for the virtio port */
	int fd;		  /* a descriptor instead of a port; -1: none.  Ends when it is closed */
	/*
	 * Called as "PROGRAM poweroff|reboot [-f]"; NULL: /sbin/poweroff, /sbin/reboot.  With fd
	 * and without a program, shutting down is refused.
	 */
	const char *shutdown_program;
	bool pretend; /* find no program at all: for fuzzing */
	/*
	 * For local users (users.h): there is no port, but this is listened on; NULL: nobody is let
	 * in.  Not being able to is an error with no_port alone.
	 */
	const char *users_path;
	bool (*users_known)(int connection); /* see wpar_users_new() */
	bool no_port;
	/*
	 * What may be run, for a caller who may not run everything: changes the call to what is run
	 * for it, or fails.  Then one command is run for the session, and nothing else is answered.
	 */
	int (*authorize)(struct wpar_run *run, void *user, struct par_error **err);
	void *authorize_user;
	/* Then also: SIGALRM ends a session that runs nothing for so many seconds; 0: nothing does
	 */
	unsigned int idle_s;
};

/*
 * wpar_agent_run - until SIGTERM or SIGINT, or the end of opts->fd; waits for a port to appear
 * Returns 0 or a negative errno.  Says on stderr when lpard comes and goes.
 */
int wpar_agent_run(const struct wpar_agent_opts *opts, struct par_error **err);
