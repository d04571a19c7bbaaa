/* SPDX-License-Identifier: Apache-2.0 */
/* Activation and shutdown of one LPAR, as jobs. */
#pragma once

#include "lpard/core/model/partition.h"
#include "lpard/daemon/jobs/job.h"

/* What is asked for; owned by the job (lpar_power_request_free). */
struct lpar_power_request {
	enum lpar_operation op;
	char *profile; /* LPAR_OP_ON; NULL: the current configuration */
	enum lpar_boot_mode boot_mode;
	bool boot_mode_given;
	enum lpar_keylock keylock;
	bool keylock_given;
	bool new_disk;	       /* LPAR_OP_ON: the disk is missing, and another one is wanted */
	bool restart;	       /* LPAR_OP_SHUTDOWN, LPAR_OP_OSSHUTDOWN */
	bool immediate;	       /* LPAR_OP_OSSHUTDOWN: quickly */
	bool force;	       /* a saved memory may be lost */
	bool left_void;	       /* filled by the job: what was left of a crash before is void */
	bool waits;	       /* an immediate shutdown's: for an activation that it ends */
	bool waited;	       /* it did at the beginning: another may have stopped it since */
	bool stopped;	       /* an immediate shutdown's: it has stopped the guest */
	uint64_t give_up_ms;   /* an immediate shutdown's: par_now_ms() */
	unsigned int restarts; /* filled by the job: of the LPAR, before its guest was asked */
	char failure[40]; /* filled by the job: the reference code of a failed activation; "" */
};

void lpar_power_request_free(void *request);

/* lpar_power_with - how an activation is asked for (enum lpar_with); 0: go on where it was */
static inline unsigned int lpar_power_with(const struct lpar_power_request *rq)
{
	return (rq->profile ? LPAR_WITH_PROFILE : 0u) |
	       (rq->boot_mode_given ? LPAR_WITH_BOOT_MODE : 0u) |
	       (rq->force ? LPAR_WITH_FORCE : 0u);
}

/* lpar_power_start - hold the LPAR and begin; the job (with ->data the request) ends by itself */
void lpar_power_start(struct lpar_job *job, struct lpar_lpar *lpar);

/* activate.c: the work of LPAR_OP_ON */
int lpar_activate_work(struct lpar_job *job, struct par_error **err);
