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
	unsigned int restarts; /* filled by the job: of the LPAR, before its guest was asked */
	char failure[40]; /* filled by the job: the reference code of a failed activation; "" */
};

void lpar_power_request_free(void *request);

/* lpar_power_start - hold the LPAR and begin; the job (with ->data the request) ends by itself */
void lpar_power_start(struct lpar_job *job, struct lpar_lpar *lpar);

/* activate.c: the work of LPAR_OP_ON */
int lpar_activate_work(struct lpar_job *job, struct par_error **err);
