/* SPDX-License-Identifier: Apache-2.0 */
/* Loop devices: see loop.h. */
#include "wparctl/filesystem/loop.h"

#include "lpard/common/fs.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <linux/major.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define CONTROL	      "/dev/loop-control"
#define CONTROL_MAJOR 10 /* of the kernel's list of devices */
#define CONTROL_MINOR 237

#define TRIES 100 /* of taking a device that somebody else takes at the same moment */

/* As the kernel tells devices in struct loop_info64. */
static uint64_t kernel_device(dev_t dev)
{
	return (minor(dev) & 0xff) | ((uint64_t)major(dev) << 8) |
	       ((uint64_t)(minor(dev) & ~0xffu) << 12);
}

/* A /dev that the kernel does not fill, as in a chroot or container, has not the new one. */
static int open_device(unsigned int number)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/dev/loop%u", number);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		if (mknod(path, S_IFBLK | 0660, makedev(LOOP_MAJOR, number)) < 0 && errno != EEXIST)
			return -errno;
		fd = open(path, O_RDWR | O_CLOEXEC);
	}
	return fd < 0 ? -errno : fd;
}

/* Does the device show the file?  It is held open while it is asked, so it cannot become another.
 */
static bool shows(int fd, const struct stat *image)
{
	struct loop_info64 info;

	return ioctl(fd, LOOP_GET_STATUS64, &info) == 0 && info.lo_inode == image->st_ino &&
	       info.lo_device == kernel_device(image->st_dev);
}

int wpar_loop_find(int image)
{
	DIR *dir = opendir("/sys/block");
	struct dirent *e;
	struct stat st;
	int fd = -ENOENT;

	if (!dir || fstat(image, &st) < 0) {
		if (dir)
			closedir(dir);
		return -ENOENT;
	}
	while ((e = readdir(dir))) {
		unsigned int number;
		char used[64];

		if (sscanf(e->d_name, "loop%u", &number) != 1)
			continue;
		snprintf(used, sizeof(used), "/sys/block/loop%u/loop", number);
		if (access(used, F_OK) < 0)
			continue;
		fd = open_device(number);
		if (fd >= 0 && shows(fd, &st))
			break;
		if (fd >= 0)
			close(fd);
		fd = -ENOENT;
	}
	closedir(dir);
	return fd;
}

/* What the WPAR deletes stays reserved for it: an fstrim must not give it back to the disk. */
static void keep_reserved(unsigned int number)
{
	char path[64];

	snprintf(path, sizeof(path), "/sys/block/loop%u/queue/discard_max_bytes", number);
	par_fs_write_str(AT_FDCWD, path, "0");
}

/*
 * What is on a disk of 512 bytes a sector, as an image was when it was made, xfs does not mount
 * from one of 4096; and that is what the kernel takes for an image that shares blocks with a clone.
 * 0: any will do
 */
static uint32_t sector_of(int image)
{
	unsigned char head[104];
	uint32_t size;

	if (pread(image, head, sizeof(head), 0) != sizeof(head) || memcmp(head, "XFSB", 4) != 0)
		return 0;
	size = (uint32_t)head[102] << 8 | head[103];
	return size == 512 || size == 1024 || size == 2048 || size == 4096 ? size : 0;
}

static int configure(int fd, int image, const char *path)
{
	struct loop_config c = {
		.fd = (uint32_t)image,
		.block_size = sector_of(image),
		.info.lo_flags = LO_FLAGS_AUTOCLEAR | LO_FLAGS_DIRECT_IO,
	};

	snprintf((char *)c.info.lo_file_name, sizeof(c.info.lo_file_name), "%s", path);
	if (ioctl(fd, LOOP_CONFIGURE, &c) == 0)
		return 0;
	if (errno != EINVAL)
		return -errno;
	/* A disk that takes larger blocks only, or a file system without direct I/O. */
	c.info.lo_flags = LO_FLAGS_AUTOCLEAR;
	return ioctl(fd, LOOP_CONFIGURE, &c) < 0 ? -errno : 0;
}

/* -EBUSY: somebody else has taken it meanwhile. */
static int attach(int control, int image, const char *path)
{
	int number = ioctl(control, LOOP_CTL_GET_FREE);
	autofd int fd = number < 0 ? -errno : open_device((unsigned int)number);
	int r;

	if (fd < 0)
		return fd == -ENXIO ? -EBUSY : fd;
	r = configure(fd, image, path);
	if (r < 0)
		return r;
	keep_reserved((unsigned int)number);
	return take_fd(&fd);
}

/*
 * Where loop is a module that nobody has loaded yet there may be no node; to open one loads the
 * module.
 */
static int open_control(void)
{
	int fd = open(CONTROL, O_RDWR | O_CLOEXEC);

	if (fd >= 0 || errno != ENOENT)
		return fd;
	if (mknod(CONTROL, S_IFCHR | 0600, makedev(CONTROL_MAJOR, CONTROL_MINOR)) < 0 &&
	    errno != EEXIST)
		return -1;
	return open(CONTROL, O_RDWR | O_CLOEXEC);
}

int wpar_loop_open(int image, const char *path, struct par_error **err)
{
	autofd int control = -1;
	int fd = wpar_loop_find(image);

	if (fd >= 0)
		return fd;
	control = open_control();
	if (control < 0)
		return par_fail(err, PAR_E_NOT_SUPPORTED, errno,
				"this system has no loop devices (/dev/loop-control), which file "
				"systems with a size need");
	for (int i = 0; i < TRIES; i++) {
		fd = attach(control, image, path);
		if (fd >= 0)
			return fd;
		if (fd != -EBUSY)
			break;
	}
	return par_fail(err, PAR_E_SYSTEM, fd, "'%s' cannot become a loop device", path);
}

int wpar_loop_grow(int loop)
{
	return ioctl(loop, LOOP_SET_CAPACITY, 0) < 0 ? -errno : 0;
}
