/* SPDX-License-Identifier: Apache-2.0 */
/* The list of checksums of a backup, line by line: docs/SAVEWPAR.md. */
#pragma once

#include "lpard/common/contents.h"
#include "wparctl/archive/helper/extract.h"

struct archive;

struct checksums {
	uint8_t (*expected)[SHA256_DIGEST_SIZE]; /* of the lines that its files should have */
	size_t n_expected, cap_expected;
	uint64_t bytes; /* of these files */

	unsigned int format; /* that its first line must have: CONTENTS_… */
	size_t n_files;	     /* lines that were read */
	int part;	     /* which kind of line was the last: only those after it may come */
	struct par_strv removed;
	size_t removed_bytes; /* of these names */
	uint64_t frozen_ms;
	bool ended;
};

/* What is in a backup, as far as it was read. */
struct backup {
	struct par_sha256 entries;
	uint64_t members;
	struct checksums list;
	bool tree, listed, signature; /* what has come already */
};

/* wpar_checksums_expect - the next file has this line (no line end); -ENOMEM */
int wpar_checksums_expect(struct checksums *c, const char *line);

/*
 * wpar_checksums_line - one line of the list, without its end; it is changed
 * @entries	the digest that the text of all members has; @members their number
 * Returns 0, or a negative errno with a sentence in a->why.
 */
int wpar_checksums_line(struct extract *a, struct checksums *c, char *line, const char *entries,
			uint64_t members);

/* wpar_checksums_read - the whole list, the member that @ar is at */
int wpar_checksums_read(struct extract *a, struct archive *ar, struct checksums *c,
			const char *entries, uint64_t members);
