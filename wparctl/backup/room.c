/* SPDX-License-Identifier: Apache-2.0 */
/* What is free on a file system: see room.h. */
#include "wparctl/backup/room.h"

#include <stdint.h>
#include <sys/statvfs.h>

static unsigned int share(uint64_t part, uint64_t all)
{
	return all == 0 ? 1000 : (unsigned int)(part * 1000 / all);
}

unsigned int wpar_room_left(int fd)
{
	unsigned int blocks, inodes;
	struct statvfs v;

	if (fd < 0 || fstatvfs(fd, &v) < 0)
		return 1000;
	blocks = share(v.f_bavail, v.f_blocks);
	inodes = share(v.f_favail, v.f_files);
	return blocks < inodes ? blocks : inodes;
}
