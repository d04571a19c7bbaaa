/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where a guest's streams begin: all that this folder knows of an LPAR and of its managed system,
 * and what it reports to whoever owns both.
 */
#pragma once

#include "firmware/stage.h"
#include "lpard/common/workers.h"
#include "lpard/hypervisor/hypervisor.h"

/* What a guest is to those who hold streams into it. */
enum lpar_guest {
	LPAR_GUEST_OFF,		/* does not run: every stream ends */
	LPAR_GUEST_UNREACHABLE, /* runs, but its hypervisor cannot be asked: keep what is open */
	LPAR_GUEST_RUNNING,
};

/* Called in the loop.  None of them may free the console or the agent's link. */
struct lpar_guest_ops {
	/* the LPAR's name as it is now, for messages; valid until the next rename */
	const char *(*name)(void *user);
	/* par_workers_run(); the hypervisor's connection stays until @done has returned */
	int (*run)(par_work_fn work, par_work_fn done, void *work_user, void *user);
	/* the console shows that the boot reached this stage */
	void (*stage)(enum fw_stage_id stage, void *user);
	/* the agent said hello, or is gone */
	void (*agent)(bool up, void *user);
};

/* A place outlives the console and the agent's link that are made for it. */
struct lpar_guest_place {
	struct par_event *loop;
	struct hv *hv;
	const char *uuid;
	const struct lpar_guest_ops *ops;
	void *user;
};

static inline const char *lpar_guest_name(const struct lpar_guest_place *place)
{
	return place->ops->name(place->user);
}
