/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command lines of criu for a dump and a restore of a WPAR.  Pure: made from what is named
 * here, without root, compared in tests.  criu_run.h runs them.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"
#include "wparctl/filesystem/mount_plan.h"

#include <stdbool.h>
#include <sys/types.h>

/* What both need to know. */
struct wpar_criu {
	const char *program; /* path of criu */
	const char *images;  /* folder of the images, absolute */
	const char *work;    /* folder of its statistics */
	const char *log;     /* absolute */
	unsigned int level;  /* of the log, 0 to 4 */
	const char *step;    /* step.h; NULL: the processes go on when criu lets go of them */
};

struct wpar_criu_dump {
	struct wpar_criu criu;
	pid_t init;
	const char *previous; /* the folder of the round before, as seen from the images; NULL */
	const char *network_lock;  /* "nftables", "iptables" or "skip" */
	struct par_strv externals; /* mount points inside that are not the WPAR's own */
	struct par_strv watched;   /* paths of files that are watched and have to be looked up */
};

/* Where a restore finds what is external. */
struct wpar_criu_mount {
	char *target; /* inside */
	char *path;   /* where it is mounted for the restore */
};

struct wpar_criu_link {
	char *inner, *outer; /* names of both ends */
};

struct wpar_criu_restore {
	struct wpar_criu criu;
	const char *root; /* where the WPAR's root is mounted for the restore */
	struct wpar_criu_mount *mounts;
	size_t n_mounts;
	struct wpar_criu_link *links;
	size_t n_links;
};

/*
 * wpar_criu_plan_dump - argv of `criu dump`
 * criu lets the processes go on at the end in any case; with a step they are frozen by then, before
 * one of them has run, and its links are down.
 * Errors: PAR_E_NOT_SUPPORTED (a mount point whose name criu would take for something else),
 * PAR_E_NO_MEMORY.
 */
int wpar_criu_plan_dump(const struct wpar_criu_dump *d, struct par_strv *ret,
			struct par_error **err);

/*
 * wpar_criu_plan_round - argv of `criu pre-dump`, which copies memory while the processes run
 * @previous	the folder of the round before, as seen from c->images; NULL: it is the first
 */
int wpar_criu_plan_round(const struct wpar_criu *c, pid_t init, const char *previous,
			 struct par_strv *ret, struct par_error **err);

/*
 * wpar_criu_plan_restore - argv of `criu restore`, by a process in the WPAR's control group
 */
int wpar_criu_plan_restore(const struct wpar_criu_restore *r, struct par_strv *ret,
			   struct par_error **err);

/*
 * wpar_criu_is_external - is what @op mounts the LPAR's, so that criu neither dumps nor makes it?
 * The root is named to criu in another way.
 */
bool wpar_criu_is_external(const struct wpar_mount_op *op);

/* wpar_criu_name_fits - can @path stand in an option of criu? */
bool wpar_criu_name_fits(const char *path);
