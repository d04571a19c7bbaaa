/* SPDX-License-Identifier: Apache-2.0 */
/* A first process that waits: see hold.h.  /run/wpars/NAME/held says that it does, and why. */
#include "wparctl/runtime/life/hold.h"

#include "lpard/common/fs.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/runtime/inside/inside.h"
#include "wparctl/spec/stop_at.h"
#include "wparctl/spec/spec.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define RELEASE_MS 30000
#define FREE_FD	   30 /* no fixed number of PID 1's is above */

static const char *const words[] = {
	[WPAR_HOLD_LOADED] = "loaded", [WPAR_HOLD_MAINTENANCE] = "maintenance"
};

static char *mark_path(const char *name)
{
	return wpar_path(WPAR_RUN_DIR "/%s/held", name);
}

/* Its end to write to; -ENOENT: it runs its program already, or is not there. */
static int open_release(const char *name)
{
	autofd int cgroup = wpar_cgroup_open(name, false, NULL), fd = -1;
	pid_t init = cgroup < 0 ? 0 : wpar_cgroup_init(cgroup);
	struct stat st;
	char path[64];

	if (init <= 0)
		return -ENOENT;
	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)init, WPAR_INIT_HOLD);
	fd = open(path, O_PATH | O_CLOEXEC);
	/* A program that runs already can have anything there. */
	if (fd < 0 && errno != ENOENT && errno != ESRCH)
		return -errno;
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode))
		return -ENOENT;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
	return fd < 0 ? -errno : take_fd(&fd);
}

enum wpar_hold wpar_hold_of(const char *name)
{
	autofree char *path = mark_path(name);
	auto_buf word = { 0 };
	autofd int gate = -1;

	if (!path || par_fs_read(path, 64, &word) < 0 || !word.data)
		return WPAR_HOLD_NONE;
	/* Who has released it may have been killed before the mark was gone. */
	gate = open_release(name);
	if (gate == -ENOENT)
		return WPAR_HOLD_NONE;
	return strcmp(word.data, words[WPAR_HOLD_MAINTENANCE]) == 0 ? WPAR_HOLD_MAINTENANCE
								    : WPAR_HOLD_LOADED;
}

bool wpar_hold_was_released(const char *name)
{
	autofree char *path = mark_path(name);

	return path && access(path, F_OK) == 0 && wpar_hold_of(name) == WPAR_HOLD_NONE;
}

int wpar_hold_mark(const char *name, enum wpar_hold hold)
{
	autofree char *path = mark_path(name);

	if (!path)
		return -ENOMEM;
	return par_fs_replace_volatile(AT_FDCWD, path, words[hold], strlen(words[hold]), 0644);
}

/* The pipe that the release comes by, at numbers that it knows; *started may have had one. */
static int open_gate(int *started)
{
	int fds[2];

	if (*started < FREE_FD) {
		int moved = fcntl(*started, F_DUPFD_CLOEXEC, FREE_FD);

		if (moved < 0)
			return -errno;
		close(*started);
		*started = moved;
	}
	/* What is written twice, by one that was killed and the next, is read once. */
	if (pipe2(fds, O_CLOEXEC | O_DIRECT) < 0)
		return -errno;
	if (dup3(fds[0], WPAR_INIT_HOLD_READ, O_CLOEXEC) < 0 ||
	    dup3(fds[1], WPAR_INIT_HOLD, O_CLOEXEC) < 0)
		return -errno;
	close(fds[0]);
	close(fds[1]);
	return 0;
}

/* One write, so one read: strings with a NUL behind each; an empty one when there are none. */
static int read_release(struct par_strv *environment)
{
	char text[PIPE_BUF + 1];
	ssize_t n;

	do
		n = read(WPAR_INIT_HOLD_READ, text, PIPE_BUF);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return n < 0 ? -errno : -EPIPE;
	text[n] = '\0';
	for (char *s = text; s < text + n; s += strlen(s) + 1) {
		if (*s && par_strv_add(environment, s) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* What was sent to the one that waited is not for its program. */
static void forget_signals(const sigset_t *all)
{
	const struct timespec now = { 0 };

	while (sigtimedwait(all, NULL, &now) > 0)
		;
}

int wpar_hold_wait(int started, struct par_strv *environment)
{
	sigset_t all, before;
	int r = open_gate(&started);

	if (r < 0)
		return r;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &before);
	/* What clogin leaves is reaped by the kernel. */
	signal(SIGCHLD, SIG_IGN);
	close(started);
	r = read_release(environment);
	signal(SIGCHLD, SIG_DFL);
	forget_signals(&all);
	sigprocmask(SIG_SETMASK, &before, NULL);
	return r;
}

static int put_release(const struct par_strv *environment, struct par_buf *ret,
		       struct par_error **err)
{
	for (size_t i = 0; i < environment->n; i++) {
		par_buf_puts(ret, environment->v[i]);
		par_buf_putc(ret, '\0');
	}
	if (environment->n == 0)
		par_buf_putc(ret, '\0');
	if (ret->failed)
		return par_oom(err);
	if (ret->len > PIPE_BUF)
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the variables have more than %d bytes", PIPE_BUF);
	return 0;
}

int wpar_hold_release(const char *name, const struct par_strv *environment, struct par_error **err)
{
	autofree char *path = mark_path(name);
	autofd int gate = open_release(name);
	struct pollfd p = { .fd = gate };
	auto_buf text = { 0 };
	int r = put_release(environment, &text, err);

	if (r < 0)
		return r;
	if (gate < 0 && gate != -ENOENT)
		return par_fail(err, PAR_E_SYSTEM, gate, "'%s' cannot be told to go on", name);
	if (gate >= 0 && write(gate, text.data, text.len) < 0 && errno != EPIPE)
		return par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be told to go on", name);
	wpar_test_stop_at("released");
	/* Its end to read closes with the exec. */
	if (gate >= 0 && poll(&p, 1, RELEASE_MS) == 0)
		return par_fail(err, PAR_E_TIMED_OUT, 0,
				"the first process of '%s' did not go on within %d seconds", name,
				RELEASE_MS / 1000);
	if (!path)
		return par_oom(err);
	return unlink(path) < 0 && errno != ENOENT
		       ? par_fail(err, PAR_E_SYSTEM, errno, "'%s' cannot be removed", path)
		       : 0;
}
