/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a command in one LPAR writes is what a command in another one reads.  lpard holds no more of
 * it than a window of the streams, however slow the reader is.  Everything belongs to the loop.
 */
#pragma once

#include "lpard/daemon/jobs/ask_lpars.h"

struct lpar_move_pipe;

/* One of the two commands. */
struct lpar_move_end {
	const struct lpar_ask *where; /* names the LPAR; borrowed */
	const char *const *argv, *const *environment;
};

/* Once, from the loop: both have ended well (@err NULL), or @err (borrowed) says which has not and
 * why.  It may free the pipe. */
typedef void (*lpar_move_pipe_fn)(const struct par_error *err, void *user);

/* lpar_move_pipe_new - errors as lpar_run_new() */
int lpar_move_pipe_new(struct lpar_daemon *d, const struct lpar_move_end *from,
		       const struct lpar_move_end *to, lpar_move_pipe_fn fn, void *user,
		       struct lpar_move_pipe **ret, struct par_error **err);
/* lpar_move_pipe_free - both commands are ended; NULL inside is fine */
void lpar_move_pipe_free(struct lpar_move_pipe **pipe);

/* lpar_move_pipe_bytes - how many have been written to the reader so far */
uint64_t lpar_move_pipe_bytes(const struct lpar_move_pipe *pipe);
