/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The interpreters of a WPAR whose programs are another machine's: registrations of binfmt_misc
 * that hold in its user namespace only, with the interpreter's file open (flag F), so that nothing
 * of it is in the WPAR's tree.
 */
#pragma once

#include "wparctl/versioned/runs.h"

#include <stdbool.h>

/* The image's machine, and the smaller one that is part of it, where both have an interpreter. */
struct wpar_interpreters {
	struct {
		const struct wpar_machine_row *row;
		char path[256]; /* in the global environment */
	} v[2];
	size_t n; /* 0: the WPAR needs no registrations of its own */
	int root; /* the global environment's root directory; -1 */
};

#define WPAR_NO_INTERPRETERS ((struct wpar_interpreters){ .root = -1 })

/*
 * wpar_interpreters_find - outside, before a start: what programs of @machine need here
 * @machine	NULL: the WPAR's programs are this system's
 * @ret		wpar_interpreters_done() closes what is open in it
 * Errors: PAR_E_NOT_SUPPORTED: they do not run here; says what is missing and what to do.
 */
int wpar_interpreters_find(const char *machine, struct wpar_interpreters *ret,
			   struct par_error **err);
void wpar_interpreters_done(struct wpar_interpreters *i);

/*
 * wpar_interpreters_mount - inside, when the tree is there and is the root directory, by a task
 * with CAP_SYS_ADMIN and CAP_SYS_CHROOT in the WPAR's user namespace
 * Registers them and shows them, read-only, at /proc/sys/fs/binfmt_misc.  The working directory is
 * the root afterwards.  Errors: PAR_E_SYSTEM.
 */
int wpar_interpreters_mount(const struct wpar_interpreters *i, struct par_error **err);

/*
 * wpar_interpreter_text - what binfmt_misc's file `register` is written for a row
 * Flags: P, the program sees its own name; F.  Not C: set-user-id programs run as who calls them,
 * for a caller could lead an interpreter with another's rights by its environment.
 * Caller frees; NULL: no memory.
 */
char *wpar_interpreter_text(const struct wpar_machine_row *row, const char *path);
