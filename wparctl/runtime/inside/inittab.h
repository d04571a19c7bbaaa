/* SPDX-License-Identifier: Apache-2.0 */
/* /etc/inittab of a WPAR as a list of entries: pure, for PID 1 (init.c) and for tests. */
#pragma once

#include "lpard/common/str.h"

#include <stdbool.h>

#define WPAR_INITTAB_ENTRIES 64 /* more are not read */
#define WPAR_INITTAB_ID	     14 /* bytes of an identifier, as on AIX */
#define WPAR_INITTAB_BYTES   65536
#define WPAR_LEVEL_DEFAULT   2 /* the run level without an initdefault line, as on AIX */

enum wpar_init_action {
	WPAR_INIT_OFF,	    /* is ended if it runs, and not started */
	WPAR_INIT_SYSINIT,  /* before all others, one after the other */
	WPAR_INIT_BOOT,	    /* once after the start */
	WPAR_INIT_BOOTWAIT, /* the same, waited for */
	WPAR_INIT_WAIT,	    /* once in its run levels, waited for */
	WPAR_INIT_ONCE,	    /* the same, not waited for */
	WPAR_INIT_RESPAWN,  /* started again whenever it ends */
};

struct wpar_inittab_entry {
	char id[WPAR_INITTAB_ID + 1];
	unsigned int levels; /* bit N: run level N */
	enum wpar_init_action action;
	char *command;
};

struct wpar_inittab {
	struct wpar_inittab_entry *v;
	size_t n;
	int level; /* of the initdefault line; -1: there is none */
};

/*
 * wpar_inittab_parse - the text of an inittab: ID:LEVELS:ACTION:COMMAND, a line each
 * @complaints	a line for each line that cannot be used; the others count all the same
 *
 * LEVELS are digits; none are all of them.  Lines that begin with ':' (AIX) or '#' are comments; a
 * backslash at a line's end goes on with the next.  Of two entries with one identifier the first
 * counts.  Returns 0 or -ENOMEM; *ret is ended with wpar_inittab_done() in any case.
 */
int wpar_inittab_parse(const char *text, size_t len, struct wpar_inittab *ret,
		       struct par_buf *complaints);
void wpar_inittab_done(struct wpar_inittab *t);

/* wpar_inittab_find - the entry with that identifier, or NULL */
const struct wpar_inittab_entry *wpar_inittab_find(const struct wpar_inittab *t, const char *id);

/* wpar_inittab_in_level - does the entry belong to the run level? */
bool wpar_inittab_in_level(const struct wpar_inittab_entry *e, int level);
