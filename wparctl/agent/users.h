/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The socket by which ordinary users of the global environment have commands on WPARs carried out
 * by root (wpar-rbac(7)).  The agent itself reads nothing that comes over it: for each connection
 * it starts `wparctl agent --user-session` with the connection as standard input, a process that
 * speaks the frames of lpard/wire/frame.h, asks the kernel who its caller is, and runs one command.
 * No descriptor of a caller's ever gets into root's programs.
 */
#pragma once

#include "lpard/common/event.h"

/* Below /run, which every WPAR has for itself: application WPARs, too, do not see the socket. */
#define WPAR_USERS_DIR	  "/run/wparctl"
#define WPAR_USERS_SOCKET WPAR_USERS_DIR "/agent"

/* Connections at the same time: of one user, and of all together. */
#define WPAR_USERS_EACH 16
#define WPAR_USERS_ALL	256

struct wpar_users;

/*
 * wpar_users_new - listen at @path; PAR_E_ALREADY_OPEN when somebody serves it, PAR_E_SYSTEM
 * @is_known	is the caller one of the system's users?  The others, whose numbers a user with
 *		subordinate ids has by the thousand, have the places of one user together; NULL: all
 *		are known
 */
int wpar_users_new(struct wpar_users **ret, struct par_event *loop, const char *path,
		   bool (*is_known)(int connection), struct par_error **err);
/* wpar_users_free - and end the sessions; NULL inside is fine */
void wpar_users_free(struct wpar_users **users);

/* wpar_users_connect - as a user; a descriptor, or -errno: nobody serves it */
int wpar_users_connect(const char *path);
