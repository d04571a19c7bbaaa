/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A few threads for calls that block.  Work runs on one of them, then its end runs in the loop.
 */
#pragma once

#include "lpard/common/event.h"

struct par_workers;

typedef void (*par_work_fn)(void *user);

/* par_workers_new - @n threads that report to @loop */
int par_workers_new(struct par_event *loop, unsigned int n, struct par_workers **ret,
		    struct par_error **err);

/*
 * par_workers_run - @work on a thread (in the order of asking), then @done in the loop
 * Returns 0 or -ENOMEM (also after par_workers_free); then neither is called.
 */
int par_workers_run(struct par_workers *w, par_work_fn work, par_work_fn done, void *user);

/* par_workers_free - wait for work under way; of what has not begun, only @done is called, by the
 * loop as ever */
void par_workers_free(struct par_workers **w);
