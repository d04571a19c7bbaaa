/* SPDX-License-Identifier: Apache-2.0 */
/* The control group of a WPAR: see cgroup.h. */
#include "wparctl/resources/cgroup.h"

#include "lpard/common/fs.h"
#include "lpard/common/now.h"
#include "wparctl/resources/cgroup_below.h"
#include "wparctl/spec/spec.h"

#include <dirent.h>
#include <fnmatch.h>
#include <libgen.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/sched.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <time.h>

/* Looked for until it is found: it stays where it is. */
static const char *tree(void)
{
	static const char *const places[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	static const char *found;
	struct statfs st;

	for (size_t i = 0; !found && i < PAR_ARRAY_SIZE(places); i++) {
		if (statfs(places[i], &st) == 0 && st.f_type == CGROUP2_SUPER_MAGIC)
			found = places[i];
	}
	return found;
}

/* With a prefix (tests) the groups are apart too: "wpars" and the prefix's letters. */
static char *top_path(const char *root)
{
	autofree char *prefix = wpar_path("%s", "");
	char *path = prefix ? par_strdup_printf("%s/wpars%s", root, prefix) : NULL;

	for (char *s = path ? path + strlen(root) + 1 : NULL; s && *s; s++) {
		if (*s == '/' || *s == '.')
			*s = '-';
	}
	return path;
}

char *wpar_cgroup_path(const char *name)
{
	const char *root = tree();
	autofree char *top = root ? top_path(root) : NULL;

	return top ? par_strdup_printf("%s/%s", top, name) : NULL;
}

char *wpar_cgroup_top(void)
{
	const char *root = tree();
	autofree char *top = root ? top_path(root) : NULL;

	return top ? strdup(top + strlen(root)) : NULL;
}

/* Hands the tree's controllers down; what is not there is not missed (v1 machines). */
static void enable_controllers(const char *root, const char *top)
{
	static const char *const names[] = { "+pids", "+memory", "+cpu", "+cpuset", "+io" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(names); i++) {
		autofree char *above = par_strdup_printf("%s/cgroup.subtree_control", root);
		autofree char *here = par_strdup_printf("%s/cgroup.subtree_control", top);

		if (above && here && par_fs_write_str(AT_FDCWD, above, names[i]) == 0)
			par_fs_write_str(AT_FDCWD, here, names[i]);
	}
}

bool wpar_cgroup_is_absent(int r)
{
	return r == -ENOENT || r == -ENOTDIR || !tree();
}

bool wpar_cgroup_has_controller(const char *controller)
{
	const char *root = tree();
	autofree char *path = root ? par_strdup_printf("%s/cgroup.controllers", root) : NULL;
	auto_strv names = { 0 };
	auto_buf b = { 0 };

	if (!path || par_fs_read(path, 4096, &b) < 0 || !b.data)
		return false;
	b.data[strcspn(b.data, "\n")] = '\0';
	return par_strv_split(&names, b.data, ' ') == 0 && par_strv_find(&names, controller) >= 0;
}

/*
 * The huge pages that the LPAR's administrator has set aside are not for WPARs: one would take all
 * of them.  The limit of the group above is that of all WPARs together.
 */
static void refuse_huge_pages(const char *root, const char *top)
{
	autofree char *above = par_strdup_printf("%s/cgroup.subtree_control", root);
	struct dirent *e;
	DIR *dir;

	if (!above || par_fs_write_str(AT_FDCWD, above, "+hugetlb") < 0)
		return;
	dir = opendir(top);
	while (dir && (e = readdir(dir))) {
		/* hugetlb.2MB.max, hugetlb.2MB.rsvd.max */
		if (fnmatch("hugetlb.*.max", e->d_name, 0) == 0)
			par_fs_write_str(dirfd(dir), e->d_name, "0");
	}
	if (dir)
		closedir(dir);
}

/* Whether it comes to be is seen when it is opened. */
static void make_group(const char *root, const char *top, const char *path)
{
	if (mkdir(path, 0755) == 0 || errno != ENOENT)
		return;
	if (mkdir(top, 0755) == 0) {
		enable_controllers(root, top);
		refuse_huge_pages(root, top);
	}
	mkdir(path, 0755);
}

int wpar_cgroup_open(const char *name, bool make, struct par_error **err)
{
	const char *root = tree();
	autofree char *top = NULL, *path = NULL;
	int fd;

	if (!root)
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"there is no version 2 control group tree at /sys/fs/cgroup");
	top = top_path(root);
	path = top ? par_strdup_printf("%s/%s", top, name) : NULL;
	if (!path)
		return par_oom(err);
	if (make)
		make_group(root, top, path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return par_fail(err, errno == ENOENT ? PAR_E_NOT_FOUND : PAR_E_SYSTEM, errno,
				"the control group '%s' cannot be opened", path);
	return fd;
}

pid_t wpar_cgroup_fork_keeper(void)
{
	autofd int cgroup = -1;
	struct clone_args args = { .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD };
	pid_t pid;

	/* sd_booted(3) */
	if (access("/run/systemd/system", F_OK) < 0)
		return fork();
	cgroup = wpar_cgroup_open(".keepers", true, NULL);
	if (cgroup < 0)
		return fork();
	args.cgroup = (uint64_t)cgroup;
	/* Into the group by birth: to move a process costs a grace period of the kernel. */
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	return pid < 0 ? fork() : pid;
}

static ssize_t read_file(int cgroup, const char *name, char *buf, size_t size)
{
	autofd int fd = openat(cgroup, name, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);

	if (n < 0)
		return -errno;
	buf[n] = '\0';
	return n;
}

/* Another command has removed the group meanwhile: then nothing runs in it. */
static bool is_gone(int r)
{
	return r == -ENOENT || r == -ENODEV;
}

int wpar_cgroup_state(int cgroup, struct wpar_cgroup_state *ret)
{
	char text[256];
	ssize_t n = read_file(cgroup, "cgroup.events", text, sizeof(text));

	*ret = (struct wpar_cgroup_state){ 0 };
	if (is_gone((int)n))
		return 0;
	if (n < 0)
		return (int)n;
	ret->populated = strstr(text, "populated 1");
	ret->frozen = strstr(text, "frozen 1");
	return 0;
}

/* A line of /proc/PID/status has SIGKILL: "SigPnd:	0000000000000100". */
static bool has_kill(const char *status, const char *line)
{
	const char *at = strstr(status, line);

	return at && strtoull(at + strlen(line), NULL, 16) & 1ull << (SIGKILL - 1);
}

bool wpar_cgroup_is_dying(const char *status)
{
	return has_kill(status, "\nSigPnd:") || has_kill(status, "\nShdPnd:") ||
	       !strstr(status, "\nVmSize:");
}

/* No answer about a process, but about this one: no descriptors are left, or no memory. */
static bool is_shortage(int r)
{
	return r == -EMFILE || r == -ENFILE || r == -ENOMEM;
}

/* A new user namespace gives all rights; what is the WPAR's never has this one (security.h). */
static bool is_being_made(const char *status)
{
	const char *at = strstr(status, "\nCapBnd:");

	return at && strtoull(at + strlen("\nCapBnd:"), NULL, 16) & 1ull << CAP_NET_ADMIN;
}

enum { NO_INIT, BEING_MADE, INIT };

/*
 * Is @pid, seen from the namespaces below, a PID 1 that lives?  "NSpid: 4711 1"
 * Returns one of the above, or a negative errno when it cannot be told.
 */
static int is_init(pid_t pid)
{
	auto_buf b = { 0 };
	char path[64];
	const char *line, *end;
	int r;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	r = par_fs_read(path, 65536, &b);
	if (r < 0)
		return is_shortage(r) ? r : NO_INIT;
	line = strstr(b.data, "\nNSpid:");
	end = line ? strchr(line + 1, '\n') : NULL;
	if (!end || end - line <= 2 || end[-1] != '1' || end[-2] != '\t' ||
	    memchr(line + 8, '\t', (size_t)(end - 2 - (line + 8))) || wpar_cgroup_is_dying(b.data))
		return NO_INIT;
	return is_being_made(b.data) ? BEING_MADE : INIT;
}

/* Among the processes that are in the group itself. */
static pid_t find_init_in(int cgroup, int *ret_is)
{
	autofd int fd = openat(cgroup, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	autofile FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	int pid;

	if (!f)
		return -errno;
	fd = -1;
	while (fscanf(f, "%d", &pid) == 1) {
		int r = pid > 0 ? is_init(pid) : NO_INIT;

		if (r == NO_INIT)
			continue;
		*ret_is = r;
		return r < 0 ? r : pid;
	}
	*ret_is = NO_INIT;
	return 0;
}

/*
 * Of a WPAR with groups below: who was written down.  One that was made a moment ago is not yet, or
 * never will be, for its maker was killed; it is where it was born until it runs its program.
 */
static pid_t find_init_below(int cgroup, int *ret_is)
{
	pid_t pid = wpar_below_noted_init(cgroup);
	autofd int inside = pid == 0 ? wpar_below_open_inside(cgroup) : -1;

	if (pid > 0)
		*ret_is = is_init(pid);
	if (pid != 0)
		return pid < 0 ? pid : *ret_is < 0 ? *ret_is : *ret_is == NO_INIT ? 0 : pid;
	if (inside < 0)
		return inside == -ENOENT || inside == -ENODEV ? 0 : inside;
	return find_init_in(inside, ret_is);
}

static pid_t find_init(int cgroup, int *ret_is)
{
	pid_t pid = find_init_in(cgroup, ret_is);

	return pid == 0 && wpar_below_is(cgroup) ? find_init_below(cgroup, ret_is) : pid;
}

pid_t wpar_cgroup_init(int cgroup)
{
	int is;

	return find_init(cgroup, &is);
}

pid_t wpar_cgroup_await_init(int cgroup, int timeout_ms)
{
	const struct timespec moment = { .tv_nsec = 2 * 1000 * 1000 };
	const uint64_t end = par_now_ms() + (uint64_t)timeout_ms;

	for (;;) {
		int is = NO_INIT;
		pid_t pid = find_init(cgroup, &is);

		if (pid <= 0 || is != BEING_MADE)
			return pid;
		if (par_now_ms() >= end)
			return -EAGAIN;
		nanosleep(&moment, NULL);
	}
}

/* Some processes of a group, held by descriptors. */
struct held {
	pid_t pid[64];
	int pidfd[64];
	bool listed[64];
	size_t n;
};

/*
 * A number may have been another process's since it was read: who is listed after the descriptor
 * was opened is a process of the group, or has ended.
 */
static void held_signal(struct held *h, int cgroup, int signo)
{
	autofd int fd = openat(cgroup, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	autofile FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	int pid;

	if (f)
		fd = -1;
	while (f && fscanf(f, "%d", &pid) == 1) {
		for (size_t i = 0; i < h->n; i++)
			h->listed[i] = h->listed[i] || h->pid[i] == pid;
	}
	for (size_t i = 0; i < h->n; i++) {
		if (h->listed[i] && is_init(h->pid[i]) == 0)
			syscall(SYS_pidfd_send_signal, h->pidfd[i], signo, NULL, 0);
		close(h->pidfd[i]);
		h->listed[i] = false;
	}
	h->n = 0;
}

void wpar_cgroup_signal(int cgroup, int signo)
{
	autofd int fd = openat(cgroup, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	autofile FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	struct held h = { 0 };
	int pid;

	if (!f)
		return;
	fd = -1;
	while (fscanf(f, "%d", &pid) == 1) {
		int pidfd = pid > 0 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;

		if (pidfd < 0)
			continue;
		h.pid[h.n] = pid;
		h.pidfd[h.n++] = pidfd;
		if (h.n == PAR_ARRAY_SIZE(h.pid))
			held_signal(&h, cgroup, signo);
	}
	held_signal(&h, cgroup, signo);
}

int wpar_cgroup_freeze(int cgroup, bool freeze)
{
	return par_fs_write_str(cgroup, "cgroup.freeze", freeze ? "1" : "0");
}

/*
 * Linux before 5.14: the end of PID 1 is the end of all.  Its number may have been another
 * process's since it was read: who is PID 1 of the group after the descriptor was opened is meant.
 */
static int kill_init(int cgroup)
{
	pid_t init = wpar_cgroup_init(cgroup);
	autofd int pidfd = init > 0 ? (int)syscall(SYS_pidfd_open, init, 0) : -1;

	if (init <= 0 || (pidfd < 0 && errno == ESRCH))
		return 0;
	if (pidfd < 0)
		return -errno;
	if (wpar_cgroup_init(cgroup) != init ||
	    syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0) == 0)
		return 0;
	return errno == ESRCH ? 0 : -errno;
}

int wpar_cgroup_kill(int cgroup)
{
	int r = par_fs_write_str(cgroup, "cgroup.kill", "1");

	return r == -ENOENT ? kill_init(cgroup) : r;
}

int wpar_cgroup_wait_empty(int cgroup, int timeout_ms)
{
	autofd int fd = openat(cgroup, "cgroup.events", O_RDONLY | O_CLOEXEC);
	const uint64_t end = par_now_ms() + (uint64_t)timeout_ms;
	char text[256];

	if (fd < 0)
		return is_gone(-errno) ? 0 : -errno;
	for (;;) {
		struct pollfd p = { .fd = fd, .events = POLLPRI };
		ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

		if (n < 0)
			return is_gone(-errno) ? 0 : -errno;
		text[n] = '\0';
		if (strstr(text, "populated 0"))
			return 0;
		if (par_now_ms() > end)
			return -ETIMEDOUT;
		poll(&p, 1, 100);
	}
}

/* With those below, which the first process of some WPARs makes, once all processes have ended. */
static int remove_with_below(const char *path)
{
	autofd int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r = fd < 0 ? -errno : wpar_below_is(fd) ? wpar_below_remove(fd) : -EBUSY;

	if (r < 0)
		return r;
	return rmdir(path) < 0 ? -errno : 0;
}

/*
 * Removed, or not there: 0.  The one above stays for the next start, but not that of a test; where
 * there was no group, another start may be about to make its own.
 */
static int remove_group(char *path)
{
	int r = rmdir(path) < 0 ? -errno : 0;

	if (r == -EBUSY)
		r = remove_with_below(path);
	if (r < 0)
		return is_gone(r) ? 0 : r;
	if (getenv("WPARS_ROOT"))
		rmdir(dirname(path));
	return 0;
}

int wpar_cgroup_remove_empty(const char *name)
{
	autofree char *path = wpar_cgroup_path(name);

	return path ? remove_group(path) : 0;
}

int wpar_cgroup_remove(const char *name)
{
	/* The kernel may need a moment after the last process has gone. */
	const struct timespec moment = { .tv_nsec = 5 * 1000 * 1000 };
	autofree char *path = wpar_cgroup_path(name);

	for (int i = 0; path && i < 100; i++) {
		int r = remove_group(path);

		if (r != -EBUSY)
			return r;
		nanosleep(&moment, NULL);
	}
	return path ? -EBUSY : 0;
}
