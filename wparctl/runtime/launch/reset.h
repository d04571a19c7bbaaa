/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a process gives up on its way into a WPAR: standard descriptors, other descriptors, limits
 * and signals of the global environment.  Internal to runtime/.
 */
#pragma once

#include "wparctl/spec/stop_at.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Descriptors 0, 1 and 2 to be. */
struct wpar_stdio {
	bool pty;  /* fd[0] is a terminal and becomes the controlling one */
	int fd[3]; /* -1: the caller's own */
};

/* wpar_stdio_install - a session of its own, 0, 1, 2 in place; 0 or a negative errno */
int wpar_stdio_install(const struct wpar_stdio *stdio);

/*
 * wpar_stdio_own_null - inside: of 0, 1 and 2 what is the LPAR's /dev/null becomes the WPAR's
 * A daemon that is left by a session would otherwise have something of the LPAR open, with which it
 * can be in no checkpoint.  Where the WPAR has no such device they stay as they are.
 */
void wpar_stdio_own_null(void);

/* wpar_close_others - of the descriptors above 2 only these two stay; 0 or a negative errno */
int wpar_close_others(int keep, int keep_too);

/* wpar_close_all_but - the same with the @n of @keep, at most 8; -1 is none */
int wpar_close_all_but(const int *keep, size_t n);

/*
 * wpar_child_only - for a process of ours that does one thing: of the descriptors above 2 only the
 * @n of @keep (at most 8) stay, and it dies with @parent, which has made it.  Ends it when that is
 * too late, or not possible: a lock of its parent's must not outlive that.
 */
void wpar_child_only(pid_t parent, const int *keep, size_t n);

/*
 * wpar_process_fix - limits, priority, processors, out-of-memory score and the like: a WPAR's own,
 * whoever starts it or enters it
 * @keep_priority	nice value, scheduler and I/O priority stay the caller's: a command in the
 *			foreground, not a WPAR for life
 * @locked	bytes that it may lock in memory
 * Outside, by the process that is about to make or become one of the WPAR's: only the LPAR's root
 * may raise a limit.  What a kernel does not let it set stays as it is.
 */
void wpar_process_fix(bool keep_priority, uint64_t locked);

/* wpar_process_reset - inside, just before the program: signal dispositions and mask, umask */
void wpar_process_reset(void);
