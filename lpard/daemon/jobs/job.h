/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change under way.  Every changing request is a job: it holds the LPAR it changes, so that a
 * second one is refused at once, its work runs on a worker, it may tell of progress, and when it
 * ends its result is answered and written to the log (the audit line).  A job whose caller has gone
 * goes on.
 */
#pragma once

#include "lpard/daemon/server/call.h"
#include "lpard/daemon/systems/fetch.h"
#include "lpard/daemon/systems/inventory.h"

struct lpar_job {
	uint64_t id;
	const char *what;	 /* "Create"; for the log */
	char subject[64];	 /* the LPAR's name; for the log */
	char uuid[PAR_UUID_LEN]; /* and what else names it in the list of events */
	uint32_t lpar_id;
	bool told; /* that it has begun */
	struct lpar_daemon *daemon;
	struct lpar_managed *host;
	struct lpar_lpar *entry; /* held; NULL: none */
	struct lpar_peer peer;
	uint64_t started_ms;
	const struct lpar_config *config;

	struct lpar_call *call; /* answered at the end; NULL: nobody waits */
	/* The job's work, on a worker. */
	int (*work)(struct lpar_job *job, struct par_error **err);
	/* In the loop after work that went well; takes over: lpar_job_end() later.  May be NULL. */
	void (*then)(struct lpar_job *job);
	/* In the loop when the job ends, before the answer; may be NULL. */
	void (*ended)(struct lpar_job *job);
	/* Instead of an answer to ->call: for parts of a larger one; may be NULL. */
	void (*report)(struct lpar_job *job, void *user);
	void *report_user;
	struct lpar_call **progress_call; /* who is told of progress, if not ->call; may be NULL */
	void *data;			  /* what the work needs; freed by free_data */
	void (*free_data)(void *data);

	int result;
	struct par_error *error;
	uint64_t last_progress_ms;
};

/*
 * lpar_job_new - a job that does not run yet; never NULL unless out of memory
 * @call	taken over when it succeeds; NULL for a part of a larger job (then @peer counts)
 */
struct lpar_job *lpar_job_new(struct lpar_managed *host, struct lpar_call *call,
			      const struct lpar_peer *peer, const char *what);

/* lpar_job_hold - take an LPAR for the job; PAR_E_BUSY when another job has it */
int lpar_job_hold(struct lpar_job *job, struct lpar_lpar *entry, struct par_error **err);
/* lpar_job_release - let it go before the end (what follows is only waiting) */
void lpar_job_release(struct lpar_job *job);

/* lpar_job_run - start the work; the job ends by itself (or ->then takes over) */
void lpar_job_run(struct lpar_job *job);
/* lpar_job_fail - end it with an error that is taken over */
void lpar_job_fail(struct lpar_job *job, struct par_error **err);
/* lpar_job_end - answer, log and free */
void lpar_job_end(struct lpar_job *job);

/* lpar_job_progress - on the worker: tell how far it is; cheap to call often */
void lpar_job_progress(struct lpar_job *job, const char *stage, uint64_t done, uint64_t total);
