/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames: how many byte streams share one narrow pipe.  Used between lpard and an LPAR's agent
 * (virtio-serial) and, after RunCommand's upgrade, between wparcmd and lpard (unix socket).
 *
 * A frame, all numbers big-endian:
 *
 *	u32 stream | u8 type | u8[3] zero | u32 length | length bytes | u32 tag
 *
 * length is at most 64 KiB (HELLO and OPEN and the other control frames have their own limits,
 * par_frame_limit).  The tag is the first four bytes of the session's nonce (0 on the unix
 * socket): a frame that was cut and filled up with bytes of another session is never delivered.
 * Anything that breaks these rules is PAR_E_PROTOCOL and ends the session.
 *
 * Hello.  lpard starts a session by HELLO with a fresh nonce; before it, where a frame may have
 * been left cut (by an earlier lpard, or as lpard forgot its rest), by PAR_FRAME_PAD_LEN bytes
 * 0xff, which complete any frame and are themselves no header.  The agent, out of step, discards
 * bytes until a well-formed HELLO (header, magic, its own tag) and answers HELLO with the same
 * nonce and its facts as JSON; lpard discards bytes until it sees its nonce.  A HELLO in step
 * starts a new session too: every stream of the old one is gone.  An agent that has just started,
 * or is out of step, says so by HELLO with an all-zero nonce; lpard answers with a new hello.  One
 * that has just started sends the pad first, since the agent before it may have died within a
 * frame.  A reader in step that meets the pad is out of step from there on.  While a guest boots
 * lpard repeats its HELLO (same nonce, no pad); a second answer is ignored.
 *
 * Streams.  lpard opens (OPEN, a Varlink call as JSON), the agent answers REPLY or ERROR; ERROR
 * ends the stream, REPLY ends the stream too, unless the call was Run.  Then STDIN, EOF (of stdin),
 * WINCH, SIGNAL go to the agent, STDOUT, STDERR come back, and EXIT is the last frame.  CLOSE from
 * lpard: the caller is gone, kill the command.  CLOSE from the agent: the agent gave the stream up.
 * Frames of streams that have ended are ignored; a stream number is not used twice in a session.
 *
 * Credit.  A sender of data (STDIN one way; STDOUT and STDERR together the other way) starts with
 * PAR_FRAME_WINDOW; a data frame costs its length plus PAR_FRAME_COST, so that what a receiver
 * holds is bounded with the smallest frames too.  CREDIT gives more.  A peer that sends without
 * credit breaks the protocol.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

#include <stdint.h>

enum par_frame_type {
	PAR_FRAME_HELLO = 1, /* stream 0: magic[16] nonce[16] JSON object (may be empty) */
	PAR_FRAME_OPEN = 2,  /* {"method":…,"parameters":{…}} */
	PAR_FRAME_REPLY = 3, /* {"parameters":{…}} */
	PAR_FRAME_ERROR = 4, /* {"error":"org.lpard.X","parameters":{"message":…}} */
	PAR_FRAME_STDIN = 5, /* 1..64 KiB */
	PAR_FRAME_STDOUT = 6,
	PAR_FRAME_STDERR = 7,
	PAR_FRAME_EOF = 8,     /* empty: no more STDIN */
	PAR_FRAME_CREDIT = 9,  /* u32 bytes, at least 1 */
	PAR_FRAME_WINCH = 10,  /* u16 rows, u16 columns */
	PAR_FRAME_SIGNAL = 11, /* u8: Linux number (the same on x86, Arm and POWER), 1..31 */
	PAR_FRAME_EXIT = 12,   /* u8 0: exited, 1: killed; u8 status or signal */
	PAR_FRAME_CLOSE = 13,  /* empty */
	PAR_FRAME_PING = 14,   /* stream 0: up to 8 bytes, which PONG repeats */
	PAR_FRAME_PONG = 15,
	PAR_FRAME_TYPE_END
};

#define PAR_FRAME_HEADER  12u
#define PAR_FRAME_TRAILER 4u
#define PAR_FRAME_COST	  (PAR_FRAME_HEADER + PAR_FRAME_TRAILER)
#define PAR_FRAME_MAX	  65536u /* payload */
#define PAR_FRAME_PAD_LEN (PAR_FRAME_MAX + PAR_FRAME_COST)
#define PAR_FRAME_STREAMS 256u	  /* open at the same time */
#define PAR_FRAME_WINDOW  262144u /* bytes of credit at a stream's start, per direction */
#define PAR_FRAME_NONCE	  16u

/* What a reader found; data points into the reader and holds until its next feed. */
struct par_frame {
	uint32_t stream;
	enum par_frame_type type;
	const uint8_t *data;
	size_t len;
};

/* par_frame_limit - the largest payload of a type; 0 for an unknown one too */
size_t par_frame_limit(enum par_frame_type type);

/* par_frame_put - append a frame; 0 or -ENOMEM.  @len must be within the type's limit */
int par_frame_put(struct par_buf *b, uint32_t tag, uint32_t stream, enum par_frame_type type,
		  const void *data, size_t len);
int par_frame_put_credit(struct par_buf *b, uint32_t tag, uint32_t stream, uint32_t bytes);
int par_frame_put_winch(struct par_buf *b, uint32_t tag, uint32_t stream, uint16_t rows,
			uint16_t columns);
/* par_frame_put_exit - @wait_status as waitpid() gives it */
int par_frame_put_exit(struct par_buf *b, uint32_t tag, uint32_t stream, int wait_status);
/* par_frame_put_hello - tagged by its own nonce; @json may be "" */
int par_frame_put_hello(struct par_buf *b, const uint8_t nonce[PAR_FRAME_NONCE], const char *json);
/* par_frame_put_pad - what comes before lpard's first hello */
int par_frame_put_pad(struct par_buf *b);

/* Reading payloads: 0, or PAR_E_PROTOCOL for a wrong length or value. */
int par_frame_get_credit(const struct par_frame *f, uint32_t *ret, struct par_error **err);
int par_frame_get_winch(const struct par_frame *f, uint16_t *ret_rows, uint16_t *ret_columns,
			struct par_error **err);
int par_frame_get_signal(const struct par_frame *f, int *ret, struct par_error **err);
int par_frame_get_exit(const struct par_frame *f, bool *ret_killed, int *ret_value,
		       struct par_error **err);

struct par_hello {
	uint8_t nonce[PAR_FRAME_NONCE];
	const char *json; /* not NUL-terminated */
	size_t json_len;
};
int par_frame_get_hello(const struct par_frame *f, struct par_hello *ret, struct par_error **err);
/* par_frame_nonce_tag - the tag that goes with a nonce */
uint32_t par_frame_nonce_tag(const uint8_t nonce[PAR_FRAME_NONCE]);

/* A reader: bytes in, frames out.  Its memory is bounded by two frames and one feed. */
struct par_frame_reader {
	struct par_buf buf;
	size_t at;    /* bytes of buf already handed out */
	bool in_step; /* false: only a HELLO is looked for, all else is discarded */
	uint32_t tag;
	uint64_t discarded; /* bytes, for the log */
};

/* par_frame_reader_init - @in_step: true on the unix socket, false on a channel */
void par_frame_reader_init(struct par_frame_reader *r, bool in_step);
void par_frame_reader_done(struct par_frame_reader *r);
/* par_frame_reader_sync - in step from the next byte on, with this tag */
void par_frame_reader_sync(struct par_frame_reader *r, uint32_t tag);
/* par_frame_reader_lost - out of step; what is buffered is looked through for a HELLO */
void par_frame_reader_lost(struct par_frame_reader *r);
/* par_frame_reader_cut - a frame has begun and is not whole yet */
bool par_frame_reader_cut(const struct par_frame_reader *r);
/*
 * par_frame_reader_hello_within - what is there of the unfinished frame has a whole HELLO without a
 * nonce in it: the peer died within the frame, and a new one says that it is here
 */
bool par_frame_reader_hello_within(const struct par_frame_reader *r);
/* par_frame_feed - give the reader bytes (at most 1 MiB at a time); 0 or -ENOMEM, -E2BIG */
int par_frame_feed(struct par_frame_reader *r, const void *data, size_t len);
/*
 * par_frame_next - the next frame
 *
 * Returns 1 with *ret set, 0 when more bytes are needed, or -EPROTO with *err set: then the
 * session is over and the caller drops the reader or calls par_frame_reader_lost().
 * HELLO may come at any time on a channel; the caller goes over to the HELLO's tag by
 * par_frame_reader_sync().
 */
int par_frame_next(struct par_frame_reader *r, struct par_frame *ret, struct par_error **err);
