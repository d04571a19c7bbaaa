/* SPDX-License-Identifier: Apache-2.0 */
/* What channel.c and stream.c share; no other file includes this one. */
#pragma once

#include "lpard/agent/channel.h"

struct lpar_stream {
	struct lpar_channel *channel;
	uint32_t id;
	const struct lpar_stream_ops *ops;
	void *user;
	bool is_run, replied, eof, wants_room;
	uint32_t may_send;    /* STDIN, bytes with PAR_FRAME_COST */
	uint32_t may_receive; /* STDOUT and STDERR */
};

struct lpar_channel {
	char *name;
	const struct lpar_channel_ops *ops;
	void *user;
	enum lpar_channel_state state;
	struct lpar_agent_info info;
	struct par_frame_reader reader;
	uint8_t nonce[PAR_FRAME_NONCE];
	struct par_buf out;
	size_t sent; /* bytes of out already written */
	struct lpar_stream *streams[PAR_FRAME_STREAMS];
	size_t n_streams;
	uint32_t next_id;
	bool pad;	      /* the next hello starts a session */
	uint64_t hello_at;    /* waiting: when to send the next hello */
	uint64_t hello_sent;  /* when the last one was put */
	uint64_t hello_delay; /* until the one after that */
	uint64_t heard;	      /* when something came last */
	bool pinged;
	uint64_t cut_since; /* up: since when a frame is unfinished; 0: none is */
	uint64_t cut_look;  /* when to look next whether the agent has started anew within it */
};

uint32_t lpar_channel_tag(const struct lpar_channel *c);
/* lpar_channel_waiting - bytes of output not yet written */
size_t lpar_channel_waiting(const struct lpar_channel *c);
/* lpar_channel_put - a frame to the guest */
void lpar_channel_put(struct lpar_channel *c, uint32_t stream, enum par_frame_type type,
		      const void *data, size_t len);
/* lpar_stream_unlink - out of its channel's list */
void lpar_stream_unlink(struct lpar_stream *s);
