/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is done once at boot, after the agent was started, in a child of PID 1: modules for the
 * devices that are there, the disk with images, the machine id, the growth of the root to the size
 * of its disk.  A step with nothing to do runs no program.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h>
#include <mntent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"

#define ALIASES_MAX 64
#define GROW_MIN    (64ULL << 20)

static int run_program(const char *const argv[])
{
	pid_t pid = init_spawn(argv, -1);
	int status = 0;

	if (pid < 0)
		return pid;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

/* Adds the aliases of a bus's devices that have no driver yet. */
static size_t collect_aliases(const char *bus, const char **argv, size_t n)
{
	char path[400], alias[256];
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "/sys/bus/%s/devices", bus);
	dir = opendir(path);
	while (dir && n < ALIASES_MAX && (d = readdir(dir))) {
		if (d->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s/driver", bus, d->d_name);
		if (access(path, F_OK) == 0)
			continue;
		snprintf(path, sizeof(path), "/sys/bus/%s/devices/%s/modalias", bus, d->d_name);
		if (init_read(path, alias, sizeof(alias)) > 0)
			argv[n++] = strdup(alias);
	}
	if (dir)
		closedir(dir);
	return n;
}

static void load_drivers(void)
{
	const char *argv[ALIASES_MAX + 5] = { "/sbin/modprobe", "-baq", "--" };
	size_t n = 3;

	n = collect_aliases("virtio", argv, n);
	n = collect_aliases("vio", argv, n);
	n = collect_aliases("pci", argv, n);
	if (n > 3)
		run_program(argv);
}

static void make_machine_id(void)
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[16];
	char text[34];
	struct stat st;
	int fd;

	if (stat("/etc/machine-id", &st) == 0 && st.st_size > 0)
		return;
	if (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		return;
	/* A random UUID of version 4, as systemd makes it. */
	bytes[6] = (bytes[6] & 0x0f) | 0x40;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[32] = '\n';
	text[33] = '\0';
	fd = open("/etc/machine-id", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0444);
	if (fd < 0)
		return;
	if (write(fd, text, 33) != 33)
		init_say("/etc/machine-id: %s", strerror(errno));
	close(fd);
}

static void mount_images(void)
{
	char device[300];

	if (!init_disk_find(INIT_IMAGES_LABEL, device, sizeof(device)))
		return;
	mkdir("/images", 0755);
	if (mount(device, "/images", "ext4", MS_RDONLY | MS_NOSUID | MS_NODEV, "noload") == 0)
		init_say("images mounted");
	else
		init_say("/images: %s", strerror(errno));
}

/* Whether fstab asks for more than the root. */
static void mount_fstab(void)
{
	static const char *const argv[] = { "/bin/mount", "-a", NULL };
	FILE *fstab = setmntent("/etc/fstab", "re");
	struct mntent *m;
	bool more = false;

	while (fstab && (m = getmntent(fstab)))
		if (strcmp(m->mnt_dir, "/") != 0 && !hasmntopt(m, "noauto"))
			more = true;
	if (fstab)
		endmntent(fstab);
	if (more)
		run_program(argv);
}

/* The disk of an LPAR may be larger than the image it began as. */
static void grow_root(void)
{
	const char *argv[] = { "/sbin/resize2fs", NULL, NULL };
	char link[64], target[PATH_MAX], device[300];
	unsigned long long bytes = 0;
	struct statvfs fs;
	struct stat st;
	ssize_t len;
	int fd;

	if (stat("/", &st) < 0 || statvfs("/", &fs) < 0)
		return;
	snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", (unsigned int)(st.st_dev >> 8),
		 (unsigned int)(st.st_dev & 0xff));
	len = readlink(link, target, sizeof(target) - 1);
	if (len <= 0)
		return;
	target[len] = '\0';
	snprintf(device, sizeof(device), "/dev/%.200s", strrchr(target, '/') + 1);
	fd = open(device, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (ioctl(fd, BLKGETSIZE64, &bytes) < 0)
		bytes = 0;
	close(fd);
	/* f_blocks leaves out the file system's own tables, at most a tenth. */
	if (bytes > fs.f_blocks * fs.f_frsize / 10 * 11 + GROW_MIN) {
		argv[1] = device;
		run_program(argv);
	}
}

static void set_sysctls(void)
{
	static const char *const argv[] = { "/sbin/sysctl", "-q", "--system", NULL };
	DIR *dir = opendir("/etc/sysctl.d");
	bool any = access("/etc/sysctl.conf", F_OK) == 0;
	struct dirent *d;

	while (dir && (d = readdir(dir)))
		if (strstr(d->d_name, ".conf"))
			any = true;
	if (dir)
		closedir(dir);
	if (any)
		run_program(argv);
}

/* init_boot_job - all of it, in order; no failure of one step keeps the next from running */
void init_boot_job(const struct init_config *config)
{
	(void)config;
	make_machine_id();
	mount_images();
	load_drivers();
	mount_fstab();
	set_sysctls();
	grow_root();
}
