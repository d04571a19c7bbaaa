/* SPDX-License-Identifier: Apache-2.0 */
/* The last step into a WPAR's program: environment, look-up in PATH, exec.  Internal to runtime/.
 */
#pragma once

#include "wparctl/runtime/session/user.h"

#include "lpard/common/str.h"

/*
 * wpar_command_environment - what a user's program starts with: TERM and LANG of the caller where
 * they are plain text, and what the user's entry gives; @more wins
 * @terminal	it is to run on one: then there is a TERM in any case
 */
int wpar_command_environment(const struct wpar_user *u, const struct par_strv *more, bool terminal,
			     struct par_strv *ret);

/*
 * wpar_command_inherit - the environment of a job: what its caller has, where @u is not NULL with
 * that user's home, shell and name, and @more, which wins; what every program needs is in it
 * @terminal	as above
 */
int wpar_command_inherit(const struct wpar_user *u, const struct par_strv *inherited,
			 const struct par_strv *more, bool terminal, struct par_strv *ret);

/*
 * wpar_command_line - one line for a shell's -c out of the caller's words; the caller frees it
 * A single word is the line itself ("ls -l | wc -l").  Of several each stays a word: those with
 * anything that a shell could read otherwise are quoted.  NULL: no memory.
 */
char *wpar_command_line(char *const words[]);

/*
 * wpar_command_is_program - can the words be run as they are?  Not a single word that a shell
 * would read as more than a word: that is a line.
 */
bool wpar_command_is_program(char *const words[]);

/*
 * wpar_command_exec - @path, or where PATH of @env has it when it has no slash
 * Returns only on failure, a negative errno.
 */
int wpar_command_exec(const char *path, char *const argv[], const struct par_strv *env);

/* As whom a command begins, and where. */
struct wpar_command_start {
	const struct wpar_user *user; /* NULL: as the caller */
	const char *directory;	      /* NULL: the caller's */
	mode_t umask;
	int lost; /* set: why @directory could not be entered, an errno; it began in / then */
};

/*
 * wpar_command_spawn - the program at @path as a child, which shares the memory of this process
 * until it is exec'd: nothing is copied that it throws away at once
 * A file without "#!" is a script of /bin/sh's, as for wpar_command_exec().  Returns 0 or a
 * negative errno; -EAGAIN: there can be no process more.
 */
int wpar_command_spawn(const char *path, char *const argv[], const struct par_strv *env,
		       struct wpar_command_start *start, pid_t *ret_pid);

/*
 * wpar_command_fail - the error for wpar_command_exec()'s or wpar_command_spawn()'s @r, with a
 * shell's status: PAR_E_NO_COMMAND (127), PAR_E_CANNOT_RUN (126).  @what: "command", "login shell".
 * Returns a negative errno.
 */
int wpar_command_fail(const char *what, const char *path, int r, struct par_error **err);

/* wpar_wait_status - wait for the end of a child; its exit status, 128+N for a signal */
int wpar_wait_status(int pidfd, int *ret_status, struct par_error **err);
