/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One command in an LPAR on behalf of lpard itself: what it reads, what it writes, how it ends.
 * Pure like channel.h.  Whatever the LPAR says is foreign: the output has a limit, and texts for
 * people are made harmless.
 */
#pragma once

#include "lpard/agent/channel.h"
#include "lpard/common/str.h"

struct lpar_run;

struct lpar_run_ops {
	/*
	 * Its standard output, as it comes; lpar_run_credit() asks for more.  NULL: all of it is
	 * kept for lpar_run_output().
	 */
	void (*output)(struct lpar_run *run, const void *data, size_t len, void *user);
	/* lpar_run_room() has grown; may be NULL */
	void (*room)(struct lpar_run *run, void *user);
	/*
	 * Once: it has ended with the status 0 (@err NULL), or @err (borrowed) says why not.  The
	 * run may be freed from within.
	 */
	void (*ended)(struct lpar_run *run, const struct par_error *err, void *user);
};

struct lpar_run_call {
	const char *lpar;			      /* its name, for messages */
	const char *const *argv, *const *environment; /* NULL-terminated; environment may be NULL */
	size_t output_most; /* bytes, when ops->output is NULL; more ends it with PAR_E_TOO_LARGE */
};

/* lpar_run_new - start it; errors as lpar_stream_open().  No callback before the function returns
 */
int lpar_run_new(struct lpar_run **ret, struct lpar_channel *c, const struct lpar_run_call *call,
		 const struct lpar_run_ops *ops, void *user, struct par_error **err);
/* lpar_run_free - one that still runs is killed; NULL inside is fine */
void lpar_run_free(struct lpar_run **run);

/* lpar_run_room - how many bytes lpar_run_write() takes now */
size_t lpar_run_room(const struct lpar_run *run);
/* lpar_run_write - for its standard input, at most so many; returns how many it took */
size_t lpar_run_write(struct lpar_run *run, const void *data, size_t len);
/* lpar_run_close - its standard input ends; without it it waits for more */
void lpar_run_close(struct lpar_run *run);
/* lpar_run_credit - @bytes of what ops->output was given have been dealt with */
void lpar_run_credit(struct lpar_run *run, size_t bytes);

/* lpar_run_output - what was kept; borrowed */
const struct par_buf *lpar_run_output(const struct lpar_run *run);
