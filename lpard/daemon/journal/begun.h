/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The jobs that are under way, in a file beside the journal.  The journal has one line for a job,
 * when it has ended; what this file has when lpard starts is of jobs that never did, for lpard was
 * killed or its machine was.  The file is empty whenever nothing is under way.
 */
#pragma once

#include "lpard/daemon/systems/events.h"

struct json_object;
struct lpar_begun;

/* lpar_begun_interrupted - one that was under way: an entry as of journal.c, without its result */
typedef void (*lpar_begun_fn)(struct json_object *entry, void *user);

/*
 * lpar_begun_new - tell @fn of each job in the file, in the order they began, and begin an empty
 * one Where the file cannot be used nothing is told or kept, and the log says why.
 * @journal_path	the file's name is this with ".begun" behind it
 * Errors: out of memory.
 */
int lpar_begun_new(const char *journal_path, lpar_begun_fn fn, void *user, struct lpar_begun **ret,
		   struct par_error **err);
/* lpar_begun_free - what is still under way stays in the file; NULL inside is fine */
void lpar_begun_free(struct lpar_begun **begun);

/* lpar_begun_add - a job has begun: @entry is its line so far */
void lpar_begun_add(struct lpar_begun *b, uint64_t job, struct json_object *entry);
/* lpar_begun_ended - a job has its line in the journal */
void lpar_begun_ended(struct lpar_begun *b, uint64_t job);
