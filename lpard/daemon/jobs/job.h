/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A change under way.  Every changing request is a job.  A job holds the LPAR that it changes, so
 * that a second job on the same LPAR is refused at once; its work runs on a worker and may report
 * progress; its result goes into the reply (reply.h), to the list of events and to the log (the
 * audit line).  A job whose caller has left goes on.
 *
 * A reply is never older than the change: after every piece of work on an LPAR the worker itself
 * reads that LPAR anew, and the loop takes over what was read before it looks at the result.
 */
#pragma once

#include "lpard/daemon/jobs/reply.h"
#include "lpard/daemon/systems/fetch.h"
#include "lpard/daemon/systems/inventory.h"

struct lpar_job {
	uint64_t id;
	const char *what;	 /* "Create"; for the log */
	char subject[64];	 /* the LPAR's name; for the log */
	char uuid[PAR_UUID_LEN]; /* of the LPAR that is or was held; "": none was */
	uint32_t lpar_id;
	bool told;	  /* the start of the job was published */
	bool urgent;	  /* an immediate shutdown: waits for no worker that something else has */
	_Atomic bool cut; /* an immediate shutdown wins over this activation, which has to end */
	struct lpar_daemon *daemon;
	struct lpar_managed *managed;
	struct lpar_lpar *lpar;	 /* held; NULL: none */
	struct lpar_lpar *other; /* held, too: where a WPAR moves to; NULL: none */
	uint64_t started_ms;
	const struct lpar_config *config;
	struct lpar_reply *reply;

	/* The job's work, on a worker. */
	int (*work)(struct lpar_job *job, struct par_error **err);
	/* In the loop after work that went well; takes over: lpar_job_end() later.  May be NULL. */
	void (*then)(struct lpar_job *job);
	/* In the loop when the job ends, before the reply; may be NULL. */
	void (*ended)(struct lpar_job *job);
	void *data; /* what the work needs; freed by free_data */
	void (*free_data)(void *data);

	int result;
	struct par_error *error;
	char *asked;	  /* for the audit line: the data that came with the request; NULL: none */
	char detail[512]; /* for the audit line; see lpar_job_detail() */
	uint64_t last_progress_ms; /* the worker's */
};

/*
 * lpar_job_new - a job that does not run yet
 * @reply	is held by the job until its end
 * @data	freed by @free_data with the job, or at once when there is no memory for one
 * Returns NULL when out of memory; the reply says so then.
 */
struct lpar_job *lpar_job_new(struct lpar_managed *managed, struct lpar_reply *reply,
			      const char *what, void *data, void (*free_data)(void *data));

/* lpar_job_name - say which LPAR the job is about, and publish its start; part of lpar_job_hold()
 */
void lpar_job_name(struct lpar_job *job, const struct lpar_lpar *lpar);
/* lpar_job_hold - take an LPAR for the job; PAR_E_BUSY when another job has it */
int lpar_job_hold(struct lpar_job *job, struct lpar_lpar *lpar, struct par_error **err);
/* lpar_job_hold_other - take a second LPAR, of any system, which the job is not about */
int lpar_job_hold_other(struct lpar_job *job, struct lpar_lpar *lpar, struct par_error **err);
/* lpar_job_release - let the LPAR go before the end of the job, which only waits from then on */
void lpar_job_release(struct lpar_job *job);

/*
 * lpar_job_detail - what a person should know of how it was done, where that is not what was asked
 * for word by word ("4096 of 8192 MB of memory"); whole sentences, several calls add up
 * From the work on the worker, or in the loop while no work runs.  It goes into the audit line.
 */
void lpar_job_detail(struct lpar_job *job, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* lpar_job_run - start ->work; the job ends by itself (or ->then takes over) */
void lpar_job_run(struct lpar_job *job);
/* lpar_job_fail - end the job with an error, which is taken over */
void lpar_job_fail(struct lpar_job *job, struct par_error **err);
/* lpar_job_end - log, reply and free */
void lpar_job_end(struct lpar_job *job);

/* lpar_job_tell - in the loop: how far the work is, for a job that works there */
void lpar_job_tell(struct lpar_job *job, const char *stage, unsigned int percent);

/* lpar_job_progress - on the worker: report how far the work is; cheap to call often */
void lpar_job_progress(struct lpar_job *job, const char *stage, uint64_t done, uint64_t total);
