/* SPDX-License-Identifier: Apache-2.0 */
/* How much of a disk a tree takes: see tree_size.h. */
#include "lpard/common/tree_size.h"

#include <fts.h>
#include <stddef.h>
#include <sys/stat.h>

uint64_t par_tree_bytes(const char *path)
{
	char *const paths[] = { (char *)(uintptr_t)path, NULL };
	FTS *fts = fts_open(paths, FTS_PHYSICAL | FTS_XDEV, NULL);
	uint64_t blocks = 0;
	FTSENT *e;

	while (fts && (e = fts_read(fts))) {
		const struct stat *st = e->fts_statp;

		if (e->fts_info == FTS_DP || e->fts_info == FTS_NS || e->fts_info == FTS_ERR)
			continue;
		/* Each name of a file counts its part. */
		blocks += (uint64_t)st->st_blocks /
			  (S_ISDIR(st->st_mode) || !st->st_nlink ? 1 : st->st_nlink);
	}
	if (fts)
		fts_close(fts);
	return blocks * 512;
}
