/* SPDX-License-Identifier: Apache-2.0 */
/* What this system and each of its WPARs use, between two moments. */
#pragma once

#include "lpard/common/json.h"
#include "wparctl/resources/cgroup_usage.h"
#include "wparctl/spec/spec.h"

struct wpar_use {
	char *name;
	const char *type, *state; /* words */
	char *os;		  /* a versioned WPAR's old system; "" otherwise */
	struct wpar_usage before, now;
	int cgroup; /* -1: does not run */
};

struct wpar_uses {
	struct wpar_usage_system before, now;
	double at_s;	/* of now: a clock that is not set */
	double seconds; /* between the two */
	struct wpar_use *v;
	size_t n;
};

#define auto_uses par_cleanup(wpar_uses_done) struct wpar_uses

void wpar_uses_done(struct wpar_uses *u);

/*
 * wpar_uses_take - the WPARs that there are now, and the first reading of each
 * @only	this one alone, PAR_E_NOT_FOUND (0960-419) when there is none; NULL: all
 */
int wpar_uses_take(const char *only, struct wpar_uses *ret, struct par_error **err);

/* wpar_uses_again - another reading; what was now becomes before */
int wpar_uses_again(struct wpar_uses *u, struct par_error **err);

/* wpar_uses_follow - a newer list takes the last reading of an older one as before, by name */
void wpar_uses_follow(struct wpar_uses *u, const struct wpar_uses *older);

/* wpar_uses_processors - processors in use on average, or -1 when the kernel does not count that */
double wpar_uses_processors(const struct wpar_uses *u, const struct wpar_usage *before,
			    const struct wpar_usage *now);

/* wpar_uses_rate - bytes a second between two readings of a counter; -1: not counted */
double wpar_uses_rate(const struct wpar_uses *u, uint64_t before, uint64_t now);

/* For JSON: null where a number is not known (negative, WPAR_USAGE_UNKNOWN); 0 or -ENOMEM */
int wpar_uses_put_processors(struct json_object *o, double used);
int wpar_uses_put_number(struct json_object *o, const char *key, uint64_t n);
