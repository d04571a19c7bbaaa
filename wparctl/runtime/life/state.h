/* SPDX-License-Identifier: Apache-2.0 */
/* What state a WPAR is in. */
#pragma once

#include "wparctl/runtime/life/traces.h"
#include "wparctl/spec/spec.h"

enum wpar_state {
	WPAR_STATE_DEFINED,	 /* D */
	WPAR_STATE_LOADED,	 /* L */
	WPAR_STATE_ACTIVE,	 /* A */
	WPAR_STATE_FROZEN,	 /* F */
	WPAR_STATE_PAUSED,	 /* P */
	WPAR_STATE_BROKEN,	 /* B */
	WPAR_STATE_TRANSITIONAL, /* T */
	WPAR_STATE_MOVING,	 /* M */
	WPAR_STATE_ERROR,	 /* E */
};

/*
 * wpar_state_get - from what is really there: control group, processes, mounts, operation lock
 * Not for the holder of the WPAR's lock: while a command holds it the WPAR is Transitional.
 */
int wpar_state_get(const struct wpar_spec *s, enum wpar_state *ret, struct par_error **err);

/* wpar_state_get_among - the same; the kernel is not asked of one that had no traces then */
int wpar_state_get_among(const struct wpar_traces *traces, const struct wpar_spec *s,
			 enum wpar_state *ret, struct par_error **err);

/* wpar_state_probe - the same without a look at the lock, for its holder above all */
int wpar_state_probe(const struct wpar_spec *s, enum wpar_state *ret, struct par_error **err);

char wpar_state_letter(enum wpar_state st);	 /* 'D' */
const char *wpar_state_word(enum wpar_state st); /* "Defined" */
