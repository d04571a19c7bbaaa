/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Backups of AIX (mksysb, savevg, backup -i): told by their first bytes and listed.  Nothing of
 * them is unpacked, since programs of AIX cannot run here.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct aix_member {
	uint32_t mode, uid, gid;
	uint64_t size;	  /* of the file; packed it has less in the backup */
	const char *name; /* any bytes */
};

struct aix_reader {
	ssize_t (*read)(void *user, void *data, size_t len); /* 0: the end; negative: an error */
	void (*member)(void *user, const struct aix_member *m);
	void *user;
};

/*
 * wpar_aix_list - read a backup to its end, or to where it is none any more
 * In front of it a boot image may lie, as on a tape of mksysb.
 * @ret_format	"aix-name" (by name) or "aix-inode" (of a file system, whose members are not
 *listed); NULL: it is none Returns 0, or what @read has failed with.
 */
int wpar_aix_list(const struct aix_reader *rd, const char **ret_format);
