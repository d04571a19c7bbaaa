/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The record of who runs a WPAR, and of how often it began anew: a small JSON text.  One lies in
 * the LPAR (ownership.h), and one on each file system of the WPAR that lies on a server, where
 * another LPAR finds it (owner_fence.h).  Pure.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"
#include "lpard/common/uuid.h"

#define WPAR_OWNER_MOST 4096 /* bytes of its text */

enum wpar_owner_state {
	WPAR_OWNER_STOPPED, /* nothing of it runs: whoever defines it may start it */
	WPAR_OWNER_RUNNING, /* in @lpar, or was when that lost its power */
};

enum wpar_owner_event {
	WPAR_OWNER_STARTED,	 /* its processes began anew */
	WPAR_OWNER_CHECKPOINTED, /* a checkpoint was taken */
	WPAR_OWNER_RESTARTED,	 /* it went on from one */
};

struct wpar_owner {
	char uuid[PAR_UUID_LEN]; /* of the WPAR */
	char name[32];		 /* by which @lpar knows it */
	char lpar[64];		 /* for people */
	char machine[64];	 /* what tells LPARs apart */
	uint64_t generation;	 /* one more with each start and each checkpoint; 0: none yet */
	enum wpar_owner_state state;
	enum wpar_owner_event last; /* what has made the generation */
	uint64_t since_ms;	    /* when, CLOCK_REALTIME */
};

/* wpar_owner_print - its text; -ENOMEM */
int wpar_owner_print(const struct wpar_owner *o, struct par_buf *out);

/* wpar_owner_parse - such a text, which may be foreign: strictly; PAR_E_CORRUPT */
int wpar_owner_parse(const char *text, size_t len, struct wpar_owner *ret, struct par_error **err);

/* wpar_owner_is_others - is it said to run, and in another LPAR than @machine? */
bool wpar_owner_is_others(const struct wpar_owner *o, const char *machine);

/* wpar_owner_fail_others - says so; @where: on which file system; returns a negative errno */
int wpar_owner_fail_others(const struct wpar_owner *o, const char *name, const char *where,
			   struct par_error **err);

/*
 * wpar_owner_check_stale - may a checkpoint of @generation, taken at @taken_ms, go on?
 * Not when the WPAR began anew since, or has had a later checkpoint: what its processes have done
 * since then would be undone, and its files not.  PAR_E_WRONG_STATE says that.
 */
int wpar_owner_check_stale(const struct wpar_owner *o, const char *name, uint64_t generation,
			   uint64_t taken_ms, struct par_error **err);
