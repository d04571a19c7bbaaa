/* SPDX-License-Identifier: Apache-2.0 */
/* Copies a tree with owners, modes and times; never follows a link, never leaves its mount. */
#pragma once

#include "lpard/common/error.h"

#include <stdbool.h>
#include <stdint.h>

struct wpar_copy_opts {
	/* false: leave this out; @path is relative to the top ("etc/shadow"); NULL: take all */
	bool (*want)(const char *path, unsigned int mode, void *user);
	void *user;
	bool dirs_only;
	uint32_t add_to_ids; /* the copies have ids that are so much larger */
	/* 0: any; copies of files of other ids are root's, and change nobody's ids when executed */
	uint32_t ids_below;
};

/*
 * wpar_copy_tree - what is in @from into the existing directory @to (both O_DIRECTORY descriptors)
 * Device nodes, sockets and fifos are left out.  Files that exist in @to: -EEXIST.
 */
int wpar_copy_tree(int from, int to, const struct wpar_copy_opts *opts);

/*
 * wpar_copy_one - the file or symbolic link @name of the folder @from, as the new @to_name in @to
 * -EINVAL: it is neither; -EEXIST: @to_name is there.  What a failed copy has made stays.
 */
int wpar_copy_one(int from, const char *name, int to, const char *to_name,
		  const struct wpar_copy_opts *opts);
