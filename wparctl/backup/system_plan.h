/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which files of the running system a copy of it has (mkwpar -t): what its own disks hold, less
 * what is another's (other WPARs, servers, the kernel), is made by each system for itself, or means
 * nothing in a workload partition.  Pure; system_copy.c reads them.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

#include <stdbool.h>
#include <stdint.h>

/* A place where the WPAR has a file system, and the system a symbolic link. */
struct wpar_system_link {
	char *place;  /* "/home" */
	char *target; /* the directory that it leads to: "/data/home"; NULL: it leads nowhere */
};

/* What is known of the system. */
struct wpar_system_facts {
	const char *mountinfo; /* as /proc/self/mountinfo; "": one file system */
	const char *swaps;     /* as /proc/swaps */
	const char *name;      /* of the WPAR that is made */
	const char *base;      /* its base directory; with the prefix of tests, as all paths */
	const struct par_strv *bases;	 /* base directories of all WPARs */
	const struct par_strv *identity; /* files of its identity that lie behind links; NULL */
	const struct wpar_system_link *links;
	size_t n_links;
	const char *prefix; /* that of tests, "" */
	/* Is a file mounted at this place?  NULL: nowhere */
	bool (*is_file)(const char *point);
	bool keep_private; /* what means nothing in a WPAR (the kernel's files), too */
	bool keep_wpars;   /* other WPARs' definitions and files, too */
};

/* A file system that is copied. */
struct wpar_system_tree {
	char *directory; /* its mount point; in the copy */
	char *from;	 /* and in the system, where that is another; NULL */
	uint64_t id;	 /* the mount that is to be found there; 0: any */
};

/* In the copy the link's place is the directory, and what it leads to in the system the link. */
struct wpar_system_turned {
	char *place, *target;
	char *name; /* of the target in the copy */
};

struct wpar_system_plan {
	struct wpar_system_tree *trees; /* the first is "/" */
	size_t n_trees;
	struct par_strv empty;	  /* directories of which only the name is copied */
	struct par_strv patterns; /* of grep, for names that are left out: "^\./etc/fstab$" */
	struct par_strv passed;	  /* "/data: nfs": what is not copied there, and why */
	struct wpar_system_turned *turned;
	size_t n_turned;
};

#define auto_system_plan par_cleanup(wpar_system_plan_done) struct wpar_system_plan

void wpar_system_plan_done(struct wpar_system_plan *p);

/* wpar_system_plan_make - 0 or -ENOMEM; the caller ends @ret in any case */
int wpar_system_plan_make(const struct wpar_system_facts *f, struct wpar_system_plan *ret);

/*
 * For system_plan.c: which file systems are copied, and which names of theirs are not; 0 or -ENOMEM
 * @p	has the names that are left out whatever is mounted
 */
int wpar_system_plan_mounts(struct wpar_system_plan *p, const struct wpar_system_facts *f);

/*
 * wpar_system_plan_always - what each system has anew, and @path lies in: "/run"; NULL: nothing
 * wpar_system_plan_close_always - all of it is left out; 0 or -ENOMEM
 */
const char *wpar_system_plan_always(const char *path);
int wpar_system_plan_close_always(struct wpar_system_plan *p);

/*
 * For system_plan.c and system_links.c: another tree, and a name that is left out (@after: of what
 * more); 0 or -ENOMEM
 */
int wpar_system_plan_tree(struct wpar_system_plan *p, const char *directory, uint64_t id);
int wpar_system_plan_omit(struct wpar_system_plan *p, const char *path, const char *after);
