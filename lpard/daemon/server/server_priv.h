/* SPDX-License-Identifier: Apache-2.0 */
/* What server.c (the door) and client.c (a connection) share. */
#pragma once

#include "lpard/wire/wire.h"
#include "lpard/daemon/server/server.h"

struct lpar_server {
	struct par_event *loop;
	lpar_server_fn fn;
	void *user;
	char *path, *lock_path;
	int fd, lock_fd;
	bool passed; /* the socket is somebody else's, who listens on after us */
	struct par_source *source;
	struct par_source *retry; /* timer: accept again after EMFILE; watch over slow readers */
	bool paused, watching;
	gid_t group, read_group; /* (gid_t)-1: none */
	size_t max_clients;
	struct lpar_connection *clients;
	size_t n_clients;
};

/* client.c */

/* lpar_connection_new - a connection; takes @fd over */
int lpar_connection_new(struct lpar_server *server, int fd, const struct lpar_peer *peer);
/* lpar_connection_drop - close at once; tells the call's or the raw connection's owner */
void lpar_connection_drop(struct lpar_connection *c);
/* lpar_clients_check - drop who has not read for long; true when somebody still is behind */
bool lpar_clients_check(struct lpar_server *server, uint64_t now_ms);

/* server.c */

/* lpar_server_client_gone - @c was taken from the list: accept may go on */
void lpar_server_client_gone(struct lpar_server *server);
/* lpar_server_watch - somebody is behind in reading: look at it again in a while */
void lpar_server_watch(struct lpar_server *server);

struct lpar_connection {
	struct lpar_server *server;
	struct lpar_connection *prev, *next;
	int fd;
	struct par_source *source;
	struct lpar_peer peer;
	struct par_wire_in in;
	struct par_buf out;
	size_t out_done;	   /* bytes of out already written */
	uint64_t behind_since;	   /* ms; 0: nothing waits to be written */
	struct lpar_call *call;	   /* under way */
	struct lpar_upgraded *raw; /* upgraded */
	bool closing;		   /* close once out is written */
	bool in_handler;	   /* do not free: the handler does */
	bool dead;
	bool raw_paused;
	struct par_source *kick; /* timer: hand over what came with the upgrade */
};

struct lpar_upgraded {
	struct lpar_connection *client;
	const struct lpar_upgraded_ops *ops;
	void *user;
};
