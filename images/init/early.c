/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The initramfs: loads the modules named in /modules.list in that order, waits for the root disk,
 * mounts it, frees the initramfs and goes on with the root's own init.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "init.h"

#define ROOT	      "/sysroot"
#define DISK_WAIT_MS  30000
#define SCSI_AFTER_MS 50

static void failed(const char *what, int errnum) __attribute__((noreturn));

/* There is no init to hand over to: say so and stay, so that the console keeps the line. */
static void failed(const char *what, int errnum)
{
	init_say("failed: %s: %s", what, strerror(errnum));
	for (;;)
		pause();
}

/* Lines "root PATH" and "scsi PATH": the modules of one kind, each after those it needs. */
static void load_modules(const char *kind)
{
	FILE *list = fopen("/modules.list", "re");
	char word[16], path[200];

	while (list && fscanf(list, "%15s %199s", word, path) == 2) {
		int fd;

		if (strcmp(word, kind) != 0)
			continue;
		fd = open(path, O_RDONLY | O_CLOEXEC);
		/* A module of a device that is not there says ENODEV. */
		if (fd < 0 || (syscall(SYS_finit_module, fd, "", 0) < 0 && errno != EEXIST &&
			       errno != ENODEV))
			init_say("%s: %s", path, strerror(errno));
		if (fd >= 0)
			close(fd);
	}
	if (list)
		fclose(list);
}

/*
 * The root disk into @ret as soon as the disk is there.  The label decides when no disk has the
 * name, or when the disk of that name is the one with images, which came first on its bus.
 */
static bool find_root(const struct init_config *config, char *ret, size_t size)
{
	char label[INIT_LABEL_LEN + 1];

	if (strncmp(config->root, "LABEL=", 6) == 0)
		return init_disk_find(config->root + 6, ret, size);
	snprintf(ret, size, "%s", config->root);
	init_disk_label(ret, label);
	if (access(ret, F_OK) == 0 && strcmp(label, INIT_IMAGES_LABEL) != 0)
		return true;
	return init_disk_find(INIT_ROOT_LABEL, ret, size);
}

static void wait_root(const struct init_config *config, char *ret, size_t size)
{
	const struct timespec pause_time = { .tv_nsec = 2000000 };
	bool scsi = false;

	for (int ms = 0; ms < DISK_WAIT_MS; ms += 2) {
		if (find_root(config, ret, size))
			return;
		if (!scsi && ms >= SCSI_AFTER_MS) {
			load_modules("scsi");
			scsi = true;
		}
		nanosleep(&pause_time, NULL);
	}
	failed(config->root, ENODEV);
}

static void mount_root(const struct init_config *config, const char *device)
{
	unsigned long flags = MS_RELATIME | (config->root_read_only ? MS_RDONLY : 0);
	char data[160];

	snprintf(data, sizeof(data), "prjquota%s%s", config->root_flags[0] ? "," : "",
		 config->root_flags);
	mkdir(ROOT, 0755);
	if (mount(device, ROOT, "ext4", flags, data) == 0)
		return;
	/* A disk without the quota feature. */
	if (errno != EINVAL || mount(device, ROOT, "ext4", flags, config->root_flags) < 0)
		failed(device, errno);
}

/* Removes what is in @fd's folder and on its file system; closes @fd. */
static void remove_tree(int fd, dev_t dev)
{
	DIR *dir = fdopendir(fd);
	struct dirent *d;
	struct stat st;

	while (dir && (d = readdir(dir))) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0 ||
		    fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 ||
		    st.st_dev != dev)
			continue;
		if (S_ISDIR(st.st_mode))
			remove_tree(
				openat(dirfd(dir), d->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
				dev);
		unlinkat(dirfd(dir), d->d_name, S_ISDIR(st.st_mode) ? AT_REMOVEDIR : 0);
	}
	if (dir)
		closedir(dir);
}

/* The root becomes /, with the mounts of the kernel; the initramfs is freed. */
static void switch_root(void)
{
	static const char *const moved[] = { "/dev", "/proc", "/sys" };
	int old = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char target[32];
	struct stat st;

	for (size_t i = 0; i < sizeof(moved) / sizeof(moved[0]); i++) {
		snprintf(target, sizeof(target), ROOT "%s", moved[i]);
		if (mount(moved[i], target, NULL, MS_MOVE, NULL) < 0)
			failed(target, errno);
	}
	init_say_reset();
	if (old < 0 || fstat(old, &st) < 0 || chdir(ROOT) < 0 ||
	    mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 || chdir("/") < 0)
		failed("the root cannot be switched to", errno);
	remove_tree(old, st.st_dev);
}

/* init_early - from the first instruction of the initramfs to the exec of the root's init */
void init_early(void)
{
	struct init_config config;
	char device[160];
	char *argv[] = { config.init, NULL };

	init_mount_kernel();
	init_say("initramfs started");
	init_read_config(&config);
	load_modules("root");
	wait_root(&config, device, sizeof(device));
	mount_root(&config, device);
	switch_root();
	init_say("root mounted");
	execv(argv[0], argv);
	failed(argv[0], errno);
}
