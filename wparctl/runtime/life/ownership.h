/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One owner: which LPAR runs a WPAR, and of which generation that is.  Whether it runs here the
 * kernel says; the records say what the kernel does not know: that it runs elsewhere, and that it
 * began anew since a checkpoint.  Each is written before that begins, so a command that was killed
 * leaves one that is true enough for the same command again.  The caller has the WPAR's lock.
 */
#pragma once

#include "wparctl/runtime/life/owner_record.h"
#include "wparctl/spec/spec.h"

/* wpar_owner_get - the record here, with the highest generation of all; zeroed: none yet */
int wpar_owner_get(const struct wpar_spec *s, struct wpar_owner *ret, struct par_error **err);

/*
 * wpar_owner_start - a new generation begins here
 * Errors: PAR_E_WRONG_STATE (it runs in another LPAR), PAR_E_BUSY (it is being started there), of
 * the servers.
 */
int wpar_owner_start(const struct wpar_spec *s, struct par_error **err);

/*
 * wpar_owner_restart - it goes on here from a checkpoint of @generation, taken at @taken_ms
 * @force	also when that is stale: then it is a new generation
 */
int wpar_owner_restart(const struct wpar_spec *s, uint64_t generation, uint64_t taken_ms,
		       bool force, struct par_error **err);

/* wpar_owner_checkpoint - a checkpoint of @generation is whole; it runs on */
void wpar_owner_checkpoint(const struct wpar_spec *s, uint64_t generation);

/* wpar_owner_stopped - nothing of it runs here any more; a server that is gone is not waited for */
void wpar_owner_stopped(const struct wpar_spec *s);

/* wpar_owner_take - what says that it runs elsewhere is no longer so: the administrator knows */
int wpar_owner_take(const struct wpar_spec *s, struct par_error **err);

/* wpar_owner_forget - with the WPAR */
void wpar_owner_forget(const struct wpar_spec *s);
