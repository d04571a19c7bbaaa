/* SPDX-License-Identifier: Apache-2.0 */
/* The soft limit of a WPAR's memory: see soft_limit.h. */
#include "wparctl/resources/soft_limit.h"

#include "lpard/common/fs.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/resources/limits.h"

#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#define LOOK_MS 2000
#define NOTE	"trusted.wpars.soft_limit" /* of the group: the bytes, as a text */

bool wpar_soft_limit_presses(bool before, uint64_t available, uint64_t total)
{
	return available < total / 100 * (before ? 15 : 10);
}

/* A line of /proc/meminfo, in KiB. */
static uint64_t meminfo(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? strtoull(at + strlen(key), NULL, 10) : 0;
}

static bool looks_pressed(bool before)
{
	auto_buf b = { 0 };
	uint64_t total;

	if (par_fs_read("/proc/meminfo", 65536, &b) < 0)
		return false;
	total = meminfo(b.data, "MemTotal:");
	return total && wpar_soft_limit_presses(before, meminfo(b.data, "MemAvailable:"), total);
}

static bool read_note(int cgroup, char ret[32])
{
	ssize_t n = fgetxattr(cgroup, NOTE, ret, 31);

	ret[n > 0 ? n : 0] = '\0';
	return n > 0;
}

/* Until nothing runs in the group any more, or it is gone, or has no such limit any more. */
__attribute__((noreturn)) static void soft_limit_watch(int cgroup)
{
	autofd int events = openat(cgroup, "cgroup.events", O_RDONLY | O_CLOEXEC);
	bool seen = false, pressed = false;
	char limit[32], set[32] = "max";

	for (;;) {
		struct pollfd p = { .fd = events, .events = POLLPRI };
		char text[256];
		ssize_t n = pread(events, text, sizeof(text) - 1, 0);
		bool populated, before = pressed;

		if (n < 0)
			_exit(0);
		text[n] = '\0';
		populated = strstr(text, "populated 1") != NULL;
		if (seen && !populated)
			_exit(0);
		seen |= populated;
		if (!read_note(cgroup, limit)) {
			par_fs_write_str(cgroup, "memory.high", "max");
			_exit(0);
		}
		pressed = looks_pressed(before);
		if (!pressed)
			strcpy(limit, "max");
		if (strcmp(limit, set) != 0)
			par_fs_write_str(cgroup, "memory.high", limit);
		memcpy(set, limit, sizeof(set));
		if (poll(&p, 1, LOOK_MS) < 0 && errno != EINTR)
			_exit(1);
	}
}

/* 1: the limit is noted; 0: there is none, or none that could be set. */
static int write_note(const struct wpar_spec *s, int cgroup)
{
	struct wpar_machine m;
	char text[32];
	uint64_t bytes;

	wpar_machine_get_for(s, &m);
	bytes = wpar_limits_soft_memory(s, &m);
	if (bytes == UINT64_MAX || faccessat(cgroup, "memory.high", W_OK, 0) < 0) {
		fremovexattr(cgroup, NOTE);
		return 0;
	}
	snprintf(text, sizeof(text), "%" PRIu64, bytes);
	return fsetxattr(cgroup, NOTE, text, strlen(text), 0) < 0 ? -errno : 1;
}

static int start_watching(const struct wpar_spec *s, int cgroup)
{
	char name[16];
	int status;
	pid_t pid = wpar_cgroup_fork_keeper();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		/* Nobody's child: the caller may wait for others. */
		if (fork() != 0)
			_exit(0);
		snprintf(name, sizeof(name), "soft_%s", s->name);
		prctl(PR_SET_NAME, name, 0, 0, 0);
		setsid();
		cgroup = dup3(cgroup, 3, O_CLOEXEC) < 0 ? cgroup : 3;
		if (cgroup != 3 || chdir("/") < 0)
			_exit(1);
		for (int i = 0; i < 3; i++)
			close(i);
		syscall(SYS_close_range, 4u, ~0u, 0u);
		soft_limit_watch(cgroup);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return 0;
}

int wpar_soft_limit_start(const struct wpar_spec *s, int cgroup)
{
	int r = write_note(s, cgroup);

	return r > 0 ? start_watching(s, cgroup) : r;
}

int wpar_soft_limit_change(const struct wpar_spec *s, int cgroup)
{
	char before[32];
	bool watched = read_note(cgroup, before);
	int r = write_note(s, cgroup);

	return r > 0 && !watched ? start_watching(s, cgroup) : r < 0 ? r : 0;
}
