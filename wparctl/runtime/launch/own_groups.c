/* SPDX-License-Identifier: Apache-2.0 */
/*
 * systemd as a WPAR's first process: see own_groups.h.  It mounts nothing, for nobody in a WPAR
 * does, and is content with what is mounted.  /sys is a file system without anything else in it,
 * read-only, which is how systemd's units know that devices and the kernel are not theirs.
 */
#include "wparctl/runtime/launch/own_groups.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/mount_apply.h"

#include <limits.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>

#define SYS    "/sys"
#define LOCKS  "/run/lock"
#define SECURE (WPAR_OP_NOSUID | WPAR_OP_NODEV | WPAR_OP_NOEXEC)

bool wpar_init_is_systemd(const char *init)
{
	autofree char *real = realpath(init, NULL);
	const char *slash = real ? strrchr(real, '/') : NULL;

	return slash && strcmp(slash, "/systemd") == 0;
}

/* What is mounted there nobody inside can change. */
bool wpar_own_groups_has(pid_t init)
{
	char path[64];
	autofd int root = -1, groups = -1;
	struct statfs st;

	snprintf(path, sizeof(path), "/proc/%d/root", (int)init);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	groups = root < 0 ? -1 : par_fs_open_plain(root, WPAR_OWN_GROUPS, O_PATH | O_DIRECTORY, 0);
	return groups >= 0 && fstatfs(groups, &st) == 0 && st.f_type == CGROUP2_SUPER_MAGIC;
}

bool wpar_own_groups_is_mount(const char *target)
{
	static const char *const targets[] = { SYS, WPAR_OWN_GROUPS, LOCKS };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(targets); i++) {
		if (strcmp(target, targets[i]) == 0)
			return true;
	}
	return false;
}

/*
 * systemd opens the console without asking whether anybody reads it, and waits, all of it, where
 * that is a FIFO and the monitor has been killed.  What it has to say is in its journal.
 */
static int drop_console(int root)
{
	autofd int dev = par_fs_open_plain(root, "/dev", O_PATH | O_DIRECTORY, 0);

	if (dev < 0)
		return dev;
	if (unlinkat(dev, "console", 0) < 0)
		return errno == ENOENT ? 0 : -errno;
	return symlinkat("null", dev, "console") < 0 ? -errno : 0;
}

/* Debian's systemd mounts it where it is not there, and gives up when it cannot. */
static int mount_run_lock(int root, const char *source)
{
	char target[] = LOCKS, tmpfs[] = "tmpfs", room[] = "mode=1777,size=5m";
	const struct wpar_mount_op op = {
		.kind = WPAR_OP_FS, .flags = SECURE, .target = target, .fstype = tmpfs, .data = room
	};

	return wpar_mount_new(root, &op, source);
}

static int mount_groups(int root, const char *source)
{
	char sys[] = SYS, fs[] = SYS "/fs", cgroup[] = WPAR_OWN_GROUPS, tmpfs[] = "tmpfs",
	     cgroup2[] = "cgroup2", room[] = "mode=0755,size=64k,nr_inodes=16";
	struct wpar_mount_op empty = {
		.kind = WPAR_OP_FS, .flags = SECURE, .target = sys, .fstype = tmpfs, .data = room
	};
	const struct wpar_mount_op folder = { .kind = WPAR_OP_FOLDER, .target = fs, .mode = 0755 },
				   groups = { .kind = WPAR_OP_FS,
					      .flags = SECURE,
					      .target = cgroup,
					      .fstype = cgroup2 };
	int r = wpar_mount_new(root, &empty, source);

	if (r < 0)
		return r;
	r = wpar_mount_put(root, &folder, -1);
	if (r < 0)
		return r;
	r = wpar_mount_new(root, &groups, source);
	if (r < 0)
		return r;
	empty.flags |= WPAR_OP_READONLY;
	return wpar_mount_again(root, &empty);
}

/* Ours tells other first processes by signals what systemd's says itself. */
static int uncover_systemctl(int root, const struct wpar_mount_plan *p)
{
	char path[64];

	for (size_t i = 0; i < p->n_ops; i++) {
		const struct wpar_mount_op *op = &p->ops[i];
		const char *slash = strrchr(op->target, '/');
		autofd int fd = -1;

		if (op->kind != WPAR_OP_BIND || !slash || strcmp(slash, "/systemctl") != 0)
			continue;
		fd = par_fs_open_plain(root, op->target, O_PATH, 0);
		if (fd < 0)
			return fd;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		if (umount2(path, MNT_DETACH) < 0)
			return -errno;
	}
	return 0;
}

int wpar_own_groups_mount(const struct wpar_mount_plan *p, struct par_error **err)
{
	autofd int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int r = root < 0 ? -errno : mount_groups(root, p->global_name);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'/sys/fs/cgroup' cannot be mounted");
	r = mount_run_lock(root, p->global_name);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'/run/lock' cannot be mounted");
	r = drop_console(root);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "'/dev/console' cannot be replaced");
	r = uncover_systemctl(root, p);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "systemd's systemctl cannot be shown");
	return chdir("/") < 0 ? par_fail(err, PAR_E_SYSTEM, errno, "'/' cannot be entered") : 0;
}
