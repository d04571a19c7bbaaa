/* SPDX-License-Identifier: Apache-2.0 */
/* What server.c (the door) and client.c (a connection) share. */
#pragma once

#include "lpard/common/wire.h"
#include "lpard/daemon/server.h"

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
	struct lpar_client *clients;
	size_t n_clients;
};

/* client.c */

/* lpar_client_new - a connection; takes @fd over */
int lpar_client_new(struct lpar_server *server, int fd, const struct lpar_peer *peer);
/* lpar_client_drop - close at once; tells the call's or the raw connection's owner */
void lpar_client_drop(struct lpar_client *c);
/* lpar_clients_check - drop who has not read for long; true when somebody still is behind */
bool lpar_clients_check(struct lpar_server *server, uint64_t now_ms);

/* server.c */

/* lpar_server_client_gone - @c was taken from the list: accept may go on */
void lpar_server_client_gone(struct lpar_server *server);
/* lpar_server_watch - somebody is behind in reading: look at it again in a while */
void lpar_server_watch(struct lpar_server *server);

struct lpar_client {
	struct lpar_server *server;
	struct lpar_client *prev, *next;
	int fd;
	struct par_source *source;
	struct lpar_peer peer;
	struct par_wire_in in;
	struct par_buf out;
	size_t out_done;	/* bytes of out already written */
	uint64_t behind_since;	/* ms; 0: nothing waits to be written */
	struct lpar_call *call; /* under way */
	struct lpar_raw *raw;	/* upgraded */
	bool closing;		/* close once out is written */
	bool in_handler;	/* do not free: the handler does */
	bool dead;
	bool raw_paused;
	struct par_source *kick; /* timer: hand over what came with the upgrade */
};

struct lpar_raw {
	struct lpar_client *client;
	const struct lpar_raw_ops *ops;
	void *user;
};
