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

#include "lpard/core/attributes.h"
#include "lpard/daemon/daemon.h"
#include "lpard/hypervisor/hypervisor.h"

#include <pthread.h>

struct lpar_entry;

struct lpar_host {
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
	struct lpar_entry **entries; /* by name */
	size_t n_entries;
	struct lpar_set set;	/* their partitions, in the same order */
	_Atomic uint64_t asked; /* numbers the questions, so that an old answer never wins */
};

/* lpar_host_new - connect; returns at once */
int lpar_host_new(struct lpar_daemon *d, const struct lpar_config_system *config,
		  struct lpar_host **ret, struct par_error **err);
/* lpar_host_free - disconnect; waits for calls under way */
void lpar_host_free(struct lpar_host **host);
/* lpar_host_remove - no longer configured: free it when nothing uses it any more */
void lpar_host_remove(struct lpar_host *host);

/* lpar_host_find - by name or MTMS, NULL if there is none */
struct lpar_host *lpar_host_find(struct lpar_daemon *d, const char *name);
/* lpar_host_up - connected and listed */
bool lpar_host_up(const struct lpar_host *host);
/* lpar_host_settling - not up, but too short a time for to give up on it */
bool lpar_host_settling(const struct lpar_host *host);
/* lpar_host_down_error - why nothing can be asked of it; PAR_E_DISCONNECTED */
int lpar_host_down_error(const struct lpar_host *host, struct par_error **err);

/* lpar_host_run - lpar_workers_run() for this host, which stays until @done has run */
int lpar_host_run(struct lpar_host *host, lpar_work_fn work, lpar_work_fn done, void *user);

struct lpar_entry *lpar_host_entry(const struct lpar_host *host, const char *name);
struct lpar_entry *lpar_host_entry_id(const struct lpar_host *host, uint32_t id);
struct lpar_entry *lpar_host_entry_uuid(const struct lpar_host *host, const char *uuid);
/*
 * lpar_host_get - by name, or by id when @name is NULL
 * Errors: PAR_E_NOT_FOUND with HSCL8012 or HSCL8011.
 */
int lpar_host_get(const struct lpar_host *host, const char *name, uint32_t id,
		  struct lpar_entry **ret, struct par_error **err);

/*
 * lpar_host_fetch - on a worker: read one LPAR now, and let the loop know what was read
 * @uuid	NULL record: it is gone
 * Whoever posts to the loop afterwards finds it there.
 */
void lpar_host_fetch(struct lpar_host *host, const char *uuid);
/* lpar_host_refetch - in the loop: have a worker do that */
void lpar_host_refetch(struct lpar_host *host, const char *uuid);

/* lpar_host_reserve - a partition that is being made takes its name and id; takes @part over */
int lpar_host_reserve(struct lpar_host *host, struct lpar_partition *part, struct lpar_entry **ret,
		      struct par_error **err);
/* lpar_host_forget - take an entry out and free it (or when its job ends) */
void lpar_host_forget(struct lpar_entry *entry);

/* lpar_host_usage - what the LPARs but @except hold, activations under way included; any thread
 * with ->lock, or the loop */
void lpar_host_usage(const struct lpar_host *host, const struct lpar_entry *except,
		     struct lpar_usage *ret);
