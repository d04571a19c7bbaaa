/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lpard's end of the channel to one LPAR's agent.  Pure: bytes in, bytes out, callbacks; no
 * sockets, no libvirt, and the time is passed in.  The peer is a guest that nobody trusts: the
 * worst that the guest can do is to have its own streams ended.  Memory is bounded whatever the
 * guest sends, and however long it does not read.
 *
 * The channel's owner always reads the port (without pauses: credits bound what comes), hands the
 * bytes to lpar_channel_feed(), writes what lpar_channel_output() has, and calls
 * lpar_channel_tick() at lpar_channel_deadline().  Callbacks may call anything here but
 * lpar_channel_free().
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/wire/frame.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

struct lpar_channel;
struct lpar_stream;

enum lpar_channel_state {
	LPAR_CHANNEL_DOWN,    /* not connected to the port */
	LPAR_CHANNEL_WAITING, /* hello sent, no answer yet: the guest boots, or has no agent */
	LPAR_CHANNEL_UP,
};

/* What an agent says about its system: a harmless line (text.h), cut to fit, "" when it did not
 * say. */
struct lpar_agent_info {
	char agent[32];	     /* its version */
	char os_id[32];	     /* "debian" */
	char os_name[128];   /* "Debian GNU/Linux 13 (trixie)" */
	char os_version[32]; /* "13" */
	char kernel[128];    /* uname -r */
	char machine[32];    /* "ppc64le" */
	char hostname[65];
	char ipaddr[48]; /* its first address that is not loopback's: "10.0.0.7" */
	char boot_id[40];
	uint64_t page_size; /* bytes; 0: not said */
};

struct lpar_channel_ops {
	/* There are bytes in lpar_channel_output(). */
	void (*output)(void *user);
	void (*state)(enum lpar_channel_state state, void *user);
};

/*
 * lpar_channel_new - for the LPAR called @name (for messages); starts down
 * @ops		must outlive the channel
 */
int lpar_channel_new(struct lpar_channel **ret, const char *name,
		     const struct lpar_channel_ops *ops, void *user, struct par_error **err);
/* lpar_channel_rename - the LPAR is called @name from now on; without memory the old name stays */
void lpar_channel_rename(struct lpar_channel *c, const char *name);
/* lpar_channel_free - ends every stream as lpar_channel_disconnected() does */
void lpar_channel_free(struct lpar_channel **c);

enum lpar_channel_state lpar_channel_state(const struct lpar_channel *c);
/* lpar_channel_info - what the agent said; NULL unless up */
const struct lpar_agent_info *lpar_channel_info(const struct lpar_channel *c);
/* lpar_channel_facts - what the agent says now: the parameters of its answer to Info */
void lpar_channel_facts(struct lpar_channel *c, struct json_object *facts);

/* lpar_channel_connected - the port is open: hello, repeated until it is answered */
void lpar_channel_connected(struct lpar_channel *c, uint64_t now_ms);
/*
 * lpar_channel_disconnected - the port is closed
 * @why	whole sentence for those whose streams end now; NULL: "the LPAR 'NAME' went away"
 */
void lpar_channel_disconnected(struct lpar_channel *c, const char *why);

/* lpar_channel_feed - bytes that came from the port; at most 1 MiB */
void lpar_channel_feed(struct lpar_channel *c, const void *data, size_t len, uint64_t now_ms);
/* lpar_channel_output - what is to be written; returns its length (0: nothing) */
size_t lpar_channel_output(struct lpar_channel *c, const void **ret_data);
/* lpar_channel_sent - @n bytes of that output were written */
void lpar_channel_sent(struct lpar_channel *c, size_t n);

/* lpar_channel_deadline - when to call tick, CLOCK_MONOTONIC ms; UINT64_MAX: no need */
uint64_t lpar_channel_deadline(const struct lpar_channel *c);
void lpar_channel_tick(struct lpar_channel *c, uint64_t now_ms);

/* The events of a stream.  After `ended` the stream is gone and must not be used any more. */
struct lpar_stream_ops {
	/* The agent accepted the call; @parameters is borrowed. */
	void (*replied)(struct lpar_stream *s, struct json_object *parameters, void *user);
	/* STDOUT, STDERR, CREDIT, EXIT, checked; EXIT is followed by ended. */
	void (*frame)(struct lpar_stream *s, const struct par_frame *f, void *user);
	/* The channel's output has room again after lpar_stream_send() said -EAGAIN. */
	void (*writable)(struct lpar_stream *s, void *user);
	/* @err: NULL after EXIT, or after the reply of a call that is no Run; borrowed. */
	void (*ended)(struct lpar_stream *s, const struct par_error *err, void *user);
};

/*
 * lpar_stream_open - call the agent
 * @method	"org.lpard.agent.Run"; any other ends with its reply
 * @parameters	borrowed; NULL: {}
 * Errors: PAR_E_DISCONNECTED (not up), PAR_E_NO_RESOURCES (256 streams), PAR_E_TOO_LARGE.
 * No callback comes before the function returns.
 */
int lpar_stream_open(struct lpar_channel *c, const char *method, struct json_object *parameters,
		     const struct lpar_stream_ops *ops, void *user, struct lpar_stream **ret,
		     struct par_error **err);

/*
 * lpar_stream_send - STDIN, EOF, CREDIT, WINCH or SIGNAL, from a client
 *
 * Returns 0, -EAGAIN when the channel has no room now (ask again on `writable`), or an error when
 * the client broke the rules (credit, order, payload): PAR_E_PROTOCOL.
 */
int lpar_stream_send(struct lpar_stream *s, const struct par_frame *f, struct par_error **err);

/* lpar_stream_close - give a stream up: its command is killed; no callback comes */
void lpar_stream_close(struct lpar_stream *s);
