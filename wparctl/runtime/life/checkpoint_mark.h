/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a frozen WPAR stands still for, in its folder in /run: it goes with that, and means nothing
 * of one that runs.
 */
#pragma once

#include <stdbool.h>

enum wpar_checkpoint_mark {
	WPAR_MARK_PAUSED, /* a checkpoint was taken, and nobody has said yet what becomes of it */
	WPAR_MARK_RESTORING, /* it comes back from a checkpoint, and is not whole yet */
};

/* wpar_checkpoint_mark - 0 or a negative errno; the folder is there */
int wpar_checkpoint_mark(const char *name, enum wpar_checkpoint_mark mark);
bool wpar_checkpoint_marked(const char *name, enum wpar_checkpoint_mark mark);
/* wpar_checkpoint_unmark - no error when there is none; a negative errno */
int wpar_checkpoint_unmark(const char *name, enum wpar_checkpoint_mark mark);
