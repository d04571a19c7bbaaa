/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit line: who changed what, or tried to, on what, how it ended and how long it took.  It is
 * written to the log and published as an event, which the journal keeps and lssvcevents shows.
 * Whatever changes something, or lets somebody into an LPAR, ends in one call of lpar_audit().
 */
#pragma once

#include "lpard/daemon/daemon.h"

#include <sys/types.h>

/* A command's words stand at most so long in an audit line. */
#define LPAR_AUDIT_COMMAND 1000

/* Texts are borrowed; NULL and 0: does not apply. */
struct lpar_audit {
	uid_t uid; /* of the caller, from the socket */
	pid_t pid;
	const char *operation; /* "Activate", "RunCommand" */
	const char *system;
	const char *lpar;
	uint32_t lpar_id;
	const char *uuid;
	uint64_t job;
	uint64_t begun_ms;   /* CLOCK_MONOTONIC */
	const char *result;  /* "ok", "started", "status N", "signal N" or par_error_name() */
	const char *text;    /* why it failed */
	const char *command; /* that runs in the LPAR */
	const char *detail; /* how it was done, where that is not what was asked for word by word */
};

/* lpar_audit - write and publish the line; in the loop */
void lpar_audit(struct lpar_daemon *d, const struct lpar_audit *audit);

/*
 * lpar_user_name - the name of a user of this machine, its number when it has none
 * In the loop.  The text stays: each user is looked up once.
 */
const char *lpar_user_name(uid_t uid);
