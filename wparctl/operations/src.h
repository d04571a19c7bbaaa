/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands of the System Resource Controller share.  In a WPAR they act on it; in the
 * global environment on the WPAR that -@ names.
 */
#pragma once

#include "lpard/common/cmd.h"
#include "wparctl/srcmstr/srcmstr.h"

/* Which subsystems a command is for; a command's struct begins with it. */
struct wpar_src_which {
	const char *wpar, *subsystem, *group;
	uint64_t pid;
	bool all;
};

#define WPAR_SRC_OPT_WPAR(type_, member)                                         \
	OPT_STR('@', NULL, "NAME", struct type_, member,                         \
		"In the global environment: act on the workload partition NAME", \
		.values = "@wpars")

/* wpar_src_request - of exactly one of them; PAR_E_USAGE.  @q is to be ended in any case */
int wpar_src_request(const struct wpar_src_which *w, enum wpar_src_verb verb,
		     struct wpar_src_request *q, struct par_error **err);

/* wpar_src_send - ask srcmstr here; as wpar_src_ask(), but what fails is an error */
int wpar_src_send(const struct wpar_src_request *q, struct wpar_src_rows *rows,
		  const struct par_cmd_ctx *ctx, struct par_error **err);

/*
 * wpar_src_run - @act where it is meant to act: here, in a WPAR; or in the WPAR @wpar
 * @act		as a command's run(); it sees only the WPAR, and writes to ctx->out and ctx->err
 *
 * What comes out of a WPAR is made harmless before it is printed.
 */
int wpar_src_run(const struct par_cmd_ctx *ctx, const char *wpar,
		 int (*act)(const struct par_cmd_ctx *ctx, void *args, struct par_error **err),
		 void *args, struct par_error **err);
