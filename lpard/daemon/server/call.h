/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A call under way, as the method that answers the call sees it.  The holder of a struct lpar_call
 * owns the call until it is answered (or upgraded).  The client may leave earlier; an answer then
 * goes nowhere.  Calls belong to the loop's thread.
 */
#pragma once

#include "lpard/common/error.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <sys/types.h>

struct lpar_call;
struct lpar_connection;
struct lpar_upgraded;

enum lpar_role {
	LPAR_ROLE_NONE,	    /* may ask what this service is */
	LPAR_ROLE_VIEWER,   /* may look */
	LPAR_ROLE_OPERATOR, /* may change */
};

const char *lpar_role_name(enum lpar_role role);

/* The caller, as the socket names him; nothing in a message can change this. */
struct lpar_peer {
	uid_t uid;
	pid_t pid;
	enum lpar_role role;
};

struct lpar_call {
	const char *method;
	struct json_object *parameters; /* an object */
	bool more, oneway, upgrade;
	struct lpar_peer peer;
	/*
	 * The client went away before the answer: forget the call, which is freed on return.  NULL:
	 * its owner keeps it and answers later, to nobody.  Answering sets this to NULL first.
	 */
	void (*gone)(struct lpar_call *call, void *user);
	/* The client has taken all of lpar_call_progress(): there is room again.  May be NULL; may
	 * be called from within lpar_call_progress(). */
	void (*drained)(struct lpar_call *call, void *user);
	void *gone_user;
	/* private to connection.c */
	struct lpar_connection *connection; /* NULL: gone */
	char *method_owned;
};

/* lpar_call_reply - answer; @parameters (may be NULL) is taken over; frees the call */
void lpar_call_reply(struct lpar_call **call, struct json_object *parameters);
/* lpar_call_fail - answer with an error, which is freed; frees the call */
void lpar_call_fail(struct lpar_call **call, struct par_error **err);
/* lpar_call_fail_service - answer with an error of org.varlink.service and its one parameter */
void lpar_call_fail_service(struct lpar_call **call, const char *name, const char *parameter,
			    const char *value);
/*
 * lpar_call_progress - send an answer that is not the last one, provided that the client asked for
 * several (`more`) and reads them; @parameters is taken over
 * When the client turns out to be gone, ->gone is called from within, and the call is freed.
 */
void lpar_call_progress(struct lpar_call *call, struct json_object *parameters);
/* lpar_call_pending - bytes of answers that the client has not taken yet; answers before the last
 * one are dropped when there are more than 64 KiB */
size_t lpar_call_pending(const struct lpar_call *call);

/* What the owner of an upgraded connection is told. */
struct lpar_upgraded_ops {
	/* bytes came; @data is good during the call only */
	void (*data)(void *user, const char *data, size_t len);
	/* there is room again after lpar_upgraded_pending() was not 0; may be NULL */
	void (*drained)(void *user);
	/* the client is gone; the lpar_upgraded is freed on return */
	void (*closed)(void *user);
};

/*
 * lpar_call_upgrade - answer with @parameters (taken over) and use the connection for raw bytes
 * Returns NULL when the client is gone already (nothing is called then).  Frees the call.  Bytes
 * that came with the call are given to ->data from the loop, not from within.
 */
struct lpar_upgraded *lpar_call_upgrade(struct lpar_call **call, struct json_object *parameters,
					const struct lpar_upgraded_ops *ops, void *user);

/* lpar_upgraded_send - queue bytes; -ENOMEM, or -ENOBUFS over 4 MiB (mind lpar_upgraded_pending) */
int lpar_upgraded_send(struct lpar_upgraded *raw, const void *data, size_t len);
/* lpar_upgraded_pending - bytes not yet taken by the client's kernel side */
size_t lpar_upgraded_pending(const struct lpar_upgraded *raw);
/* lpar_upgraded_pause - stop (or go on) reading from the client */
void lpar_upgraded_pause(struct lpar_upgraded *raw, bool pause);
/* lpar_upgraded_close - close when what is queued was taken, at most some seconds; *raw becomes
 * NULL and nothing more is called */
void lpar_upgraded_close(struct lpar_upgraded **raw);
