/* SPDX-License-Identifier: Apache-2.0 */
/* Runs criu, and says in one sentence why it has failed. */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

#include <sys/types.h>

struct wpar_criu_run {
	char *const *argv;
	const char *home; /* for step.h; NULL: criu runs none */
	const char *path; /* its PATH, tools.h; NULL: ours */
	int keep; /* a descriptor that criu keeps open as long as it lives, such as a lock; -1 */
	/* In the process that becomes criu; a negative errno, and criu is not run.  May be NULL. */
	int (*before)(void *user);
	void *user;
	/* After criu was started, when before() has worked.  May be NULL. */
	void (*started)(pid_t pid, void *user);
};

/*
 * wpar_criu_run - start criu and wait for its end
 * @log		its log, of which the error tells
 * @what	"be dumped", "be restored": "workload partition 'x' cannot ..."
 * Never killed on the way: a process that criu has in its hands would not outlive that.
 * Errors: PAR_E_NOT_FOUND (no criu), PAR_E_SYSTEM.
 */
int wpar_criu_run(const struct wpar_criu_run *c, const char *name, const char *what,
		  const char *log, struct par_error **err);

/*
 * wpar_criu_reason - what the text of criu's log says of its failure; pure
 * @ret	caller frees; NULL: it says nothing
 * That is the first error, since the later ones follow from it.
 */
int wpar_criu_reason(const char *log, char **ret);

/* wpar_criu_output - what a criu says that is run with @argv and ends soon; at most 64 KiB */
int wpar_criu_output(char *const *argv, struct par_buf *ret, struct par_error **err);
