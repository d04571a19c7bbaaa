/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A start that stops when all is there but the first process's program: startwpar -1 and -m.  The
 * process is there, for Linux keeps no name spaces of processes without one; it runs nothing, reaps
 * what clogin leaves, and waits for startwpar -2.  Internal to runtime/, but for wpar_hold_of().
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

enum wpar_hold {
	WPAR_HOLD_NONE,
	WPAR_HOLD_LOADED,      /* -1 */
	WPAR_HOLD_MAINTENANCE, /* -m: clogin may go in */
};

/* wpar_hold_of - does the first process of the WPAR wait for its release? */
enum wpar_hold wpar_hold_of(const char *name);

/* wpar_hold_was_released - it was, by a command that did not come to its end */
bool wpar_hold_was_released(const char *name);

/*
 * wpar_hold_mark - by the monitor, before the first process is made; in the WPAR's folder in /run
 * -errno: it could not be written, and nobody would know that the process waits.
 */
int wpar_hold_mark(const char *name, enum wpar_hold hold);

/*
 * wpar_hold_wait - in the process that is to become the first: until wpar_hold_release()
 * @started	the descriptor that says, when it is closed, that the start has worked; is closed
 * @environment	what is given for its program, behind what is there
 * -errno: it cannot become it.
 */
int wpar_hold_wait(int started, struct par_strv *environment);

/*
 * wpar_hold_release - let it run its program; returns when it does, or has ended
 * @environment	NAME=VALUE each
 * Killed in between, it may be called again.  PAR_E_INVALID_ARGUMENT: too long; PAR_E_TIMED_OUT.
 */
int wpar_hold_release(const char *name, const struct par_strv *environment, struct par_error **err);
