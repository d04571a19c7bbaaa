/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Varlink client over a unix socket: blocking calls, one at a time, for command line programs.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

#include <json-c/json.h>

struct par_varlink;

#define auto_varlink par_cleanup(par_varlink_free) struct par_varlink *

/* LPARD_SOCKET of the environment, or /run/lpard/lpard.sock */
const char *par_varlink_default_path(void);

/*
 * par_varlink_connect - to the socket at @path
 * Errors: PAR_E_DISCONNECTED (nobody listens there), PAR_E_NOT_PERMITTED, PAR_E_SYSTEM.
 */
int par_varlink_connect(const char *path, struct par_varlink **ret, struct par_error **err);
/* par_varlink_from_fd - over a connected stream socket, which is taken over */
int par_varlink_from_fd(int fd, struct par_varlink **ret, struct par_error **err);
void par_varlink_free(struct par_varlink **v);

/*
 * par_varlink_call - call and wait for the answer
 * @method	"org.lpard.List"
 * @parameters	an object or NULL; borrowed
 * @timeout_ms	for the whole call; -1: none
 * @ret		the answer's parameters, caller puts them; NULL: not wanted
 *
 * An error reply becomes the error it was in the daemon (kind and message).  After PAR_E_TIMED_OUT,
 * PAR_E_PROTOCOL or PAR_E_DISCONNECTED the connection is of no more use.
 */
int par_varlink_call(struct par_varlink *v, const char *method, struct json_object *parameters,
		     int timeout_ms, struct json_object **ret, struct par_error **err);

/* Called for each reply that has more to come; a negative return ends the call with it. */
typedef int (*par_varlink_reply_fn)(struct json_object *parameters, void *user);

/*
 * par_varlink_call_more - the same with replies on the way (progress); each may take @timeout_ms
 */
int par_varlink_call_more(struct par_varlink *v, const char *method, struct json_object *parameters,
			  int timeout_ms, par_varlink_reply_fn fn, void *user,
			  struct json_object **ret, struct par_error **err);

/*
 * par_varlink_call_upgrade - call, and when it went well take the connection for raw bytes
 * @ret_rest	gets the bytes that came right behind the answer: handle them first
 * @ret_fd	the socket, blocking, now the caller's; @v is only to be freed afterwards
 */
int par_varlink_call_upgrade(struct par_varlink *v, const char *method,
			     struct json_object *parameters, int timeout_ms,
			     struct json_object **ret, struct par_buf *ret_rest, int *ret_fd,
			     struct par_error **err);
