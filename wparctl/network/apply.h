/* SPDX-License-Identifier: Apache-2.0 */
/* Carries out a plan, and takes it back. */
#pragma once

#include "wparctl/network/plan.h"

#include <sys/types.h>

/*
 * wpar_net_apply_outer - the steps in the global environment, but the announcements
 * @pid		a process in the WPAR's network namespace
 * After an error nothing of them is left.
 */
int wpar_net_apply_outer(const struct wpar_net_plan *p, pid_t pid, struct par_error **err);

/* wpar_net_apply_inner - the steps inside, by a process that is inside and has CAP_NET_ADMIN there
 */
int wpar_net_apply_inner(const struct wpar_net_plan *p, struct par_error **err);

/*
 * wpar_net_announce - the last steps: neighbours that knew the addresses elsewhere look here
 * @aside	by a process of its own: the kernel takes tens of milliseconds to close such a
 * socket
 */
void wpar_net_announce(const struct wpar_net_plan *p, bool aside);

/*
 * wpar_net_undo - take back what wpar_net_apply_outer() did; what is not there is no error
 * To remove a link takes the kernel tens of milliseconds.
 */
int wpar_net_undo(const struct wpar_net_plan *p, struct par_error **err);

/*
 * wpar_net_apply_change - on a running WPAR: take @gone back, in its order, and carry @new out
 * @pid		a process in the WPAR's network namespace
 * After an error all that could be done is done (plan_change.h has the way back).
 */
int wpar_net_apply_change(const struct wpar_net_plan *gone, const struct wpar_net_plan *new,
			  pid_t pid, struct par_error **err);

/*
 * wpar_net_clear - the same by the record (record.h) of the WPAR called @name, whose processes have
 * ended; no record: nothing to do.  The links go with their namespace, a moment after the last
 * process; one that somebody holds is removed by the next start.
 */
int wpar_net_clear(const char *name, struct par_error **err);
