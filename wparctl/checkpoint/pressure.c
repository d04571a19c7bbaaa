/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Watches on pressure: see pressure.h.  A limit is written through a copy of the process's own
 * descriptor.  An epoll that had the file before there was a limit in it would not be woken, so it
 * gets the file again, by the same number.
 */
#include "wparctl/checkpoint/pressure.h"

#include "lpard/common/fs.h"
#include "wparctl/resources/cgroup_members.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <unistd.h>

#define INFO_MOST    (1 << 20)
#define ENVIRON_MOST (4 << 20)
#define TOLD	     "MEMORY_PRESSURE_WRITE="
#define SYSTEMDS_OWN "some 200000 2000000" /* what systemd sets where nobody says another */

static bool is_writable(int fds, const char *number)
{
	char path[64];
	auto_buf info = { 0 };
	autofd int fd = -1;
	const char *flags;

	snprintf(path, sizeof(path), "../fdinfo/%.20s", number);
	fd = openat(fds, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || par_fs_read_fd(fd, INFO_MOST, &info) < 0 || !info.data)
		return false;
	flags = strstr(info.data, "flags:\t");
	return flags && (strtoul(flags + strlen("flags:\t"), NULL, 8) & O_ACCMODE) != O_RDONLY;
}

/* By its name and by the kernel's word for what it lies in: the name alone is anybody's. */
bool wpar_pressure_is(int fds, const char *number)
{
	char link[PATH_MAX];
	ssize_t n = readlinkat(fds, number, link, sizeof(link) - 1);
	const char *name, *dot;
	autofd int fd = -1;
	struct statfs fs;

	link[n > 0 ? n : 0] = '\0';
	name = strrchr(link, '/');
	dot = name ? strrchr(name, '.') : NULL;
	if ((!dot || strcmp(dot, ".pressure") != 0) && !par_starts_with(link, "/proc/pressure/"))
		return false;
	fd = openat(fds, number, O_PATH | O_CLOEXEC);
	if (fd < 0 || fstatfs(fd, &fs) < 0 ||
	    (fs.f_type != CGROUP2_SUPER_MAGIC && fs.f_type != PROC_SUPER_MAGIC))
		return false;
	return is_writable(fds, number);
}

static int digit_of(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				     "0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

static bool is_limit(const char *text)
{
	unsigned long limit, window;
	int end = 0;

	if (sscanf(text, "some %lu %lu%n", &limit, &window, &end) != 2 &&
	    sscanf(text, "full %lu %lu%n", &limit, &window, &end) != 2)
		return false;
	return text[end] == '\0';
}

/* Base64, as RFC 4648 has it; of a text that may end with a NUL. */
bool wpar_pressure_decode(const char *word, size_t len, char ret[WPAR_PRESSURE_TEXT])
{
	unsigned int bits = 0, have = 0;
	size_t n = 0;

	for (size_t i = 0; i < len && word[i] != '='; i++) {
		const int digit = digit_of(word[i]);

		if (digit < 0 || n + 1 >= WPAR_PRESSURE_TEXT)
			return false;
		bits = bits << 6 | (unsigned int)digit;
		have += 6;
		if (have >= 8) {
			have -= 8;
			ret[n++] = (char)(bits >> have & 0xff);
		}
	}
	ret[n] = '\0';
	return is_limit(ret);
}

static bool is_systemd(int process)
{
	autofd int fd = openat(process, "comm", O_RDONLY | O_CLOEXEC);
	char name[17] = "";
	ssize_t n = fd < 0 ? 0 : read(fd, name, sizeof(name) - 1);

	name[n > 0 ? n : 0] = '\0';
	return strcmp(name, "systemd\n") == 0;
}

bool wpar_pressure_limit(int process, char ret[WPAR_PRESSURE_TEXT])
{
	autofd int fd = openat(process, "environ", O_RDONLY | O_CLOEXEC);
	auto_buf env = { 0 };

	if (fd < 0 || par_fs_read_fd(fd, ENVIRON_MOST, &env) < 0)
		return false;
	for (const char *at = env.data; at && at < env.data + env.len; at += strlen(at) + 1) {
		if (par_starts_with(at, TOLD))
			return wpar_pressure_decode(at + strlen(TOLD), strlen(at + strlen(TOLD)),
						    ret);
	}
	if (!is_systemd(process))
		return false;
	snprintf(ret, WPAR_PRESSURE_TEXT, "%s", SYSTEMDS_OWN);
	return true;
}

/* "tfd:        7 events:       1a data: 561ef96b70b0 …": out of the epoll, and into it again */
static int poll_again(int epoll, const char *info, int number)
{
	for (const char *line = info; line && *line;) {
		const char *end = strchrnul(line, '\n');
		struct epoll_event e = { 0 };
		unsigned int events;
		uint64_t data;
		int tfd;

		if (sscanf(line, "tfd: %d events: %x data: %" SCNx64, &tfd, &events, &data) == 3 &&
		    tfd == number) {
			e.events = events;
			e.data.u64 = data;
			if (epoll_ctl(epoll, EPOLL_CTL_DEL, number, NULL) == 0 &&
			    epoll_ctl(epoll, EPOLL_CTL_ADD, number, &e) < 0)
				return -errno;
		}
		line = *end ? end + 1 : end;
	}
	return 0;
}

static int get_fd(int pidfd, int number)
{
	int fd = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);

	return fd < 0 ? -errno : fd;
}

/* In all epolls of the process, with the file at the descriptor @number here, too. */
static int poll_all_again(int pidfd, int fds, int number)
{
	int copy = openat(fds, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;

	while (dir && r == 0 && (e = readdir(dir))) {
		char link[64], path[64];
		ssize_t n = readlinkat(fds, e->d_name, link, sizeof(link) - 1);
		autofd int epoll = -1, fd = -1;
		auto_buf info = { 0 };

		link[n > 0 ? n : 0] = '\0';
		if (strcmp(link, "anon_inode:[eventpoll]") != 0)
			continue;
		snprintf(path, sizeof(path), "../fdinfo/%.20s", e->d_name);
		fd = openat(fds, path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || par_fs_read_fd(fd, INFO_MOST, &info) < 0)
			continue;
		epoll = get_fd(pidfd, atoi(e->d_name));
		r = epoll < 0 ? epoll : poll_again(epoll, info.data, number);
	}
	if (dir)
		closedir(dir);
	else if (copy >= 0)
		close(copy);
	return r;
}

/* All of it above @number: that number is for the file, as it is there. */
static int move_up(int *fd, int number)
{
	int up = fcntl(*fd, F_DUPFD_CLOEXEC, number + 1);

	if (up < 0)
		return -errno;
	close(*fd);
	*fd = up;
	return 0;
}

/* In a process of its own, for the sake of the number. */
static int set_one(int pidfd, int fds, int number, const char *limit)
{
	int file, r = move_up(&pidfd, number);

	if (r < 0)
		return r;
	r = move_up(&fds, number);
	if (r < 0)
		return r;
	file = get_fd(pidfd, number);
	if (file < 0)
		return file;
	r = move_up(&file, number);
	if (r < 0)
		return r;
	/* One that has a limit already was none of criu's. */
	if (write(file, limit, strlen(limit) + 1) < 0)
		return errno == EBUSY ? 0 : -errno;
	if (dup2(file, number) < 0)
		return -errno;
	/* What is opened from here on has other numbers. */
	return poll_all_again(pidfd, fds, number);
}

static int set_in_child(int pidfd, int fds, int number, const char *limit)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(set_one(pidfd, fds, number, limit) < 0);
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0)
		return -errno;
	return status == 0 ? 0 : -EIO;
}

static int again_member(pid_t pid, const char *group, void *user)
{
	autofd int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	autofd int process = -1, fds = -1;
	char path[64], limit[WPAR_PRESSURE_TEXT];
	struct dirent *e;
	DIR *dir;
	int r = 0;

	(void)group;
	(void)user;
	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	process = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	fds = process < 0 ? -1 : openat(process, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	dir = pidfd < 0 || fds < 0 ? NULL : fdopendir(fcntl(fds, F_DUPFD_CLOEXEC, 3));
	if (!dir)
		return 0;
	while (r == 0 && (e = readdir(dir))) {
		if (wpar_pressure_is(fds, e->d_name) && wpar_pressure_limit(process, limit))
			r = set_in_child(pidfd, fds, atoi(e->d_name), limit);
	}
	closedir(dir);
	return r;
}

int wpar_pressure_again(int cgroup, struct par_error **err)
{
	int r = wpar_cgroup_members(cgroup, again_member, NULL);

	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r,
				"the limits of watches on pressure cannot be set again")
		     : 0;
}
