/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes of what LPARs and profiles are, as jobs.  Each reads the LPAR anew on a worker, changes
 * the copy by the core's rules, and has the hypervisor store it.
 */
#pragma once

#include "lpard/daemon/jobs/job.h"

enum lpar_change_kind {
	LPAR_CHANGE_CREATE_LPAR,
	LPAR_CHANGE_CREATE_PROF,
	LPAR_CHANGE_SAVE_PROF,
	LPAR_CHANGE_LPAR,
	LPAR_CHANGE_PROF,
	LPAR_CHANGE_APPLY,
	LPAR_CHANGE_REMOVE_LPAR,
	LPAR_CHANGE_REMOVE_PROF,
};

/* What is to be changed; copied or taken over by lpar_change_start(). */
struct lpar_change_request {
	enum lpar_change_kind kind;
	struct lpar_lpar *lpar;	 /* NULL with CREATE_LPAR only */
	struct par_attrs *attrs; /* CREATE_*, CHANGE_*: emptied; else NULL */
	const char *profile;	 /* SAVE, APPLY (NULL: the default one), REMOVE_PROF */
	bool force;		 /* SAVE; REMOVE_LPAR: a saved memory may be lost */
};

/*
 * lpar_change_start - start a job for the change, which answers *call (taken over) and ends by
 * itself
 * @what	the operation's name, for the log
 */
void lpar_change_start(struct lpar_managed *managed, struct lpar_call **call, const char *what,
		       const struct lpar_change_request *rq);
