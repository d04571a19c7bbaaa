/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The door: a listening unix socket, its clients, and the limits on them.
 */
#pragma once

#include "lpard/common/event.h"
#include "lpard/daemon/server/call.h"

struct lpar_server;

typedef void (*lpar_server_fn)(struct lpar_call *call, void *user);

struct lpar_server_config {
	const char *path;
	int listen_fd;		/* 0: make the socket; else a socket that listens at path already */
	const char *group;	/* operators, with root; NULL: root only */
	const char *read_group; /* viewers; NULL: none */
	size_t max_clients;
};

/*
 * lpar_server_new - listen
 * @fn	gets every call, and owns it
 *
 * Takes the lock file PATH.lock first, so that two daemons never serve the same socket, and holds
 * the lock until free.  The socket appears under its name when clients can connect.  A socket that
 * was passed (listen_fd, taken over on success) is served as it is, and stays in its place
 * afterwards, because its maker goes on listening.
 * Errors: PAR_E_EXISTS (another one serves), PAR_E_INVALID_ARGUMENT, PAR_E_SYSTEM.
 */
int lpar_server_new(struct par_event *loop, const struct lpar_server_config *config,
		    lpar_server_fn fn, void *user, struct lpar_server **ret,
		    struct par_error **err);
/* lpar_server_free - close every connection, remove the socket (unless passed) and its lock; NULL
 * inside is fine */
void lpar_server_free(struct lpar_server **server);

/* lpar_server_limits - new groups and limits (of clients to come) */
void lpar_server_limits(struct lpar_server *server, const struct lpar_server_config *config);

/* lpar_server_clients - how many there are */
size_t lpar_server_clients(const struct lpar_server *server);
