/* SPDX-License-Identifier: Apache-2.0 */
/* Activation and shutdown of one LPAR, as jobs. */
#pragma once

#include "lpard/core/model/partition.h"
#include "lpard/daemon/jobs/job.h"

/* What is asked for; owned by the job (lpar_state_request_free). */
struct lpar_state_request {
	enum lpar_operation op;
	char *profile; /* LPAR_OP_ON; NULL: the current configuration */
	enum lpar_boot_mode boot_mode;
	bool boot_mode_given;
	enum lpar_keylock keylock;
	bool keylock_given;
	bool restart;	/* LPAR_OP_SHUTDOWN, LPAR_OP_OSSHUTDOWN */
	bool immediate; /* LPAR_OP_OSSHUTDOWN: quickly */
	/* filled when the job starts */
	char uuid[PAR_UUID_LEN];
	char failure[40]; /* the reference code of a failed activation; "" */
};

void lpar_state_request_free(void *request);

/* lpar_state_start - hold the LPAR and begin; the job (with ->data the request) ends by itself */
void lpar_state_start(struct lpar_job *job, struct lpar_lpar *entry);

/* activate.c: the work of LPAR_OP_ON */
int lpar_activate_work(struct lpar_job *job, struct par_error **err);
