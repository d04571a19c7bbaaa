/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The error object.  It is made once, where the error happens, gets context on the way up
 * (par_error_wrap) and is printed by a command or sent by the daemon.  Functions take
 * `struct par_error **err` last and return a negative errno, or 0.
 */
#pragma once

#include "lpard/common/cleanup.h"

#include <stdarg.h>

enum par_error_id {
#define X(id, name, err, status, meaning) PAR_E_##id,
#include "lpard/common/errors.def"
#undef X
	PAR_E_COUNT
};

struct par_error {
	enum par_error_id id;
	int errnum; /* positive errno */
	char *msg;  /* whole sentence, names in quotes, no full stop unless a fact's text has one */
	char *hint; /* for people at a terminal only, "Did you mean lpar01?"; NULL: none */
};

/*
 * par_fail - make an error
 * @err		where to put it; NULL: the text is dropped.  An error already there is freed
 * @id		the kind
 * @errnum	positive errno of the failed call, or 0 for the kind's own; when not 0 and @id is
 *		PAR_E_SYSTEM or PAR_E_NO_SPACE, ": strerror" is put behind the text
 *
 * Returns -errnum (never 0), so that `return par_fail(...)` reads well.
 */
int par_fail(struct par_error **err, enum par_error_id id, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
int par_failv(struct par_error **err, enum par_error_id id, int errnum, const char *fmt, va_list ap)
	__attribute__((format(printf, 4, 0)));

/* par_error_wrap - put "TEXT: " before the message of *err, if there is one */
void par_error_wrap(struct par_error **err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* par_error_hint - give *err, if there is one, a hint; of several the last one counts */
void par_error_hint(struct par_error **err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* par_error_move - hand *from over to *to (freeing what is there); *from becomes NULL */
void par_error_move(struct par_error **to, struct par_error **from);

/* par_error_free - frees *err and sets it to NULL; NULL is fine */
void par_error_free(struct par_error **err);

/* par_error_name - the wire name of a kind ("NotFound"); never NULL */
const char *par_error_name(enum par_error_id id);

/* par_error_from_name - the kind with that wire name, PAR_E_SYSTEM for an unknown one */
enum par_error_id par_error_from_name(const char *name);

/* par_error_exit_status - what a command exits with; 1 for NULL */
int par_error_exit_status(const struct par_error *err);

/*
 * par_error_text - its sentence, for who shows or sends it; never NULL.  No object, and one without
 * a text, mean that memory was short where it was made: "out of memory".  @err keeps the text.
 */
const char *par_error_text(const struct par_error *err);

/* par_oom - the error PAR_E_NO_MEMORY; returns -ENOMEM */
int par_oom(struct par_error **err);

/* par_check_alloc - only for command line programs: print "out of memory" and abort if @p is NULL
 */
void *par_check_alloc(void *p);

#define auto_error par_cleanup(par_error_free) struct par_error *
