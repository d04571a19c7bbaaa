/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How a WPAR's files follow the LPAR's (syncwpar), by three lists: what the LPAR gave the WPAR
 * before, what it gives now, and what the WPAR has.  A file that the WPAR has not changed goes with
 * the LPAR; one that it has changed, or removed, is kept as it is and named, as dpkg does with
 * configuration files.  Pure.
 */
#pragma once

#include "wparctl/filesystem/inventory.h"

enum wpar_sync_kind {
	WPAR_SYNC_ADD,	   /* new in the LPAR */
	WPAR_SYNC_REPLACE, /* another one in the LPAR */
	WPAR_SYNC_REMOVE,  /* gone from the LPAR */
	WPAR_SYNC_KEEP,	   /* the LPAR has changed it, and so has the WPAR */
	WPAR_SYNC_HOLD,	   /* left for a time without -a: a removal, or an older file */
};

struct wpar_sync_step {
	enum wpar_sync_kind kind;
	const char *path; /* of one of the lists */
	const char *why;  /* of WPAR_SYNC_KEEP: static text */
	bool again;	  /* it could not be done, and is tried again the next time */
	const struct wpar_entry *before, *after, *now; /* of the lists; NULL: it has none */
};

/* By path: what is in a folder comes after it. */
struct wpar_sync_plan {
	struct wpar_sync_step *v;
	size_t n;
};

#define auto_sync_plan par_cleanup(wpar_sync_plan_done) struct wpar_sync_plan

void wpar_sync_plan_done(struct wpar_sync_plan *p);

struct wpar_sync_lists {
	const struct wpar_inventory *before, *after, *now;
	/* Is that path the WPAR's own, and not a place where something else is mounted?  NULL: all
	 * are */
	bool (*is_own)(const char *path, void *user);
	void *user;
	bool additional; /* -a: nothing is removed, and nothing becomes older */
};

/* wpar_sync_plan_build - @ret points into the lists; -ENOMEM */
int wpar_sync_plan_build(const struct wpar_sync_lists *lists, struct wpar_sync_plan *ret);

/*
 * wpar_sync_plan_print - a line for each step: "replace /etc/profile"; or, with @kept_only, for
 * those that are not done because of the WPAR
 */
int wpar_sync_plan_print(const struct wpar_sync_plan *p, bool kept_only, struct par_buf *out);

/* wpar_sync_plan_count - steps of a kind */
size_t wpar_sync_plan_count(const struct wpar_sync_plan *p, enum wpar_sync_kind kind);

/*
 * wpar_sync_plan_given - what the LPAR has given the WPAR when the plan is carried out: the new
 * list, and of what is left, for -a or as it could not be done, the old one; -ENOMEM
 */
int wpar_sync_plan_given(const struct wpar_sync_plan *p, const struct wpar_inventory *after,
			 struct wpar_inventory *ret);
