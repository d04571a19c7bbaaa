/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemon's life: put together from its parts, brought in line with a new configuration, taken
 * apart.  Between start and close whoever called runs daemon->loop.
 */
#pragma once

#include "lpard/daemon/daemon.h"
#include "lpard/daemon/server/server.h"

/* What the daemon is started with, apart from its configuration; borrowed. */
struct lpar_daemon_options {
	const char *config; /* path of the configuration */
	const char *socket; /* NULL: as the configuration says */
	int listen_fd;	    /* listens at ->socket already (systemd's); 0: make the socket */
};

/*
 * lpar_daemon_configure - read the configuration and make it the daemon's
 * Earlier configurations stay until lpar_daemon_free(), because workers may still read them.
 * Errors: those of lpar_config_load(); the daemon keeps the configuration that it had.
 */
int lpar_daemon_configure(struct lpar_daemon *d, const struct lpar_daemon_options *o,
			  struct par_error **err);

/*
 * lpar_daemon_start - begin to serve, with ->loop and ->config there
 * Systems connect in the background.  On errors lpar_daemon_close() and lpar_daemon_free() undo it.
 */
int lpar_daemon_start(struct lpar_daemon *d, const struct lpar_daemon_options *o,
		      struct par_error **err);

/* lpar_daemon_socket - the path of the socket that is served */
const char *lpar_daemon_socket(const struct lpar_daemon *d, const struct lpar_daemon_options *o);

/*
 * lpar_daemon_file - where a file of lpard's is when the configuration says nothing: in
 * /var/log/lpard, or beside a socket that is not the usual one; freed by the caller
 */
char *lpar_daemon_file(const struct lpar_daemon *d, const struct lpar_daemon_options *o,
		       const char *name);

/*
 * lpar_daemon_audit - lpard's own life for the journal: "Start", "Reload", "End"
 * @why		it failed; NULL: it went well
 */
void lpar_daemon_audit(struct lpar_daemon *d, const char *operation, const struct par_error *why);

/* lpar_daemon_add_system - connect to a system, the last of the list from now on */
int lpar_daemon_add_system(struct lpar_daemon *d, const struct lpar_config_system *s,
			   struct par_error **err);

/* lpar_daemon_door - what the door is to be like by options and configuration */
struct lpar_server_config lpar_daemon_door(const struct lpar_daemon *d,
					   const struct lpar_daemon_options *o);

/* lpar_daemon_close - end the calls and the work under way, then close the door; takes a daemon
 * that was not started, too */
void lpar_daemon_close(struct lpar_daemon *d);
/* lpar_daemon_free - disconnect from the systems (waits for calls to libvirt) and free the rest;
 * after lpar_daemon_close() */
void lpar_daemon_free(struct lpar_daemon *d);

/*
 * lpar_daemon_reload - read the configuration again and bring limits and systems in line with it
 * A configuration that is wrong changes nothing and is told in the log.  (In reload.c.)
 */
void lpar_daemon_reload(struct lpar_daemon *d, const struct lpar_daemon_options *o);
