/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A few threads for calls that block.  Work runs on one of them, then its end runs in the loop.
 */
#pragma once

#include "lpard/common/event.h"

struct lpar_workers;

typedef void (*lpar_work_fn)(void *user);

/* lpar_workers_new - @n threads that report to @loop */
int lpar_workers_new(struct par_event *loop, unsigned int n, struct lpar_workers **ret,
		     struct par_error **err);

/*
 * lpar_workers_run - @work on a thread (in the order of asking), then @done in the loop
 * Returns 0 or -ENOMEM (also after lpar_workers_free); then neither is called.
 */
int lpar_workers_run(struct lpar_workers *w, lpar_work_fn work, lpar_work_fn done, void *user);

/* lpar_workers_free - wait for work under way; what has not begun never runs */
void lpar_workers_free(struct lpar_workers **w);
