/* SPDX-License-Identifier: Apache-2.0 */
/* Which disk holds the ext4 file system of a label: the super block is read, nothing mounted. */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "init.h"

#define SUPER_OFFSET 1024
#define MAGIC_OFFSET 56
#define LABEL_OFFSET 120

/*
 * init_disk_label - the label of the ext4 on a block device
 * @path	of the device
 *
 * Empty when there is no ext4, no label or no device.
 */
void init_disk_label(const char *path, char ret_label[INIT_LABEL_LEN + 1])
{
	unsigned char super[LABEL_OFFSET + INIT_LABEL_LEN];
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	ret_label[0] = '\0';
	if (fd < 0)
		return;
	if (pread(fd, super, sizeof(super), SUPER_OFFSET) == (ssize_t)sizeof(super) &&
	    super[MAGIC_OFFSET] == 0x53 && super[MAGIC_OFFSET + 1] == 0xef) {
		memcpy(ret_label, super + LABEL_OFFSET, INIT_LABEL_LEN);
		ret_label[INIT_LABEL_LEN] = '\0';
	}
	close(fd);
}

/*
 * init_disk_find - the first disk with a label
 *
 * Its path in /dev goes to @ret_path; false when there is none.
 */
bool init_disk_find(const char *label, char *ret_path, size_t size)
{
	char found[INIT_LABEL_LEN + 1] = "";
	DIR *dir = opendir("/sys/class/block");
	struct dirent *d;

	while (dir && (d = readdir(dir))) {
		if (d->d_name[0] == '.' ||
		    snprintf(ret_path, size, "/dev/%s", d->d_name) >= (int)size)
			continue;
		init_disk_label(ret_path, found);
		if (strcmp(found, label) == 0)
			break;
	}
	if (dir)
		closedir(dir);
	return strcmp(found, label) == 0;
}
