/* SPDX-License-Identifier: Apache-2.0 */
/* A command of the global environment in a WPAR, at the caller's terminal: clogin and wparexec. */
#pragma once

#include "wparctl/spec/report.h"
#include "wparctl/spec/spec.h"

#include <sys/types.h>

/*
 * With SIGHUP, as its value: a checkpoint ends the session (chkptwpar -F), which clogin says.
 */
#define WPAR_HANGUP_CHECKPOINT 0x636b7074

/* What clogin is to do. */
struct wpar_login {
	const char *user;  /* "root" */
	char *const *argv; /* the command; NULL: a log-in */
	bool is_program;   /* argv need not go through the shell when it is a program */
};

/*
 * wpar_enter - clogin: the user's login shell in an active WPAR, or a command in it
 * A pty of the WPAR's own when stdin is a terminal.  Returns the exit status (128+N for a
 * signal), or a negative errno.
 */
int wpar_enter(const struct wpar_spec *s, const struct wpar_login *login, struct par_error **err);

/*
 * wpar_enter_call - run @call, a function of ours, in an active WPAR as its root, with the rights
 * that a command of clogin would have there; no program of the WPAR is run
 * @outputs	two: what it has written to standard output and to standard error.  Foreign bytes:
 *		the WPAR's root can have any answer given.  At most WPAR_CALL_OUTPUT bytes are kept
 *
 * Returns what @call has returned (0 to 255; 128+N for a signal), or a negative errno.
 */
#define WPAR_CALL_OUTPUT (1 << 20)
int wpar_enter_call(const struct wpar_spec *s, int (*call)(void *user), void *user,
		    struct par_buf *outputs, struct par_error **err);

/* The command of an application WPAR. */
struct wpar_exec_command {
	char *const *argv;
	const struct par_strv *inherited; /* "NAME=value": what the caller has */
	const struct par_strv *variables; /* what stands in front of the command: they win */
	const char *directory;		  /* where it begins; NULL: / */
	mode_t umask;			  /* of a user's job; root's have 022 */
};

/*
 * wpar_exec - an application WPAR: start the command in it, wait until all its processes have
 * ended, take it down.  Returns the tracked command's status.
 */
int wpar_exec(const struct wpar_spec *s, const struct wpar_exec_command *command,
	      const struct wpar_report *report, struct par_error **err);

/*
 * wpar_exec_check_user - can an application WPAR be the job of @user (-l)?
 * Errors: PAR_E_NOT_FOUND, PAR_E_NOT_PERMITTED, PAR_E_NO_RESOURCES.
 */
int wpar_exec_check_user(const char *user, struct par_error **err);
