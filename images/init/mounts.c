/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The file systems every system has: those of the kernel, /run, and cgroup v2 with all its
 * controllers handed down.  Nothing here runs a program.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init.h"

struct mount_entry {
	const char *source, *target, *type, *data;
	unsigned long flags;
};

#define SAFE (MS_NOSUID | MS_NOEXEC | MS_NODEV)

static const struct mount_entry kernel_mounts[] = {
	{ "devtmpfs", "/dev", "devtmpfs", "mode=755", MS_NOSUID },
	{ "proc", "/proc", "proc", NULL, SAFE },
	{ "sysfs", "/sys", "sysfs", NULL, SAFE },
};

static const struct mount_entry rest_mounts[] = {
	{ "tmpfs", "/run", "tmpfs", "mode=755", MS_NOSUID | MS_NODEV },
	{ "devpts", "/dev/pts", "devpts", "mode=620,gid=5,ptmxmode=666", MS_NOSUID | MS_NOEXEC },
	{ "tmpfs", "/dev/shm", "tmpfs", "mode=1777", MS_NOSUID | MS_NODEV },
	{ "mqueue", "/dev/mqueue", "mqueue", NULL, SAFE },
	{ "cgroup2", "/sys/fs/cgroup", "cgroup2", "nsdelegate,memory_recursiveprot", SAFE },
	{ "bpf", "/sys/fs/bpf", "bpf", "mode=700", SAFE },
};

static void mount_one(const struct mount_entry *m)
{
	mkdir(m->target, 0755);
	if (mount(m->source, m->target, m->type, m->flags, m->data) < 0 && errno != EBUSY)
		init_say("%s not mounted: %s", m->target, strerror(errno));
}

/* init_mount_kernel - /dev, /proc and /sys, in the initramfs */
void init_mount_kernel(void)
{
	for (size_t i = 0; i < sizeof(kernel_mounts) / sizeof(kernel_mounts[0]); i++)
		mount_one(&kernel_mounts[i]);
}

/* Every controller the kernel has, for the children of the root cgroup. */
static void delegate_controllers(void)
{
	char names[256], text[512], *name, *rest = NULL;
	size_t len = 0;

	init_read("/sys/fs/cgroup/cgroup.controllers", names, sizeof(names));
	for (name = strtok_r(names, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
		int n = snprintf(text + len, sizeof(text) - len, "+%s ", name);

		if (n < 0 || (size_t)n >= sizeof(text) - len)
			break;
		len += n;
	}
	if (len && init_write("/sys/fs/cgroup/cgroup.subtree_control", text) < 0)
		init_say("cgroup controllers not delegated: %s", text);
}

/* init_mount_rest - what else is needed before the first service */
void init_mount_rest(void)
{
	struct stat dev, root;

	/* When the kernel started us without an initramfs. */
	if (stat("/dev/null", &dev) < 0 || stat("/proc/self", &root) < 0)
		init_mount_kernel();
	for (size_t i = 0; i < sizeof(rest_mounts) / sizeof(rest_mounts[0]); i++)
		mount_one(&rest_mounts[i]);
	mkdir("/run/lock", 0755);
	chmod("/run/lock", 01777);
	if (symlink("/proc/self/fd", "/dev/fd") < 0 || symlink("fd/0", "/dev/stdin") < 0 ||
	    symlink("fd/1", "/dev/stdout") < 0 || symlink("fd/2", "/dev/stderr") < 0) {
		/* There already. */
	}
	delegate_controllers();
	init_virtio_ports();
}

/* init_virtio_ports - /dev/virtio-ports/NAME for each named port, as udev makes them */
void init_virtio_ports(void)
{
	DIR *dir = opendir("/sys/class/virtio-ports");
	char path[300], name[128], link[160], target[280];
	struct dirent *d;

	while (dir && (d = readdir(dir))) {
		if (d->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name", d->d_name);
		/* The name comes from the host: it must not lead out of our folder. */
		if (init_read(path, name, sizeof(name)) <= 0 || strchr(name, '/') || name[0] == '.')
			continue;
		mkdir("/dev/virtio-ports", 0755);
		snprintf(link, sizeof(link), "/dev/virtio-ports/%s", name);
		snprintf(target, sizeof(target), "../%s", d->d_name);
		unlink(link);
		if (symlink(target, link) < 0)
			init_say("%s: %s", link, strerror(errno));
	}
	if (dir)
		closedir(dir);
}
