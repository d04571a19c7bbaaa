/* SPDX-License-Identifier: Apache-2.0 */
/* The lock of a WPAR: one operation at a time. */
#pragma once

#include "lpard/common/error.h"

#include <stdbool.h>

/*
 * wpar_lock - one operation at a time on a WPAR, exclusive, by name; works before it is defined.
 * Returns a descriptor that releases it when closed (the kernel does when the owner dies), or
 * PAR_E_BUSY at once, with the command and process that hold it, when another operation does.
 */
int wpar_lock(const char *name, int *ret_fd, struct par_error **err);

/* wpar_lock_give_up - others may have the lock; its file stays open, for wpar_lock_again() */
void wpar_lock_give_up(int fd);

/* wpar_lock_again - as wpar_lock(), with the descriptor of the time before, which it takes over */
int wpar_lock_again(const char *name, int fd, int *ret_fd, struct par_error **err);

/* wpar_lock_busy - is the lock held, by this process or by another? */
bool wpar_lock_busy(const char *name);

/* wpar_lock_is_monitors - was the last to take the lock the WPAR's monitor, which looks or clears
 * away? */
bool wpar_lock_is_monitors(const char *name);

/* wpar_lock_forget - remove the lock's file (rmwpar, at its end); the holder calls it */
void wpar_lock_forget(const char *name);
