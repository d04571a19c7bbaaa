/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Carries bytes between descriptors with poll(): terminals, pipes, sockets, plain files (which
 * epoll refuses).  Each direction is a way of its own, so that one that is stuck holds up no other.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>

/* A piece is PIPE_BUF bytes: where poll() sees room, so much can be written without blocking. */
#define PAR_WAY_PIECE 4096
#define PAR_WAY_SPARE 16 /* by so many bytes a filter may make a piece longer */

/* One direction; PAR_WAY() is a new one.  Descriptors stay the caller's. */
struct par_way {
	int from, to; /* from -1: a way that carries nothing */
	/*
	 * What becomes of the @len bytes read: puts into @ret (@len + PAR_WAY_SPARE bytes) what is
	 * to be written, and says how much.  False: nothing more is to be read.  NULL: all as it
	 * is.
	 */
	bool (*filter)(const char *data, size_t len, char *ret, size_t *ret_len, void *user);
	void *user;

	bool no_input;	/* @from is at its end (or the filter's) */
	bool no_output; /* nobody reads @to: what is on its way is lost */
	size_t len, written;
	char data[PAR_WAY_PIECE + PAR_WAY_SPARE];
};

#define PAR_WAY(from_fd, to_fd)                   \
	{                                         \
		.from = (from_fd), .to = (to_fd), \
	}

/* par_way_pending - bytes that were read and are not written yet */
size_t par_way_pending(const struct par_way *w);

/* par_way_ended - nothing comes any more, and everything that came is written (or lost) */
bool par_way_ended(const struct par_way *w);

/*
 * par_relay - one round: wait until something can be done, and do it
 * @ways	at most PAR_RELAY_MAX - @n_more
 * @more	descriptors that the caller wants to wait for as well; revents is set
 * @timeout_ms	-1: as long as it takes
 * Returns 1, 0 after the time without anything, or -errno; a signal ends a round early (1).
 */
int par_relay(struct par_way *ways, size_t n_ways, struct pollfd *more, size_t n_more,
	      int timeout_ms);
#define PAR_RELAY_MAX 16

/* par_way_drain - carry what is there already, to the last byte, without waiting for more */
void par_way_drain(struct par_way *w);
