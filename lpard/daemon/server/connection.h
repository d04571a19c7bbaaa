/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One client's connection, as the server sees it.  What a method sees of the same connection is in
 * call.h.
 */
#pragma once

#include "lpard/common/event.h"
#include "lpard/daemon/server/call.h"

/* What the owner of a connection is told; @user is that of lpar_connection_new(). */
struct lpar_connection_ops {
	/* a call came, and belongs to the function called here */
	void (*call)(struct lpar_call *call, void *user);
	/* the client does not read: call lpar_connection_check() for this connection from time to
	 * time */
	void (*behind)(void *user);
	/* the connection is closed and is freed on return; the last that is told */
	void (*gone)(void *user);
};

/*
 * lpar_connection_new - serve the client at the other end of @fd
 * @fd	a connected, non-blocking socket; taken over in every case
 * Nothing is called before the return.  Returns 0 or -ENOMEM.
 */
int lpar_connection_new(struct par_event *loop, int fd, const struct lpar_peer *peer,
			const struct lpar_connection_ops *ops, void *user,
			struct lpar_connection **ret);

/* lpar_connection_drop - close at once: tells the owner of the call under way or of the upgraded
 * connection, then ->gone */
void lpar_connection_drop(struct lpar_connection *c);

/*
 * lpar_connection_check - drop a client that has taken nothing for long
 * @now_ms	par_now_ms()
 */
enum lpar_connection_reader {
	LPAR_READER_IN_TIME,
	LPAR_READER_BEHIND,  /* and still has time */
	LPAR_READER_DROPPED, /* this connection is gone, and perhaps others with it */
};
enum lpar_connection_reader lpar_connection_check(struct lpar_connection *c, uint64_t now_ms);
