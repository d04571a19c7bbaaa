/* SPDX-License-Identifier: Apache-2.0 */
/* One command of an ordinary user: is it allowed, what is run for it, and the line in the log. */
#pragma once

#include "lpard/common/cmd.h"

/* What stands in front of a variable of the user's, for the command that wparexec runs as the user.
 */
#define WPAR_USER_VARIABLE "WPAR_USER_ENV_"

/* What is run for a user. */
struct wpar_user_command {
	struct par_strv argv;
	struct par_strv environment; /* of the caller's the sort of terminal, and of
				      * wparexec's WPAR_USER_VARIABLE */
	bool interactive;	     /* it may have a terminal */
};

/*
 * wpar_user_session_check - may the user at the socket @fd have @argv carried out?
 * @environment	what the caller would like to have; only TERM is taken from it, and for wparexec
 *		what the command is to have, which runs as that user
 * @ret		added to
 *
 * Every use and every refusal is a line in the log of events.  A refusal takes a second, so that
 * the log is not filled up at once.  PAR_E_NOT_PERMITTED, PAR_E_NOT_FOUND, PAR_E_USAGE …
 */
int wpar_user_session_check(const struct par_cmd *const *cmds, int fd, const struct par_strv *argv,
			    const struct par_strv *environment, struct wpar_user_command *ret,
			    struct par_error **err);
