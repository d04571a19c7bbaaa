/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that act on the system they are called in, or, with -@, on a WPAR as if called there. */
#pragma once

#include "lpard/common/cmd.h"

#define WPAR_OPT_WITHIN(type_, member)                                           \
	OPT_STR('@', NULL, "NAME", struct type_, member,                         \
		"In the global environment: act on the workload partition NAME", \
		.values = "@wpars")

/* What such a command does: as a command's run(); it writes to ctx->out and ctx->err only. */
typedef int (*wpar_act)(const struct par_cmd_ctx *ctx, void *args, struct par_error **err);

/*
 * wpar_within_name - -@ of a process in a WPAR is refused: it has no other WPARs
 * Returns 0, or a negative errno with PAR_E_USAGE.
 */
int wpar_within_name(const char *wpar, struct par_error **err);

/*
 * wpar_run_within - @act in the active system WPAR @wpar; its exit status, or a negative errno
 * @what	what an application WPAR has none of: "subsystems"
 *
 * What comes out of a WPAR is made harmless before it is printed.
 */
int wpar_run_within(const struct par_cmd_ctx *ctx, const char *wpar, const char *what, wpar_act act,
		    void *args, struct par_error **err);
