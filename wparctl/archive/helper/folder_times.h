/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folders and the times that they get when nothing is made in them any more.  There may be
 * millions: of each name only what differs from the one before is kept.
 */
#pragma once

#include "lpard/common/str.h"
#include "wparctl/archive/helper/agreed.h"

#include <time.h>

struct folder_times {
	struct par_buf bytes;
	char last[WPAR_ARCHIVE_NAME + 1];
};

/* folder_times_cost - bytes that @name takes behind the folder @before ("": it is the first) */
size_t folder_times_cost(const char *before, const char *name);

/* folder_times_add - -E2BIG: more than WPAR_ARCHIVE_FOLDER_BYTES; -ENOMEM.  @name: no longer than
 * WPAR_ARCHIVE_NAME */
int folder_times_add(struct folder_times *f, const char *name, const struct timespec *mtime);

/* folder_times_each - all of them, in the order in which they came */
void folder_times_each(const struct folder_times *f,
		       void (*one)(void *user, const char *name, const struct timespec *mtime),
		       void *user);

void folder_times_done(struct folder_times *f);
