/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What there is in the daemon: its configuration, its door, its workers, its managed systems.  One
 * of these exists; everything in it is the loop's unless said otherwise.
 */
#pragma once

#include "lpard/common/event.h"
#include "lpard/daemon/systems/config.h"
#include "lpard/daemon/server/server.h"
#include "lpard/common/workers.h"

struct lpar_managed;
struct lpar_waiting;

struct lpar_daemon {
	struct par_event *loop;
	const struct lpar_config *config; /* never changes: replaced as a whole, see below */
	struct lpar_config **configs;	  /* all there were: workers may still look at one */
	size_t n_configs;
	struct par_workers *workers;
	struct lpar_server *server;
	struct lpar_managed **hosts; /* in the order of the configuration */
	size_t n_hosts;
	struct lpar_waiting *waiting; /* calls that wait for a system to connect */
	uint64_t last_job;
	_Atomic bool stopping;
};
