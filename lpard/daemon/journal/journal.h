/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal: every audit line (systems/audit.h) as one line of a file, a JSON object each.  When
 * the file is full it becomes FILE.1, in place of the one before, and a new one begins: the journal
 * never takes more than twice its limit.  Belongs to the loop's thread.
 */
#pragma once

#include "lpard/daemon/systems/events.h"

struct lpar_journal;

/* The result of a job during which lpard ended; begun.h knows of it. */
#define LPAR_JOURNAL_INTERRUPTED "interrupted"

/* Bytes of one file, usually */
#define LPAR_JOURNAL_MAX (4u << 20)

/*
 * lpar_journal_new - keep the audit lines of @events from now on
 * @path	the file; its folder is made when that is missing.  Where the file cannot be used
 *the log says why, and the journal is kept in memory.
 * @max_bytes	of the file, at least 4096; an event is at most 8 KiB
 * Errors: out of memory.
 */
int lpar_journal_new(const char *path, uint64_t max_bytes, struct lpar_events *events,
		     struct lpar_journal **ret, struct par_error **err);
/* lpar_journal_free - before its events; what was written stays.  NULL inside is fine */
void lpar_journal_free(struct lpar_journal **journal);

/* lpar_journal_path - the file; NULL: the journal is in memory */
const char *lpar_journal_path(const struct lpar_journal *journal);

/* What the journal has at one moment, for another thread.  { 0 } is empty. */
struct lpar_journal_view {
	int fd[2]; /* the file before and the file now; -1: none */
	size_t size[2];
};

/* lpar_journal_look - a view of what is there now; lpar_journal_view_done() afterwards */
void lpar_journal_look(const struct lpar_journal *journal, struct lpar_journal_view *ret);
void lpar_journal_view_done(struct lpar_journal_view *view);

/*
 * lpar_journal_fn - one entry
 * @entry	as event_json() of journal.c writes it: time_ms, uid, user, pid, operation, system,
 *lpar, lpar_id, job, result, text, command, detail, took_ms; borrowed.  Members may be missing and
 *of any type: somebody may have edited the file. Returns 0, or a negative errno that ends the
 *reading.
 */
typedef int (*lpar_journal_fn)(struct json_object *entry, void *user);

/*
 * lpar_journal_read - each entry from @from_ms (since 1970) on, the newest first; from any thread
 * Lines that are no JSON object with a time are skipped.  Returns 0, or what @fn returned.
 */
int lpar_journal_read(const struct lpar_journal_view *view, uint64_t from_ms, lpar_journal_fn fn,
		      void *user, struct par_error **err);

/* lpar_journal_parse - a line without its line break; NULL: it is no entry.  For tests, too. */
struct json_object *lpar_journal_parse(const char *line, size_t len, uint64_t *ret_time_ms);
