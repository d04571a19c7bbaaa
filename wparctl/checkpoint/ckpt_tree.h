/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether criu can make a tree of processes again, with their sessions and groups.  A process gets
 * its session from its parent when it is born, or makes one; so criu has each parent make its
 * children before or after it makes its own session, and puts a helper in the place of a leader
 * that has ended, but only where the first process has taken over what that has left.  Other trees
 * criu dumps, and does not restore: they are found here.  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* A process, also one that has ended and that its parent has not asked for. */
struct wpar_ckpt_task {
	pid_t outer, outer_parent; /* as the LPAR numbers them */
	pid_t pid, group, session; /* as the WPAR does; 0: it is one of outside */
	char command[33];
};

enum wpar_ckpt_tree {
	WPAR_CKPT_TREE_FITS,
	WPAR_CKPT_TREE_SESSION, /* no process could give it its session */
	WPAR_CKPT_TREE_GROUP,	/* who made its group is there, and has left it: criu would wait */
	WPAR_CKPT_TREE_OUTSIDE, /* its session is one of outside */
};

/*
 * wpar_ckpt_tree_check - into @ret, of as many elements as @tasks, what is wrong with each
 * @init	number of the first process, as the LPAR has it
 * Who does not descend from it is left out.  Returns 0 or -ENOMEM.
 */
int wpar_ckpt_tree_check(const struct wpar_ckpt_task *tasks, size_t n, pid_t init,
			 enum wpar_ckpt_tree *ret);
