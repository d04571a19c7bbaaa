/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process that reads a folder: see pack.h.  Names are opened beneath the folder with no link on
 * the way, so that the folder may be one that somebody else still writes to; a file that does is
 * named, and then there is no archive.
 */
#include "wparctl/archive/helper/pack.h"

#include "lpard/common/str.h"
#include "wparctl/archive/helper/prison.h"
#include "wparctl/archive/helper/save_tar.h"

#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <search.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

/* How it went, seen by the process that reads. */
struct result {
	int errnum;
	char why[512];
};

static pid_t packer = -1;
static struct result *result;

/* A file with several names, by the first of them. */
struct twin {
	dev_t dev;
	ino_t ino;
	char *name;
};

struct pack {
	int root, out;
	struct save_tar tar;
	struct archive_entry *entry; /* the member's */
	size_t len;		     /* of what waits to be written */
	unsigned char buffer[65536];
	void *twins;
	char name[MAX_NAME + 1]; /* of the member, "" is the folder itself */
};

static int pack_fail(const struct pack *p, int errnum, const char *what)
{
	char clean[200];
	size_t n = 0;

	for (const char *c = p->name; *c && n < sizeof(clean) - 1; c++)
		clean[n++] = *c >= ' ' && *c < 0x7f ? *c : '?';
	clean[n] = '\0';
	result->errnum = errnum;
	snprintf(result->why, sizeof(result->why), "./%s %s", clean, what);
	return -errnum;
}

static int open_named(const struct pack *p, const char *name, int flags)
{
	struct open_how how = {
		.flags = (uint64_t)(flags | O_NOFOLLOW | O_CLOEXEC),
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
	};
	int fd = (int)syscall(SYS_openat2, p->root, *name ? name : ".", &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

static int open_member(const struct pack *p, int flags)
{
	return open_named(p, p->name, flags);
}

static int by_inode(const void *a, const void *b)
{
	const struct twin *x = a, *y = b;

	if (x->dev != y->dev)
		return x->dev < y->dev ? -1 : 1;
	return x->ino == y->ino ? 0 : x->ino < y->ino ? -1 : 1;
}

/* What the kernel makes up, and what others have. */
static bool is_foreign(int fd)
{
	static const unsigned long types[] = {
		PROC_SUPER_MAGIC,      SYSFS_MAGIC,	   TMPFS_MAGIC,
		DEVPTS_SUPER_MAGIC,    CGROUP_SUPER_MAGIC, CGROUP2_SUPER_MAGIC,
		DEBUGFS_MAGIC,	       TRACEFS_MAGIC,	   SECURITYFS_MAGIC,
		BPF_FS_MAGIC,	       PSTOREFS_MAGIC,	   EFIVARFS_MAGIC,
		HUGETLBFS_MAGIC,       BINFMTFS_MAGIC,	   NFS_SUPER_MAGIC,
		SMB_SUPER_MAGIC,       AUTOFS_SUPER_MAGIC, 0x19800202 /* mqueue */,
		0xff534d42 /* cifs */,
	};
	struct statfs fs;

	if (fstatfs(fd, &fs) < 0)
		return true;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(types); i++) {
		if ((unsigned long)fs.f_type == types[i])
			return true;
	}
	return false;
}

/* ---- The archive ---- */

static int flush_buffer(struct pack *p)
{
	for (size_t done = 0; done < p->len;) {
		ssize_t n = write(p->out, p->buffer + done, p->len - done);

		if (n < 0 && errno != EINTR)
			return -errno;
		done += n > 0 ? (size_t)n : 0;
	}
	p->len = 0;
	return 0;
}

static int put_bytes(void *user, const void *data, size_t len)
{
	struct pack *p = user;
	const unsigned char *from = data;

	while (len > 0) {
		const size_t room = sizeof(p->buffer) - p->len, n = len < room ? len : room;
		int r;

		memcpy(p->buffer + p->len, from, n);
		p->len += n;
		from += n;
		len -= n;
		r = p->len == sizeof(p->buffer) ? flush_buffer(p) : 0;
		if (r < 0)
			return r;
	}
	return 0;
}

static struct archive_entry *describe(struct pack *p, const struct stat *st)
{
	struct archive_entry *e = p->entry;

	archive_entry_clear(e);
	archive_entry_set_pathname(e, *p->name ? p->name : "./");
	archive_entry_set_mode(e, st->st_mode);
	archive_entry_set_uid(e, st->st_uid);
	archive_entry_set_gid(e, st->st_gid);
	archive_entry_set_mtime(e, st->st_mtim.tv_sec, st->st_mtim.tv_nsec);
	archive_entry_set_size(e, S_ISREG(st->st_mode) ? st->st_size : 0);
	if (S_ISCHR(st->st_mode) || S_ISBLK(st->st_mode)) {
		archive_entry_set_rdevmajor(e, major(st->st_rdev));
		archive_entry_set_rdevminor(e, minor(st->st_rdev));
	}
	return e;
}

static int put_header(struct pack *p, struct archive_entry *e)
{
	int r = save_tar_header(&p->tar, e);

	return r < 0 ? pack_fail(p, -r, "cannot be handed on") : 0;
}

static const struct save_owners nobody;

static int fail_attributes(struct pack *p, int r)
{
	return pack_fail(p, -r, "has attributes that cannot be read");
}

static int take_xattrs(struct pack *p, int fd, struct archive_entry *e)
{
	int r = save_xattrs_take(fd, &nobody, e);

	return r < 0 ? fail_attributes(p, r) : 0;
}

/* ---- Members ---- */

static int copy_part(struct pack *p, int fd, off_t at, uint64_t len)
{
	static char data[65536];

	while (len > 0) {
		const size_t want = len < sizeof(data) ? (size_t)len : sizeof(data);
		const ssize_t n = pread(fd, data, want, at);
		int r;

		if (n < 0)
			return pack_fail(p, errno, strerror(errno));
		if (n == 0)
			return pack_fail(p, EAGAIN, "changed while it was read");
		r = save_tar_data(&p->tar, data, (size_t)n);
		if (r < 0)
			return pack_fail(p, -r, "cannot be handed on");
		at += n;
		len -= (uint64_t)n;
	}
	return 0;
}

static int put_file(struct pack *p, int fd, const struct stat *st)
{
	struct archive_entry *e = describe(p, st);
	struct save_extents x = { 0 };
	int r = take_xattrs(p, fd, e);

	if (r < 0)
		return r;
	r = save_extents_find(fd, st, e, &x);
	r = r == -E2BIG ? pack_fail(p, E2BIG, "has its data in too many places")
	    : r < 0	? pack_fail(p, -r, "cannot be read")
			: put_header(p, e);
	for (size_t i = 0; i < x.n && r == 0; i++)
		r = copy_part(p, fd, x.v[i].begin, (uint64_t)(x.v[i].end - x.v[i].begin));
	free(x.v);
	if (r < 0)
		return r;
	r = save_tar_data_end(&p->tar);
	return r < 0 ? pack_fail(p, -r, "cannot be handed on") : 0;
}

/* 1: a hard link to a member before it was put; 0: it is the first. */
static int put_twin(struct pack *p, const struct stat *st)
{
	struct twin key = { st->st_dev, st->st_ino, NULL }, *new;
	struct twin *const *found = tfind(&key, &p->twins, by_inode);

	if (found) {
		struct archive_entry *e = describe(p, st);
		int r;

		archive_entry_set_size(e, 0);
		archive_entry_set_hardlink(e, (*found)->name);
		r = put_header(p, e);
		return r < 0 ? r : 1;
	}
	key.name = strdup(p->name);
	new = malloc(sizeof(*new));
	if (!key.name || !new)
		return pack_fail(p, ENOMEM, "is too much for the memory");
	*new = key;
	return tsearch(new, &p->twins, by_inode)
		       ? 0
		       : pack_fail(p, ENOMEM, "is too much for the memory");
}

static int put_link(struct pack *p, int fd, const struct stat *st)
{
	struct archive_entry *e;
	char target[MAX_NAME + 1];
	const ssize_t n = readlinkat(fd, "", target, sizeof(target) - 1);

	if (n < 0)
		return pack_fail(p, errno, "cannot be read");
	target[n] = '\0';
	e = describe(p, st);
	archive_entry_set_symlink(e, target);
	return put_header(p, e);
}

static int put_fifo(struct pack *p, const struct stat *st)
{
	const char *slash = strrchr(p->name, '/');
	struct archive_entry *e = describe(p, st);
	char folder[sizeof(p->name)];
	autofd int fd = -1;
	int r;

	snprintf(folder, sizeof(folder), "%.*s", slash ? (int)(slash - p->name) : 0, p->name);
	fd = open_named(p, folder, O_PATH | O_DIRECTORY);
	if (fd < 0)
		return pack_fail(p, -fd, "cannot be read");
	r = save_list_take(fd, slash ? slash + 1 : p->name, &nobody, e);
	return r < 0 ? fail_attributes(p, r) : put_header(p, e);
}

static int put_other(struct pack *p, int fd, const struct stat *st)
{
	autofd int open_fd = -1;
	struct stat now;
	int r = st->st_nlink > 1 ? put_twin(p, st) : 0;

	if (r != 0)
		return r < 0 ? r : 0;
	switch (st->st_mode & S_IFMT) {
	case S_IFLNK:
		return put_link(p, fd, st);
	case S_IFIFO:
		return put_fifo(p, st);
	case S_IFCHR:
	case S_IFBLK:
		return put_header(p, describe(p, st));
	case S_IFREG:
		break;
	default:
		return 0; /* a socket */
	}
	open_fd = open_member(p, O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (open_fd < 0)
		return pack_fail(p, -open_fd, "cannot be read");
	if (fstat(open_fd, &now) < 0 || now.st_ino != st->st_ino || now.st_dev != st->st_dev)
		return pack_fail(p, EAGAIN, "changed while it was read");
	return put_file(p, open_fd, &now);
}

static int list_folder(struct pack *p, int fd, struct par_strv *names)
{
	DIR *dir = fdopendir(fd);
	struct dirent *e;
	int r = 0;

	if (!dir) {
		close(fd);
		return pack_fail(p, errno, "cannot be read");
	}
	while (r == 0 && (e = readdir(dir))) {
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 &&
		    par_strv_add(names, e->d_name) < 0)
			r = pack_fail(p, ENOMEM, "is too much for the memory");
	}
	closedir(dir);
	par_strv_sort(names);
	return r;
}

static int put_member(struct pack *p, dev_t dev);

static int put_folder_header(struct pack *p, int fd, const struct stat *st)
{
	struct archive_entry *e = describe(p, st);
	int r = take_xattrs(p, fd, e);

	return r < 0 ? r : put_header(p, e);
}

static int put_folder(struct pack *p, const struct stat *st, dev_t dev)
{
	const size_t len = strlen(p->name);
	auto_strv names = { 0 };
	int fd = open_member(p, O_RDONLY | O_DIRECTORY), r;

	if (fd < 0)
		return pack_fail(p, -fd, "cannot be read");
	r = put_folder_header(p, fd, st);
	if (r < 0) {
		close(fd);
		return r;
	}
	if (st->st_dev != dev && is_foreign(fd)) {
		close(fd);
		return 0;
	}
	r = list_folder(p, fd, &names);
	for (size_t i = 0; i < names.n && r == 0; i++) {
		if (snprintf(p->name + len, sizeof(p->name) - len, "%s%s", len ? "/" : "",
			     names.v[i]) >= (int)(sizeof(p->name) - len))
			r = pack_fail(p, ENAMETOOLONG, "has too long a name");
		else
			r = put_member(p, st->st_dev);
		p->name[len] = '\0';
	}
	return r;
}

static int put_member(struct pack *p, dev_t dev)
{
	autofd int fd = open_member(p, O_PATH);
	struct stat st;

	if (fd == -ENOENT)
		return 0; /* it has gone meanwhile */
	if (fd < 0 || fstat(fd, &st) < 0)
		return pack_fail(p, fd < 0 ? -fd : errno, "cannot be read");
	if (S_ISDIR(st.st_mode)) {
		close(take_fd(&fd)); /* not one for each level */
		return put_folder(p, &st, dev);
	}
	return put_other(p, fd, &st);
}

/* The rights to read all of it, and to make nothing. */
static int confine(int folder)
{
	struct rlimit none = { 0, 0 };
	int r;

	if (fchdir(folder) < 0 || chroot(".") < 0 || chdir("/") < 0 ||
	    setrlimit(RLIMIT_FSIZE, &none) < 0)
		return -errno;
	r = wpar_prison_keep(PAR_BIT64(CAP_DAC_READ_SEARCH));
	return r < 0 ? r : wpar_prison_forbid_calls();
}

__attribute__((noreturn)) static void pack_child(int folder, int out, bool confined)
{
	static struct pack p;
	struct stat st;
	int r;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGPIPE, SIG_DFL);
	p.out = out;
	p.tar = (struct save_tar){ .put = put_bytes, .user = &p };
	p.entry = archive_entry_new();
	r = confined ? confine(folder) : 0;
	if (r < 0) {
		result->errnum = -r;
		snprintf(result->why, sizeof(result->why), "could not confine the helper");
		_exit(1);
	}
	p.root = confined ? open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : folder;
	if (!p.entry || p.root < 0 || fstat(p.root, &st) < 0)
		_exit(1);
	if (confined)
		close(folder);
	if (put_member(&p, st.st_dev) < 0)
		_exit(1);
	_exit(save_tar_end(&p.tar) < 0 || flush_buffer(&p) < 0);
}

int wpar_pack_start(struct extract *a, int folder, bool confined)
{
	int fds[2];

	result = mmap(NULL, sizeof(*result), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	if (result == MAP_FAILED || pipe2(fds, O_CLOEXEC) < 0)
		return wpar_extract_fail(a, errno, "could not make a pipe");
	fflush(stdout);
	packer = fork();
	if (packer == 0) {
		close(fds[0]);
		pack_child(folder, fds[1], confined);
	}
	close(fds[1]);
	if (packer < 0) {
		close(fds[0]);
		return wpar_extract_fail(a, errno, "could not start a process");
	}
	a->input = fds[0];
	a->folder = true;
	return 0;
}

int wpar_pack_finish(struct extract *a, int r)
{
	int status = 0;

	if (packer < 0)
		return r;
	/* Whoever does not read to the end has an error of its own. */
	close(a->input);
	while (waitpid(packer, &status, 0) < 0 && errno == EINTR)
		;
	packer = -1;
	result->why[sizeof(result->why) - 1] = '\0';
	if (result->errnum && result->errnum != EPIPE)
		return wpar_extract_fail(a, result->errnum, "%s", result->why);
	if (r == 0 && status != 0)
		return wpar_extract_fail(a, EIO, "the folder could not be read");
	return r;
}
