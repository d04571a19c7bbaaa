/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What processes have open that criu has no image for, or that leads out of the WPAR: see
 * ckpt_seen.h.  What is not known to be taken along is named.
 */
#include "wparctl/checkpoint/ckpt_seen.h"

#include "lpard/common/fs.h"
#include "wparctl/checkpoint/pressure.h"

#include <dirent.h>
#include <inttypes.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#ifndef MQUEUE_MAGIC
#define MQUEUE_MAGIC 0x19800202
#endif

#define CRIU_WITH_PIDFD 40100u /* its first version that knows them */

/* Descriptors that are no files, of which criu has images; in words those that it has not. */
static const struct {
	const char *link, *what;
	unsigned int since; /* a version of criu; 0: all that we take */
} kinds[] = {
	{ "anon_inode:[eventfd]", NULL, 0 },
	{ "anon_inode:[eventpoll]", NULL, 0 },
	{ "anon_inode:[fanotify]", NULL, 0 },
	{ "anon_inode:[signalfd]", NULL, 0 },
	{ "anon_inode:[timerfd]", NULL, 0 },
	{ "anon_inode:[pidfd]", "a descriptor of a process (pidfd)", CRIU_WITH_PIDFD },
	{ "pidfd:", "a descriptor of a process (pidfd)", CRIU_WITH_PIDFD },
	{ "anon_inode:[io_uring]", "a ring of io_uring", UINT32_MAX },
	{ "anon_inode:[userfaultfd]", "a descriptor of userfaultfd", UINT32_MAX },
	{ "anon_inode:[perf_event]", "a performance counter", UINT32_MAX },
	{ "anon_inode:bpf-map", "a map of BPF", UINT32_MAX },
	{ "anon_inode:bpf-prog", "a program of BPF", UINT32_MAX },
	{ "anon_inode:[landlock-ruleset]", "a set of rules of Landlock", UINT32_MAX },
	{ "anon_inode:seccomp notify", "a listener of seccomp", UINT32_MAX },
	{ "anon_inode:", "a descriptor that criu does not know, ", UINT32_MAX },
};

#define CANNOT	"criu cannot restore that; end the process"
#define OUTSIDE "end the process, or start it with its input and output elsewhere"

static int see_kind(struct wpar_ckpt_seen *s, pid_t pid, const char *link)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(kinds); i++) {
		const bool rest = kinds[i].link[strlen(kinds[i].link) - 1] == ':';

		if (!par_starts_with(link, kinds[i].link))
			continue;
		if (s->criu >= kinds[i].since || !kinds[i].what)
			return 0;
		return wpar_ckpt_seen_say(
			s, pid, kinds[i].what,
			rest && kinds[i].link[0] == 'a' ? link + strlen(kinds[i].link) : "",
			CANNOT);
	}
	return 0;
}

static int see_pressure(struct wpar_ckpt_seen *s, pid_t pid, int fds, const char *link)
{
	autofd int process = openat(fds, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char limit[WPAR_PRESSURE_TEXT];

	if (process < 0 || wpar_pressure_limit(process, limit))
		return 0;
	return wpar_ckpt_seen_say(
		s, pid, "a watch on pressure, ", link,
		"its limit, which the kernel does not tell, would be lost; end the process");
}

static bool is_terminal(const struct stat *st)
{
	return major(st->st_rdev) >= 136 && major(st->st_rdev) <= 143;
}

/* /dev/mem's neighbours null, zero, full, random, urandom; /dev/tty and /dev/ptmx. */
static bool is_plain_device(const struct stat *st)
{
	const unsigned int a = major(st->st_rdev), b = minor(st->st_rdev);

	return S_ISCHR(st->st_mode) && ((a == 1 && (b == 3 || b == 5 || (b >= 7 && b <= 9))) ||
					(a == 5 && (b == 0 || b == 2)));
}

/* By O_PATH, which wakes no device. */
static bool is_elsewhere(const struct wpar_ckpt_seen *s, int fds, const char *number)
{
	autofd int fd = openat(fds, number, O_PATH | O_CLOEXEC);

	return fd >= 0 && wpar_ckpt_seen_elsewhere(s, fd);
}

static int see_device(struct wpar_ckpt_seen *s, pid_t pid, int fds, const char *number,
		      const char *link, const struct stat *st)
{
	if (S_ISCHR(st->st_mode) && is_terminal(st))
		return st->st_dev == s->terminals
			       ? 0
			       : wpar_ckpt_seen_say(s, pid, "a terminal of the LPAR, ", link,
						    "it was left by a clogin session; " OUTSIDE);
	if (!is_plain_device(st))
		return wpar_ckpt_seen_say(s, pid, "the device ", link, CANNOT);
	return is_elsewhere(s, fds, number)
		       ? wpar_ckpt_seen_say(s, pid, "open a device of the LPAR, ", link, OUTSIDE)
		       : 0;
}

/* Which of its ends it is, the kernel says. */
static int see_pipe(struct wpar_ckpt_seen *s, pid_t pid, int infos, const char *number,
		    uint64_t ino)
{
	struct wpar_ckpt_end *end = NULL;
	auto_buf text = { 0 };
	unsigned long mode;
	const char *at;

	if (wpar_ckpt_seen_read(infos, number, &text) < 0 || !text.data)
		return 0;
	at = strstr(text.data, "flags:");
	mode = at ? strtoul(at + strlen("flags:"), NULL, 8) & O_ACCMODE : O_RDWR;
	for (size_t i = 0; i < s->n_ends && !end; i++)
		end = s->ends[i].is_pipe && s->ends[i].ino == ino ? &s->ends[i] : NULL;
	if (!end) {
		end = wpar_ckpt_seen_end(s);
		if (!end)
			return -ENOMEM;
		end->is_pipe = true;
		end->ino = ino;
		end->pid = pid;
	}
	end->reads |= mode != O_WRONLY;
	end->writes |= mode != O_RDONLY;
	return 0;
}

/* One that was removed is dumped with its content; but nothing can be put back where all is ro. */
static bool is_replaced(int fd, const struct stat *st)
{
	struct statvfs fs;

	return st->st_nlink == 0 && fstatvfs(fd, &fs) == 0 && fs.f_flag & ST_RDONLY;
}

/* By O_PATH, which wakes no device and waits for nobody. */
static int see_file(struct wpar_ckpt_seen *s, pid_t pid, int fds, const char *number,
		    const char *link, const struct stat *st)
{
	autofd int fd = openat(fds, number, O_PATH | O_CLOEXEC);
	struct statfs fs;

	if (fd < 0)
		return 0;
	if (S_ISREG(st->st_mode) && fstatfs(fd, &fs) == 0 && fs.f_type == MQUEUE_MAGIC)
		return wpar_ckpt_seen_say(s, pid, "the POSIX message queue ", link, CANNOT);
	if (st->st_dev == s->shm || link[0] != '/')
		return 0; /* memory, or one of the kernel's own */
	if (wpar_ckpt_seen_elsewhere(s, fd))
		return wpar_ckpt_seen_say(s, pid,
					  "open what is not mounted in the workload partition, ",
					  link, OUTSIDE);
	if (S_ISREG(st->st_mode) && is_replaced(fd, st))
		return wpar_ckpt_seen_say(
			s, pid, "open a file that was replaced in the LPAR since, ", link,
			"stop and start the workload partition, or that process of it");
	return 0;
}

static int see_descriptor(struct wpar_ckpt_seen *s, pid_t pid, int pidfd, int fds, int infos,
			  const char *number)
{
	char link[256];
	struct stat st;
	ssize_t n = readlinkat(fds, number, link, sizeof(link) - 1);

	if (n < 0)
		return 0;
	link[n] = '\0';
	if (strcmp(link, "anon_inode:inotify") == 0)
		return wpar_ckpt_see_inotify(s, pid, pidfd, infos, number);
	if (par_starts_with(link, "anon_inode:") || par_starts_with(link, "pidfd:"))
		return see_kind(s, pid, link);
	if (wpar_pressure_is(fds, number))
		return see_pressure(s, pid, fds, link);
	if (fstatat(fds, number, &st, 0) < 0)
		return 0;
	if (S_ISSOCK(st.st_mode) && link[0] != '/')
		return wpar_ckpt_see_socket(s, pid, pidfd, atoi(number), st.st_ino);
	if (S_ISFIFO(st.st_mode) && par_starts_with(link, "pipe:"))
		return see_pipe(s, pid, infos, number, st.st_ino);
	if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode))
		return see_device(s, pid, fds, number, link, &st);
	return see_file(s, pid, fds, number, link, &st);
}

static int see_each(struct wpar_ckpt_seen *s, pid_t pid, DIR *fds, int infos)
{
	autofd int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct dirent *e;

	while ((e = readdir(fds))) {
		int r = e->d_name[0] == '.'
				? 0
				: see_descriptor(s, pid, pidfd, dirfd(fds), infos, e->d_name);

		if (r < 0)
			return r;
	}
	return 0;
}

/* Its working directory, its root and its program. */
static int see_places(struct wpar_ckpt_seen *s, pid_t pid, int dir)
{
	static const struct {
		const char *name, *what;
	} places[] = { { "cwd", "its working directory in what is not mounted there, " },
		       { "root", "its root in what is not mounted there, " },
		       { "exe", "a program from what is not mounted there, " } };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(places); i++) {
		autofd int fd = openat(dir, places[i].name, O_PATH | O_CLOEXEC);
		char link[256];
		ssize_t n = readlinkat(dir, places[i].name, link, sizeof(link) - 1);

		if (fd < 0 || n < 0 || !wpar_ckpt_seen_elsewhere(s, fd))
			continue;
		link[n] = '\0';
		n = wpar_ckpt_seen_say(s, pid, places[i].what, link, "end the process");
		if (n < 0)
			return -ENOMEM;
	}
	return 0;
}

int wpar_ckpt_see_opens(struct wpar_ckpt_seen *s, pid_t pid, int dir)
{
	autofd int infos = openat(dir, "fdinfo", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int fds = openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fds < 0 ? NULL : fdopendir(fds);
	int r;

	if (!d) {
		if (fds >= 0)
			close(fds);
		return 0; /* it has ended */
	}
	r = see_each(s, pid, d, infos);
	closedir(d);
	return r < 0 ? r : see_places(s, pid, dir);
}

/* An end that none of the WPAR's has: it may be gone, or be somebody's outside. */
static bool is_loose(const struct wpar_ckpt_seen *s, const struct wpar_ckpt_end *e)
{
	if (e->is_pipe)
		return !e->reads || !e->writes;
	if (!e->peer)
		return false;
	for (size_t i = 0; i < s->n_ends; i++) {
		if (!s->ends[i].is_pipe && s->ends[i].ino == e->peer)
			return false;
	}
	return true;
}

static int say_end(struct wpar_ckpt_seen *s, const struct wpar_ckpt_end *e, pid_t other)
{
	char what[96], comm[33] = "?", path[48];
	auto_buf text = { 0 };

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)other);
	if (par_fs_read(path, 64, &text) == 0 && text.data)
		snprintf(comm, sizeof(comm), "%.*s", (int)strcspn(text.data, "\n"), text.data);
	snprintf(what, sizeof(what), "a %s to a process of the LPAR, %d ",
		 e->is_pipe ? "pipe" : "connection", (int)other);
	return wpar_ckpt_seen_say(s, e->pid, what, comm, OUTSIDE);
}

static bool is_inside(const struct wpar_ckpt_seen *s, pid_t pid)
{
	for (size_t i = 0; i < s->snapshot->n_processes; i++) {
		if (s->snapshot->processes[i].pid == pid)
			return true;
	}
	return false;
}

/* Which of the ends at the front of the list, the loose ones, @link is; NULL: none */
static struct wpar_ckpt_end *find_loose(const struct wpar_ckpt_seen *s, size_t n, const char *link)
{
	uint64_t ino;
	const bool pipe = sscanf(link, "pipe:[%" SCNu64 "]", &ino) == 1;

	if (!pipe && sscanf(link, "socket:[%" SCNu64 "]", &ino) != 1)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		if (s->ends[i].is_pipe == pipe && ino == (pipe ? s->ends[i].ino : s->ends[i].peer))
			return &s->ends[i];
	}
	return NULL;
}

static int see_outsider(struct wpar_ckpt_seen *s, size_t n, pid_t pid)
{
	char path[48], link[64];
	struct dirent *e;
	int r = 0;
	DIR *d;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	d = opendir(path);
	while (d && r == 0 && (e = readdir(d))) {
		ssize_t len = readlinkat(dirfd(d), e->d_name, link, sizeof(link) - 1);
		struct wpar_ckpt_end *end;

		link[len > 0 ? len : 0] = '\0';
		end = find_loose(s, n, link);
		if (!end)
			continue;
		r = say_end(s, end, pid);
		end->ino = end->peer = 0; /* once is enough */
	}
	if (d)
		closedir(d);
	return r;
}

int wpar_ckpt_see_ends(struct wpar_ckpt_seen *s)
{
	struct dirent *e;
	size_t n = 0;
	int r = 0;
	DIR *d;

	/* The loose ones to the front, when all of them were looked at. */
	for (size_t i = 0; i < s->n_ends; i++)
		s->ends[i].reads = s->ends[i].writes = is_loose(s, &s->ends[i]);
	for (size_t i = 0; i < s->n_ends; i++) {
		if (s->ends[i].reads)
			s->ends[n++] = s->ends[i];
	}
	d = n ? opendir("/proc") : NULL;
	while (d && r == 0 && (e = readdir(d))) {
		const pid_t pid = (pid_t)atoi(e->d_name);

		if (pid > 0 && pid != getpid() && !is_inside(s, pid))
			r = see_outsider(s, n, pid);
	}
	if (d)
		closedir(d);
	return r;
}
