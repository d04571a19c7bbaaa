/* SPDX-License-Identifier: Apache-2.0 */
/* What of a specification keeps a WPAR from being checkpointed. */
#pragma once

#include "wparctl/spec/spec.h"

struct wpar_obstacle {
	const char *test;   /* a word: "device" */
	const char *value;  /* which: "/dev/vdb"; points into the specification */
	const char *remedy; /* why it cannot be, and what to do: a sentence */
};

/*
 * wpar_obstacle - the obstacle with the number @i, from 0 on
 * Returns false when there are no more.
 */
bool wpar_obstacle(const struct wpar_spec *s, size_t i, struct wpar_obstacle *ret);
