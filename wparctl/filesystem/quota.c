/* SPDX-License-Identifier: Apache-2.0 */
/* Project quotas: see quota.h. */
#include "wparctl/filesystem/quota.h"

#include "lpard/common/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/dqblk_xfs.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <linux/quota.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MAX_LEVELS     256
#define BYTES_PER_FILE 16384 /* mkfs.ext4's own proportion of inodes */

static int quota_call(int fd, int command, uint32_t project, void *what)
{
	return syscall(SYS_quotactl_fd, fd, QCMD(command, PRJQUOTA), project, what) < 0 ? -errno
											: 0;
}

bool wpar_quota_holds(int fd)
{
	struct fs_quota_statv state = { .qs_version = FS_QSTATV_VERSION1 };

	return quota_call(fd, Q_XGETQSTATV, 0, &state) == 0 && (state.qs_flags & FS_QUOTA_PDQ_ENFD);
}

static const char *type_name(int fd)
{
	static const struct {
		unsigned int magic;
		const char *name;
	} types[] = {
		{ 0xef53, "ext4" },	   { 0x58465342, "xfs" },   { 0x9123683e, "btrfs" },
		{ 0x794c7630, "overlay" }, { 0x01021994, "tmpfs" }, { 0x6969, "nfs" },
		{ 0xf2f52010, "f2fs" },
	};
	struct statfs st;

	for (size_t i = 0; fstatfs(fd, &st) == 0 && i < sizeof(types) / sizeof(*types); i++) {
		if ((unsigned int)st.f_type == types[i].magic)
			return types[i].name;
	}
	return "of another type";
}

int wpar_quota_fail(int fd, const char *what, struct par_error **err)
{
	const char *type = type_name(fd);

	if (strcmp(type, "ext4") == 0)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"size= cannot hold in %s: its file system (ext4) has no project "
				"quotas in force; 'tune2fs -O project,quota -Q prjquota' and the "
				"mount option prjquota give it some",
				what);
	if (strcmp(type, "xfs") == 0)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"size= cannot hold in %s: its file system (xfs) has no project "
				"quotas in force; the mount option prjquota gives it some",
				what);
	return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
			"size= cannot hold in %s: its file system (%s) has no quotas for "
			"directories; choose a base directory on ext4 or xfs (-d)",
			what, type);
}

int wpar_quota_used(int fd, uint32_t project, uint64_t *ret_bytes)
{
	struct if_dqblk q = { 0 };
	int r = quota_call(fd, Q_GETQUOTA, project, &q);

	*ret_bytes = r == 0 ? q.dqb_curspace : 0;
	return r == -ENOENT ? 0 : r; /* xfs: it has never had a file */
}

int wpar_quota_limit(int fd, uint32_t project, uint64_t mib)
{
	struct if_dqblk q = { .dqb_bhardlimit = (mib << 20) / QIF_DQBLKSIZE,
			      .dqb_ihardlimit = (mib << 20) / BYTES_PER_FILE,
			      .dqb_valid = QIF_LIMITS };

	return quota_call(fd, Q_SETQUOTA, project, &q);
}

int wpar_quota_join(int fd, uint32_t project)
{
	struct fsxattr x;
	unsigned int inherit = 0;
	struct stat st;

	if (fstat(fd, &st) < 0 || ioctl(fd, FS_IOC_FSGETXATTR, &x) < 0)
		return -errno;
	/* A file has nothing that could inherit, and ext4 refuses the flag there. */
	if (project && S_ISDIR(st.st_mode))
		inherit = FS_XFLAG_PROJINHERIT;
	if (x.fsx_projid == project && (x.fsx_xflags & FS_XFLAG_PROJINHERIT) == inherit)
		return 0;
	x.fsx_projid = project;
	x.fsx_xflags = (x.fsx_xflags & ~(unsigned int)FS_XFLAG_PROJINHERIT) | inherit;
	return ioctl(fd, FS_IOC_FSSETXATTR, &x) < 0 ? -errno : 0;
}

static int join_level(int fd, uint32_t project, dev_t dev, int depth);

/* In the folder @at, and on the same mount: what is mounted below may be the LPAR's. */
static int open_entry(int at, const char *name, int flags)
{
	struct open_how how = { .flags = (uint64_t)(flags | O_RDONLY | O_NOFOLLOW | O_NONBLOCK |
						    O_NOCTTY | O_CLOEXEC),
				.resolve =
					RESOLVE_BENEATH | RESOLVE_NO_XDEV | RESOLVE_NO_SYMLINKS };
	long fd = syscall(SYS_openat2, at, name, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

/* What has gone meanwhile, is a link now or lies on another mount is no error. */
static int join_one(int at, const char *name, uint32_t project, dev_t dev, int depth)
{
	autofd int fd = -1;
	struct stat st;

	if (fstatat(at, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : -errno;
	if (st.st_dev != dev || (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode)))
		return 0;
	fd = open_entry(at, name, S_ISDIR(st.st_mode) ? O_DIRECTORY : 0);
	if (fd < 0)
		return fd == -ENOENT || fd == -ELOOP || fd == -ENOTDIR || fd == -EXDEV ? 0 : fd;
	if (S_ISDIR(st.st_mode))
		return join_level(fd, project, dev, depth);
	/* There may be another file of that name by now. */
	return fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? wpar_quota_join(fd, project) : 0;
}

/* The directory first: what is made in it from here on belongs to the project by itself. */
static int join_level(int fd, uint32_t project, dev_t dev, int depth)
{
	int r = wpar_quota_join(fd, project), copy;
	struct dirent *e;
	DIR *dir;

	if (r < 0)
		return r;
	if (depth == MAX_LEVELS)
		return -ELOOP;
	copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = copy < 0 ? NULL : fdopendir(copy);
	if (!dir) {
		r = -errno;
		if (copy >= 0)
			close(copy);
		return r;
	}
	while (r == 0 && (e = readdir(dir))) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			r = join_one(dirfd(dir), e->d_name, project, dev, depth + 1);
	}
	closedir(dir);
	return r;
}

int wpar_quota_join_tree(int fd, uint32_t project)
{
	struct stat st;

	return fstat(fd, &st) < 0 ? -errno : join_level(fd, project, st.st_dev, 0);
}
