/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mark of a start that is still to come: a command that ends with a start, and was killed
 * before it or failed in it, has left the WPAR Defined; the same command again goes on from there.
 * The mark says which command that is, and goes with any start, with a change by hand, and with the
 * system.
 */
#pragma once

#include "lpard/common/str.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * wpar_pending_begin - before the WPAR is left in a state that its command would refuse
 * @command	what wpar_pending_is() is asked for; @len bytes, of any value
 * 0 or a negative errno
 */
int wpar_pending_begin(const char *name, const char *command, size_t len);

/* wpar_pending_is - is the start of that command still to come? */
bool wpar_pending_is(const char *name, const char *command, size_t len);

/*
 * wpar_pending_read - what the mark says, for wpar_pending_begin() after a start that has failed
 * when the mark had gone already; @ret is added to.  0 or a negative errno: -ENOENT, there is none
 */
int wpar_pending_read(const char *name, struct par_buf *ret);

/* wpar_pending_end - the WPAR runs, or is not to */
void wpar_pending_end(const char *name);
