/* SPDX-License-Identifier: Apache-2.0 */
/* Memory of a running WPAR is copied in rounds (rounds.h) before its checkpoint. */
#pragma once

#include "wparctl/checkpoint/criu_plan.h"
#include "wparctl/checkpoint/criu_run.h"
#include "wparctl/checkpoint/statedir.h"

struct wpar_predump {
	const struct wpar_statedir *dir;
	const char *images;	  /* the folder in it */
	struct wpar_criu criu;	  /* without a step, for those images */
	struct wpar_criu_run run; /* without an argv */
	pid_t init;
	const char *name;
	unsigned int most; /* rounds, WPAR_ROUNDS_MOST or less */
	uint64_t memory;   /* bytes that a dump would copy */
};

/*
 * wpar_predump - as many rounds as are worth while
 * Returns how many there are now; 0 also when one failed: the images are empty then, and the dump
 * copies all.  Errors: PAR_E_SYSTEM.
 */
int wpar_predump(const struct wpar_predump *p, struct par_error **err);

/* wpar_predump_last - the folder of round @rounds, for struct wpar_criu_dump; "": there is none */
void wpar_predump_last(int rounds, char ret[16]);
