/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a restoration is told, and the file systems that it fills: see restore.h.  They are mounted
 * in a mount namespace that goes with this process, so that nothing is left of a killed one.
 */
#include "wparctl/archive/helper/restore.h"

#include "lpard/common/fs.h"
#include "wparctl/archive/helper/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MOVE_MOUNT_F_EMPTY_PATH
#define MOVE_MOUNT_F_EMPTY_PATH 4
#endif
#define MOVE_MOUNT_TO_EMPTY_PATH 0x40 /* linux/mount.h: MOVE_MOUNT_T_EMPTY_PATH */

/* Each file system that is to be mounted. */
static struct {
	int fd;
	const char *directory;
} mounts[WPAR_ARCHIVE_TREES];
static size_t n_mounts;

static struct backup_choice choice;

static int fail_word(struct extract *a, const char *word)
{
	return wpar_extract_fail(a, EINVAL, "the word %.100s means nothing", word);
}

static int add_name(struct extract *a, const char *word)
{
	char name[MAX_NAME + 1];
	int r = wpar_tree_normalise(a, word, name);

	if (r < 0)
		return r;
	choice.names[choice.n] = strdup(name);
	if (!choice.names[choice.n])
		return wpar_extract_fail(a, ENOMEM, "out of memory");
	choice.n++;
	return 0;
}

static int add_mount(struct extract *a, char *word)
{
	char *rest;
	const long fd = strtol(word, &rest, 10);

	if (*rest != ':' || fd < 0 || n_mounts == WPAR_ARCHIVE_TREES)
		return fail_word(a, word);
	mounts[n_mounts].fd = (int)fd;
	mounts[n_mounts++].directory = rest + 1;
	return 0;
}

static int take_word(struct extract *a, char *word)
{
	if (strncmp(word, "name=", 5) == 0)
		return add_name(a, word + 5);
	if (strncmp(word, "mount=", 6) == 0)
		return add_mount(a, word + 6);
	if (strncmp(word, "aside=", 6) == 0)
		a->aside = atoi(word + 6);
	else if (strcmp(word, "info") == 0)
		choice.info = true;
	else if (strcmp(word, "plain") == 0)
		choice.plain = true;
	else if (strcmp(word, "nosetid") == 0)
		choice.no_setid = true;
	else
		return fail_word(a, word);
	return 0;
}

int wpar_restore_words(struct extract *a, char **words, bool files)
{
	size_t n = 0;

	while (words[n])
		n++;
	choice.names = calloc(n + 1, sizeof(*choice.names));
	choice.found = calloc(n + 1, sizeof(*choice.found));
	if (!choice.names || !choice.found)
		return wpar_extract_fail(a, ENOMEM, "out of memory");
	for (size_t i = 0; i < n; i++) {
		int r = take_word(a, words[i]);

		if (r < 0)
			return r;
	}
	if (files)
		a->choice = &choice;
	return 0;
}

static int mount_one(struct extract *a, int top, int fd, const char *directory)
{
	autofd int at = -1;
	int r = par_fs_mkdirs_plain(top, directory);

	if (r < 0)
		return r;
	at = par_fs_open_plain(top, directory, O_PATH | O_DIRECTORY, 0);
	if (at < 0)
		return at;
	if (syscall(SYS_move_mount, fd, "", at, "",
		    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_TO_EMPTY_PATH) < 0)
		return -errno;
	a->volumes[a->n_volumes] = par_fs_open_plain(top, directory, O_PATH | O_DIRECTORY, 0);
	if (a->volumes[a->n_volumes] < 0)
		return a->volumes[a->n_volumes];
	a->n_volumes++;
	return 0;
}

/* The same folder in the new namespace, by its path: the old one is of the old namespace. */
static int open_again(int top)
{
	autofd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char link[32], path[PATH_MAX];
	struct stat a, b;
	int fd;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", top);
	n = readlink(link, path, sizeof(path) - 1);
	if (n < 0 || fstat(top, &a) < 0)
		return -errno;
	path[n] = '\0';
	fd = par_fs_open_plain(root, path, O_RDONLY | O_DIRECTORY, 0);
	if (fd < 0)
		return fd;
	if (fstat(fd, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino)
		return fd;
	close(fd);
	return -ESTALE;
}

int wpar_restore_mount(struct extract *a, int top)
{
	int fd, r = 0;

	if (n_mounts == 0)
		return 0;
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return wpar_extract_fail(a, errno, "no mount namespace can be made: %s",
					 strerror(errno));
	fd = open_again(top);
	if (fd < 0 || dup3(fd, top, 0) < 0)
		return wpar_extract_fail(a, fd < 0 ? -fd : errno, "the folder cannot be opened");
	close(fd);
	for (size_t i = 0; i < n_mounts; i++) {
		r = mount_one(a, top, mounts[i].fd, mounts[i].directory);
		close(mounts[i].fd);
		if (r < 0)
			return wpar_extract_fail(a, -r, "%.300s cannot be mounted: %s",
						 mounts[i].directory, strerror(-r));
	}
	return 0;
}
