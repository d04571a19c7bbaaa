/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A managed system as the daemon sees it: its connection, what the machine is, and a copy of its
 * LPARs that the hypervisor's events keep fresh.  The copy answers listings and names; a change
 * reads the LPAR anew first.
 *
 * Threads: everything is the loop's.  Workers may look at ->sys and ->set under ->lock, which the
 * loop holds while it changes them, and may use ->hv.
 */
#pragma once

#include "lpard/core/attributes/attributes.h"
#include "lpard/daemon/daemon.h"
#include "lpard/hypervisor/hypervisor.h"

#include <pthread.h>

struct lpar_lpar;

struct lpar_managed {
	struct lpar_daemon *daemon;
	char *name;
	const struct lpar_config_system *config;
	struct hv *hv;
	enum hv_connection connection;
	bool listed;		     /* since the connection came up */
	bool listing;		     /* the list is just being taken over: nothing in it is news */
	uint64_t since_ms;	     /* when the connection changed last */
	char *down_message;	     /* why it is down; NULL: not known */
	_Atomic unsigned int in_use; /* work under way: free only at 0 */
	bool removed;		     /* no longer configured */

	pthread_mutex_t lock;
	struct lpar_system sys;
	struct lpar_lpar **entries; /* by name */
	size_t n_entries;
	struct lpar_set set;	/* their partitions, in the same order */
	_Atomic uint64_t asked; /* numbers the questions, so that an old answer never wins */
};

/* lpar_managed_new - connect; returns at once */
int lpar_managed_new(struct lpar_daemon *d, const struct lpar_config_system *config,
		     struct lpar_managed **ret, struct par_error **err);
/* lpar_managed_free - disconnect; waits for calls under way */
void lpar_managed_free(struct lpar_managed **host);
/* lpar_managed_remove - no longer configured: free it when nothing uses it any more */
void lpar_managed_remove(struct lpar_managed *host);

/* lpar_managed_find - by name or MTMS, NULL if there is none */
struct lpar_managed *lpar_managed_find(struct lpar_daemon *d, const char *name);
/* lpar_managed_up - connected and listed */
bool lpar_managed_up(const struct lpar_managed *host);
/* lpar_managed_settling - not up, but too short a time for to give up on it */
bool lpar_managed_settling(const struct lpar_managed *host);
/* lpar_managed_down_error - why nothing can be asked of it; PAR_E_DISCONNECTED */
int lpar_managed_down_error(const struct lpar_managed *host, struct par_error **err);

/* lpar_managed_run - par_workers_run() for this host, which stays until @done has run */
int lpar_managed_run(struct lpar_managed *host, par_work_fn work, par_work_fn done, void *user);

struct lpar_lpar *lpar_managed_entry(const struct lpar_managed *host, const char *name);
struct lpar_lpar *lpar_managed_entry_id(const struct lpar_managed *host, uint32_t id);
struct lpar_lpar *lpar_managed_entry_uuid(const struct lpar_managed *host, const char *uuid);
/*
 * lpar_managed_get - by name, or by id when @name is NULL
 * Errors: PAR_E_NOT_FOUND with HSCL8012 or HSCL8011.
 */
int lpar_managed_get(const struct lpar_managed *host, const char *name, uint32_t id,
		     struct lpar_lpar **ret, struct par_error **err);

/*
 * lpar_managed_fetch - on a worker: read one LPAR now, and let the loop know what was read
 * @uuid	NULL record: it is gone
 * Whoever posts to the loop afterwards finds it there.
 */
void lpar_managed_fetch(struct lpar_managed *host, const char *uuid);
/* lpar_managed_refetch - in the loop: have a worker do that */
void lpar_managed_refetch(struct lpar_managed *host, const char *uuid);

/* lpar_managed_reserve - a partition that is being made takes its name and id; takes @part over */
int lpar_managed_reserve(struct lpar_managed *host, struct lpar_partition *part,
			 struct lpar_lpar **ret, struct par_error **err);
/* lpar_managed_forget - take an entry out and free it (or when its job ends) */
void lpar_managed_forget(struct lpar_lpar *entry);

/* lpar_managed_usage - what the LPARs but @except hold, activations under way included; any thread
 * with ->lock, or the loop */
void lpar_managed_usage(const struct lpar_managed *host, const struct lpar_lpar *except,
			struct lpar_usage *ret);
