/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Varlink on the wire: JSON objects, each ended by a NUL byte.  Pure: bytes in, messages out; no
 * sockets (those are in varlink.h and in the daemon's server).  docs/PROTOCOL.md has the rules.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

#include <json-c/json.h>
#include <stdbool.h>

#define PAR_WIRE_MAX_CALL  (1024 * 1024)      /* bytes of a call, its NUL not counted */
#define PAR_WIRE_MAX_REPLY (64 * 1024 * 1024) /* bytes of a reply: listings are long */

struct par_wire_call {
	char *method;
	struct json_object *parameters; /* an object, never NULL once decoded */
	bool more;
	bool oneway;
	bool upgrade;
};

struct par_wire_reply {
	char *error; /* NULL: it went well */
	struct json_object *parameters;
	bool continues;
};

#define auto_wire_call	par_cleanup(par_wire_call_done) struct par_wire_call
#define auto_wire_reply par_cleanup(par_wire_reply_done) struct par_wire_reply

void par_wire_call_done(struct par_wire_call *c);
void par_wire_reply_done(struct par_wire_reply *r);

/*
 * par_wire_decode_call, par_wire_decode_reply - one message, without its NUL
 * Strict: known members and their types only, a method name of at most 255 letters, digits, dots
 * and dashes.  Errors: PAR_E_PROTOCOL, PAR_E_TOO_LARGE, PAR_E_NO_MEMORY; *ret is untouched then.
 */
int par_wire_decode_call(const char *text, size_t len, struct par_wire_call *ret,
			 struct par_error **err);
int par_wire_decode_reply(const char *text, size_t len, struct par_wire_reply *ret,
			  struct par_error **err);

/* par_wire_encode_call, par_wire_encode_reply - append one message and its NUL to @out */
int par_wire_encode_call(const struct par_wire_call *c, struct par_buf *out,
			 struct par_error **err);
int par_wire_encode_reply(const struct par_wire_reply *r, struct par_buf *out,
			  struct par_error **err);

/*
 * par_wire_encode_error - append the error reply for @e: "org.lpard.NAME" with {"message": …}
 */
int par_wire_encode_error(const struct par_error *e, struct par_buf *out);

/*
 * par_wire_reply_error - the error of a reply as an error object
 * Returns 0 when @r is none, else fills *err and returns its negative errno.
 */
int par_wire_reply_error(const struct par_wire_reply *r, struct par_error **err);

/* Cuts a stream of bytes into messages.  { .max = PAR_WIRE_MAX_CALL } is empty. */
struct par_wire_in {
	struct par_buf buf;
	size_t start;	/* of the next message in buf */
	size_t scanned; /* bytes from start known to have no NUL */
	size_t max;
};

void par_wire_in_done(struct par_wire_in *in);
/* par_wire_feed - append what was read; invalidates messages given before */
int par_wire_feed(struct par_wire_in *in, const void *data, size_t len);
/*
 * par_wire_next - the next message
 * @ret_text	points into @in, NUL-terminated; good until the next feed
 * Returns 1, 0 when more bytes are needed, or -E2BIG (PAR_E_TOO_LARGE): close the connection.
 */
int par_wire_next(struct par_wire_in *in, const char **ret_text, size_t *ret_len,
		  struct par_error **err);
/*
 * par_wire_trim - the messages given so far are no longer looked at: gives back the memory of a
 * large one (over PAR_WIRE_KEEP bytes) when nothing stands behind it
 */
#define PAR_WIRE_KEEP (64u * 1024)
void par_wire_trim(struct par_wire_in *in);
/* par_wire_rest - bytes after the last message taken: what an upgraded connection starts with */
const char *par_wire_rest(const struct par_wire_in *in, size_t *ret_len);
