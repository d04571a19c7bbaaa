/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What there is in the daemon: configuration, door, workers, managed systems, list of events.  One
 * struct lpar_daemon exists; its members belong to the loop's thread unless said otherwise.
 */
#pragma once

#include "lpard/common/event.h"
#include "lpard/common/workers.h"
#include "lpard/daemon/systems/config.h"

struct lpar_auto_start;
struct lpar_events;
struct lpar_journal;
struct lpar_managed;
struct lpar_move;
struct lpar_server;
struct lpar_waiting;
struct par_source;

struct lpar_daemon {
	struct par_event *loop;
	const struct lpar_config *config; /* never changes: replaced as a whole, see below */
	struct lpar_config **configs;	  /* all there were: workers may still look at one */
	size_t n_configs;
	struct par_workers *workers;	  /* for what is quick: reading, opening streams */
	struct par_workers *job_workers;  /* for jobs, which take as long as a guest or a disk */
	struct par_workers *plug_workers; /* for immediate shutdowns, which end those that hang */
	struct lpar_server *server;
	struct lpar_managed **systems; /* in the order of the configuration */
	size_t n_systems;
	struct lpar_events *events;
	struct lpar_journal *journal;
	struct lpar_waiting *waiting; /* calls that wait for a system to connect */
	struct lpar_auto_start *auto_start;
	struct par_source *unannounced; /* timer: unannounced.h */
	struct lpar_move *moves;	/* jobs/move.h: the oldest first */
	uint64_t last_job;
	_Atomic bool stopping;
};
