/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of a move share; no other file includes this one. */
#pragma once

#include "lpard/core/move/repair.h"
#include "lpard/daemon/jobs/move.h"
#include "lpard/daemon/jobs/move_gather.h"
#include "lpard/daemon/jobs/move_pipe.h"

struct move_step;

enum move_side { MOVE_SOURCE, MOVE_TARGET };

enum move_way {
	MOVE_FORTH,    /* a move from its beginning */
	MOVE_COMPLETE, /* one whose WPAR is the target's */
	MOVE_REFUSE,   /* the target could not start it: it says so, and it is looked again */
	MOVE_BACK,     /* one whose WPAR is the source's */
};

struct lpar_move {
	struct lpar_move *next; /* in the order in which they came */
	struct lpar_job *job;	/* NULL: over */
	struct lpar_daemon *daemon;
	struct lpar_ask lpars[2]; /* by MOVE_SOURCE and MOVE_TARGET, and what is asked of them */
	char *wpar;
	char id[PAR_UUID_LEN];
	enum lpar_move_kind kind;
	bool trust, repairs;	 /* repairs: of a move that was cut off */
	bool running;		 /* has left the queue */
	bool failed_start;	 /* the target has tried to start it */
	bool refused;		 /* the target was asked to refuse it */
	bool went_back, went_on; /* both are tried once */
	bool active;		 /* it ran, and is to run afterwards */
	bool autostart;		 /* and whenever its LPAR starts */
	/* What the LPARs remember, as they were asked last. */
	struct lpar_move_known known[2];
	char *ids[2], *peers[2], *states[2]; /* states: of the WPAR; NULL: it is not there */

	/* What is done now, and whom to call when it has failed. */
	void (*look)(struct lpar_move *m);
	/* Of the queue: the phase, for the caller and the list of events; the end, with @err (taken
	 * over) or well. */
	void (*tell)(struct lpar_move *m, const char *phase, unsigned int percent);
	void (*over)(struct lpar_move *m, struct par_error **err);
	const struct move_step *steps;
	size_t at;
	struct lpar_move_gather *gather;
	struct lpar_asks *asks;
	struct lpar_move_pipe *pipe;
	const char *argv[24];
	char *environment[3];

	/* How it goes. */
	const char *phase;
	struct par_error *failure; /* why it is taken back */
	struct par_error *said;	   /* how it ended, kept after the job */
	const char *outcome;	   /* its state in listings when it is over */
	uint64_t bytes, began_ms, stopped_ms, runs_ms, ended_ms;
};

/* move_begin_steps - one step after the other; a failure ends them by m->look(), with m->failure */
void move_begin_steps(struct lpar_move *m, enum move_way way);
/* move_halt - end what is under way */
void move_halt(struct lpar_move *m);
/* move_give_up - the same, and take it back; @err: why, taken over */
void move_give_up(struct lpar_move *m, struct par_error **err);
/* move_is_given - is it too late for that? */
bool move_is_given(const struct lpar_move *m);

/* move_run - begin, or with m->repairs look what is to be done; it ends by m->over() */
void move_run(struct lpar_move *m);
/* move_clear - let go of what is under way and of what the LPARs have said */
void move_clear(struct lpar_move *m);

/* move_name - whose move it is: m->id is set, and the commands in the LPARs are told; -ENOMEM */
int move_name(struct lpar_move *m, const char *id);
