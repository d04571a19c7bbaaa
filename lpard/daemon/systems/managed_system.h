/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A managed system as the daemon sees it: its connection, what the machine is, and a copy of its
 * LPARs (inventory.h) that the hypervisor's events keep fresh (refresh.h).
 *
 * Threads: everything belongs to the event loop. Workers may look at ->sys and ->set under ->lock,
 * which the loop holds while it changes them, and may use ->hv.
 *
 * Life: lpar_managed_new() to lpar_managed_remove(), both of managed_life.h; after that the struct
 * stays while somebody holds it.
 */
#pragma once

#include "lpard/common/workers.h"
#include "lpard/core/listings/listings.h"
#include "lpard/daemon/daemon.h"
#include "lpard/daemon/systems/events.h"
#include "lpard/hypervisor/hypervisor.h"

#include <pthread.h>

struct lpar_answer;
struct lpar_lpar;
struct lpar_managed;

/* What this file asks of those above it. */
struct lpar_managed_ops {
	/* in the loop: workers have left ->answers */
	void (*answers)(struct lpar_managed *managed);
	/* the system was removed and nobody holds it any more */
	void (*unused)(struct lpar_managed *managed);
};

struct lpar_managed {
	struct lpar_daemon *daemon;
	const struct lpar_managed_ops *ops;
	char *name;
	const struct lpar_config_system *config;
	struct hv *hv;
	enum hv_connection connection;
	bool listed;		     /* since the connection came up */
	bool listing;		     /* the list is just being taken over: nothing in it is news */
	uint64_t since_ms;	     /* when the connection changed last */
	char *down_message;	     /* why the connection is down; NULL: not known */
	_Atomic unsigned int in_use; /* lpar_managed_hold() */
	bool removed;		     /* no longer configured */

	pthread_mutex_t lock;
	struct lpar_system sys;
	struct lpar_lpar **lpars; /* by name */
	size_t n_lpars;
	struct lpar_set set;	     /* their partitions, in the same order */
	uint64_t others_mem_mib;     /* of domains that run and are not LPARs */
	struct lpar_answer *answers; /* what workers have read; under ->lock */
	_Atomic uint64_t asked;	     /* numbers the questions, so that an old answer never wins */
	struct lpar_lpar *discarded; /* LPARs to free, see inventory.h */
};

/* lpar_managed_find - by name or MTMS, NULL if there is none */
struct lpar_managed *lpar_managed_find(struct lpar_daemon *d, const char *name);
/* lpar_managed_up - connected and listed */
bool lpar_managed_up(const struct lpar_managed *managed);
/* lpar_managed_settling - not up, but not for long enough to give the connection up */
bool lpar_managed_settling(const struct lpar_managed *managed);
/* lpar_managed_down_error - why the system cannot be asked anything; PAR_E_DISCONNECTED */
int lpar_managed_down_error(const struct lpar_managed *managed, struct par_error **err);

/* lpar_managed_publish - an event of the system as a whole; @text: see events.def, or NULL */
void lpar_managed_publish(const struct lpar_managed *managed, enum lpar_event_type type,
			  const char *text);

/* lpar_managed_hold - keep the system, even a removed one, until lpar_managed_release(); for any
 * thread that knows the system to stay until this returns */
void lpar_managed_hold(struct lpar_managed *managed);
/* lpar_managed_release - in the loop; the last release frees a removed system */
void lpar_managed_release(struct lpar_managed *managed);

/*
 * lpar_managed_run - par_workers_run() for this system, which stays until @done has returned
 * When the daemon ends before a worker begins, @done is called without @work.  What @work read
 * with lpar_managed_fetch() is taken over before @done is called.
 */
int lpar_managed_run(struct lpar_managed *managed, par_work_fn work, par_work_fn done, void *user);
