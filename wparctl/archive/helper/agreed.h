/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the helper program and those who start it must agree on, and what a reader of an archive
 * takes: whoever writes one keeps to the same limits.  They are in docs/SAVEWPAR.md and
 * docs/MKSYSB.md, and images/mksysb has two of them.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* The folder of a backup that has what describes it. */
#define WPAR_ARCHIVE_INFO ".savewpar_dir"

/*
 * Folders of an image in which a WPAR has something of its own: over a link it would hide all that
 * the link leads to.
 */
#define WPAR_ARCHIVE_NEEDED             \
	{                               \
		"etc", "usr", "usr/lib" \
	}

/* In the place of the digest of an archive that is read for its files alone. */
#define WPAR_ARCHIVE_NO_DIGEST "-"

/*
 * Passes over the files of a WPAR that runs, at most, the one for which it stands still included;
 * each has a mount of its own, for an overlay does not see what changes below it.
 */
#define WPAR_ARCHIVE_PASSES 5

/* File systems of one WPAR, its root included, that savewpar saves and restwpar fills. */
#define WPAR_ARCHIVE_TREES 256

#define WPAR_ARCHIVE_MEMBERS	   UINT64_C(4000000)
#define WPAR_ARCHIVE_BYTES	   (UINT64_C(4) << 40) /* sizes of all files, holes included */
#define WPAR_ARCHIVE_NAME	   4095		       /* bytes of a name */
#define WPAR_ARCHIVE_ID		   INT32_MAX	       /* the greatest number of an owner */
#define WPAR_ARCHIVE_RECORDS	   (1 << 20) /* bytes that stand before a member: libarchive's */
#define WPAR_ARCHIVE_REMOVED	   1000000   /* names that had vanished */
#define WPAR_ARCHIVE_REMOVED_BYTES (64 << 20)
#define WPAR_ARCHIVE_EXTENTS	   1000000 /* of the data of one sparse file */
/* Holes that are digested as zeros, in a backup whose list of checksums is of the format 1. */
#define WPAR_ARCHIVE_ZEROS (UINT64_C(16) << 30)
#define WPAR_ARCHIVE_LISTS 1000000 /* folders that have a default access list */
/* Of folders, whose times are set at the end: bytes of their names, as folder_times.h has them. */
#define WPAR_ARCHIVE_FOLDER_BYTES (UINT64_C(256) << 20)

/*
 * What savewpar declares (MEMBERS_MAX, BYTES_MAX of docs/SAVEWPAR.md) and keeps to, where it has
 * counted @counted: a WPAR that runs is read again while less and less of it changes
 * (backup/save.c), and grows meanwhile.
 */
static inline uint64_t wpar_archive_most_members(uint64_t counted)
{
	const uint64_t most = 4 * counted + 1000000;

	return counted < WPAR_ARCHIVE_MEMBERS && most < WPAR_ARCHIVE_MEMBERS ? most
									     : WPAR_ARCHIVE_MEMBERS;
}

static inline uint64_t wpar_archive_most_bytes(uint64_t counted)
{
	const uint64_t most = 4 * counted + (UINT64_C(16) << 30);

	return counted < WPAR_ARCHIVE_BYTES && most < WPAR_ARCHIVE_BYTES ? most
									 : WPAR_ARCHIVE_BYTES;
}

/*
 * Are @bytes of contents more than an image whose SIZE_KB is @kib may have?  That is of the files
 * alone, and as some file system counts them.
 */
static inline bool wpar_archive_is_larger(uint64_t kib, uint64_t bytes)
{
	return bytes > WPAR_ARCHIVE_BYTES ||
	       (kib < WPAR_ARCHIVE_BYTES / 4096 && bytes > kib * 4096 + (UINT64_C(64) << 20));
}
