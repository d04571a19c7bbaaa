/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One running command of the agent: its process, its pipes or pty, its credits.  What it has to
 * say goes out through the agent (struct wpar_stream_ops); the stream frees itself after its EXIT
 * or, when abandoned, after the last process of its session was killed.
 */
#pragma once

#include "lpard/common/event.h"
#include "lpard/wire/frame.h"
#include "lpard/common/str.h"

/* A parsed Run call. */
struct wpar_run {
	struct par_strv argv;	     /* at least one */
	struct par_strv environment; /* complete: the agent's own and what was asked for */
	char *directory;
	char *program; /* the file to run; NULL: where the environment's PATH has argv's first word
			*/
	bool tty;
	bool of_user; /* the caller is not root: see may_signal() */
	bool pretend; /* as if there were no such program */
	uint16_t rows, columns;
};

struct wpar_stream;

struct wpar_stream_ops {
	/* Appends a frame. */
	void (*send)(uint32_t stream, enum par_frame_type type, const void *data, size_t len,
		     void *user);
	void (*send_exit)(uint32_t stream, int wait_status, void *user);
	bool (*congested)(void *user);
	/* The stream is over; @s is freed after the call. */
	void (*ended)(struct wpar_stream *s, void *user);
};

/*
 * wpar_stream_new - start the command
 * A program that is not there is no error: its "command not found" and status 127 (126 when it
 * cannot be run) come as from a shell.
 */
int wpar_stream_new(struct wpar_stream **ret, struct par_event *loop, uint32_t id,
		    const struct wpar_run *run, const struct wpar_stream_ops *ops, void *user,
		    struct par_error **err);
/* wpar_stream_begin - after the REPLY was sent; may end the stream */
void wpar_stream_begin(struct wpar_stream *s);
/* wpar_stream_free - at once; the processes stay (the agent is ending): abandon first */
void wpar_stream_free(struct wpar_stream **s);

uint32_t wpar_stream_id(const struct wpar_stream *s);

/* wpar_stream_frame - STDIN, EOF, CREDIT, WINCH, SIGNAL; PAR_E_PROTOCOL */
int wpar_stream_frame(struct wpar_stream *s, const struct par_frame *f, struct par_error **err);
/* wpar_stream_go_on - the port has room again */
void wpar_stream_go_on(struct wpar_stream *s);
/* wpar_stream_abandon - nobody waits for it: hang up, kill after two seconds, then `ended` */
void wpar_stream_abandon(struct wpar_stream *s);
/* wpar_stream_kill - SIGKILL now, without waiting (the agent ends) */
void wpar_stream_kill(struct wpar_stream *s);

/* Lists for the owner. */
struct wpar_stream *wpar_stream_next(const struct wpar_stream *s);
void wpar_stream_link(struct wpar_stream **list, struct wpar_stream *s);
void wpar_stream_unlink(struct wpar_stream **list, struct wpar_stream *s);
