/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an ordinary user may have carried out by root, out of a command line that is a stranger's:
 * the commands, the options that each of them may have then, and the rights that are needed.  Pure.
 */
#pragma once

#include "lpard/common/cmd.h"

struct wpar_user_request {
	const char *command; /* static */
	unsigned int rights; /* enum wpar_right */
	char *name;	     /* of the WPAR; owned */
	bool creates;
	bool is_job;	      /* a command of the user's own, run as that user: wparexec */
	bool interactive;     /* it has a standard input, and a terminal where the caller has one */
	struct par_strv argv; /* what is run: the caller's words, and the owner of what is made */
};

void wpar_user_request_done(struct wpar_user_request *q);
#define auto_user_request par_cleanup(wpar_user_request_done) struct wpar_user_request

/* wpar_user_command_is - is it a command that ordinary users can have carried out? */
bool wpar_user_command_is(const char *name);

/*
 * wpar_user_request_parse - a command line, its first word the command's name
 * @cmds	all commands; the line is read by the same descriptor as when it is run
 * @user	who becomes the owner
 * @ret		to be ended in any case; of what is refused it has the command and the name, as far
 *as they are known
 *
 * Returns 0, 1 when the command line asks for nothing that needs root (--help, --dry-run), or a
 * negative errno: PAR_E_NOT_PERMITTED (a command or an option that is root's), PAR_E_USAGE and what
 * else reading a command line comes to.
 */
int wpar_user_request_parse(const struct par_cmd *const *cmds, const struct par_strv *argv,
			    const char *user, struct wpar_user_request *ret,
			    struct par_error **err);
