/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands of the System Resource Controller share.  In a WPAR they act on it; in the
 * global environment on the WPAR that -@ names.
 */
#pragma once

#include "wparctl/operations/within.h"
#include "wparctl/srcmstr/srcmstr.h"

/* Which subsystems a command is for; a command's struct begins with it. */
struct wpar_src_which {
	const char *wpar, *subsystem, *group;
	uint64_t pid;
	bool all;
};

/* wpar_src_request - of exactly one of them; PAR_E_USAGE.  @q is to be ended in any case */
int wpar_src_request(const struct wpar_src_which *w, enum wpar_src_verb verb,
		     struct wpar_src_request *q, struct par_error **err);

/* wpar_src_send - ask srcmstr here; as wpar_src_ask(), but what fails is an error */
int wpar_src_send(const struct wpar_src_request *q, struct wpar_src_rows *rows,
		  const struct par_cmd_ctx *ctx, struct par_error **err);

/*
 * wpar_src_run - @act where it is meant to act: here, in a WPAR; or in the WPAR @wpar
 * @act		it sees only the WPAR; see within.h
 */
int wpar_src_run(const struct par_cmd_ctx *ctx, const char *wpar, wpar_act act, void *args,
		 struct par_error **err);
