/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two sides of a new process tell each other over a socket pair (SOCK_SEQPACKET): errors
 * go up, prepared mounts go down.  Internal to runtime/.
 */
#pragma once

#include "lpard/common/error.h"

/* wpar_sync_fail - from inside: why the start does not go on; @e may be NULL (out of memory) */
void wpar_sync_fail(int sync, const struct par_error *e);

/* wpar_sync_wait - 0 at end of file: the other side has closed it by its exec; else its error */
int wpar_sync_wait(int sync, struct par_error **err);

/* wpar_sync_started - the good news where there is no exec; @value is for the one who waits */
void wpar_sync_started(int sync, int value);

/* How far a start is. */
enum wpar_sync_step {
	WPAR_STEP_MOUNTED,  /* its file systems are there */
	WPAR_STEP_LAUNCHED, /* the first process has its devices and its rights, and runs */
	WPAR_STEP_MAPPED,   /* to inside: its ids are set, and no mounts will come */
	WPAR_STEP_NETWORK,  /* from inside: its network namespace is there; to it: so are its links
			     */
};

/* wpar_sync_step - on the way there: @step, of enum wpar_sync_step, is done; -errno: nobody is
 * there
 */
int wpar_sync_step(int sync, int step);

/* wpar_sync_wait_step - until the other side is at @step, of enum wpar_sync_step; else its error */
int wpar_sync_wait_step(int sync, int step, struct par_error **err);

/*
 * wpar_sync_wait_started - the value of wpar_sync_started(), or the error of wpar_sync_fail()
 * @stepped	called for each wpar_sync_step() as it comes; may be NULL
 * PAR_E_SYSTEM with EPIPE when the other side, called @who, has ended without a word.
 */
int wpar_sync_wait_started(int sync, const char *who, void (*stepped)(int step, void *user),
			   void *user, int *ret_value, struct par_error **err);

/* wpar_sync_send_mounts - @n descriptors, at most WPAR_MOUNTS_MAX; the caller still closes them */
int wpar_sync_send_mounts(int sync, const int *fds, size_t n);

/*
 * wpar_sync_receive_mounts - into @fds (WPAR_MOUNTS_MAX); the caller owns them
 * PAR_E_SYSTEM when the outer half has died, or when not all of them could be taken.
 */
int wpar_sync_receive_mounts(int sync, int *fds, size_t *ret_n, struct par_error **err);
