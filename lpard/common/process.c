/* SPDX-License-Identifier: Apache-2.0 */
/* Processes: see process.h. */
#include "lpard/common/process.h"

#include "lpard/common/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* What becomes 0, 1 and 2; everything above goes. */
static int put_file_actions(const struct par_spawn *s, posix_spawn_file_actions_t *fa,
			    const int fds[3])
{
	int r = 0;

	if (s->cwd)
		r = posix_spawn_file_actions_addchdir_np(fa, s->cwd);
	if (s->tty) {
		/* The first terminal that a new session's leader opens becomes its own. */
		if (r == 0)
			r = posix_spawn_file_actions_addopen(fa, 0, s->tty, O_RDWR, 0);
		for (int i = 1; i < 3 && r == 0; i++)
			r = posix_spawn_file_actions_adddup2(fa, 0, i);
	} else {
		for (int i = 0; i < 3 && r == 0; i++)
			r = posix_spawn_file_actions_adddup2(fa, fds[i], i);
	}
	if (r == 0)
		r = posix_spawn_file_actions_addclosefrom_np(fa, 3);
	return r;
}

static int put_attributes(const struct par_spawn *s, posix_spawnattr_t *attr)
{
	short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_setsigmask(attr, &none);
	posix_spawnattr_setsigdefault(attr, &all);
	if (!s->same_session)
		flags |= POSIX_SPAWN_SETSID;
	return posix_spawnattr_setflags(attr, flags);
}

/*
 * Copies of the three descriptors above 2, so that no dup2 overwrites one that is still needed
 * (fds = {1, 0, …}), with /dev/null for those not given.
 */
static int copy_fds(const struct par_spawn *s, int copies[3])
{
	for (int i = 0; i < 3; i++) {
		autofd int null_fd = -1;
		int fd = s->fds[i];

		if (fd < 0)
			fd = null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
		copies[i] = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
		if (copies[i] < 0)
			return -errno;
	}
	return 0;
}

int par_spawn(const struct par_spawn *s, pid_t *ret_pid, struct par_error **err)
{
	posix_spawn_file_actions_t fa;
	posix_spawnattr_t attr;
	autofd int c0 = -1, c1 = -1, c2 = -1;
	int copies[3] = { -1, -1, -1 };
	int r = 0;

	if (!s->tty)
		r = -copy_fds(s, copies);
	c0 = copies[0];
	c1 = copies[1];
	c2 = copies[2];
	if (r != 0)
		return par_fail(err, PAR_E_SYSTEM, r, "could not copy a descriptor");
	posix_spawn_file_actions_init(&fa);
	posix_spawnattr_init(&attr);
	r = put_file_actions(s, &fa, copies);
	if (r == 0)
		r = put_attributes(s, &attr);
	if (r == 0)
		r = posix_spawn(ret_pid, s->path, &fa, &attr, s->argv, s->envp ? s->envp : environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&fa);
	if (r != 0)
		return par_fail(err, PAR_E_SYSTEM, r, "could not run '%s'", s->path);
	return 0;
}

/* 0, or why this file is no program. */
static int program_check(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode) || access(path, X_OK) < 0)
		return -EACCES;
	return 0;
}

int par_find_program(const char *name, const char *path_list, char **ret)
{
	auto_strv dirs = { 0 };
	int worst = -ENOENT;

	if (strchr(name, '/')) {
		int r = program_check(name);

		if (r == 0) {
			*ret = strdup(name);
			return *ret ? 0 : -ENOMEM;
		}
		return r == -EACCES ? r : -ENOENT;
	}
	if (!*name || par_strv_split(&dirs, path_list, ':') < 0)
		return -ENOENT;
	for (size_t i = 0; i < dirs.n; i++) {
		autofree char *path =
			par_strdup_printf("%s/%s", dirs.v[i][0] ? dirs.v[i] : ".", name);
		int r = path ? program_check(path) : -ENOMEM;

		if (r == 0) {
			*ret = take_ptr(path);
			return 0;
		}
		if (r == -EACCES)
			worst = r;
	}
	return worst;
}

int par_pty_resize(int fd, uint16_t rows, uint16_t columns)
{
	struct winsize ws = { .ws_row = rows, .ws_col = columns };

	return ioctl(fd, TIOCSWINSZ, &ws) < 0 ? -errno : 0;
}

int par_pty_open(uint16_t rows, uint16_t columns, int *ret_master, char **ret_path,
		 struct par_error **err)
{
	autofd int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	char path[64];

	if (master < 0 || unlockpt(master) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not open a terminal");
	if (ptsname_r(master, path, sizeof(path)) != 0)
		return par_fail(err, PAR_E_SYSTEM, ENOTTY, "could not name a terminal");
	if (rows > 0 && columns > 0)
		par_pty_resize(master, rows, columns);
	*ret_path = strdup(path);
	if (!*ret_path)
		return par_fail(err, PAR_E_NO_MEMORY, 0, "out of memory");
	*ret_master = take_fd(&master);
	return 0;
}

int par_pipe(int ret_fds[2], struct par_error **err)
{
	if (pipe2(ret_fds, O_CLOEXEC) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make a pipe");
	return 0;
}

int par_set_nonblock(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		return -errno;
	return 0;
}

/* The session of a process: the sixth field of its stat, behind a name that may hold anything. */
static pid_t session_of(const char *pid)
{
	char path[64], line[512];
	const char *behind;
	ssize_t n;
	int session;
	autofd int fd = -1;

	snprintf(path, sizeof(path), "/proc/%.20s/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, line, sizeof(line) - 1);
	if (n <= 0)
		return -1;
	line[n] = '\0';
	behind = strrchr(line, ')');
	if (!behind || sscanf(behind, ") %*c %*d %*d %d", &session) != 1)
		return -1;
	return session;
}

int par_kill_session(pid_t sid, int signo)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int count = 0;

	if (sid <= 1)
		return 0;
	if (!proc)
		return kill(-sid, signo) == 0 ? 1 : 0;
	while ((entry = readdir(proc)) != NULL) {
		uint64_t pid;

		if (par_parse_u64(entry->d_name, INT32_MAX, &pid) < 0 || pid <= 1)
			continue;
		if (session_of(entry->d_name) == sid && kill((pid_t)pid, signo) == 0)
			count++;
	}
	closedir(proc);
	return count;
}

int par_exit_status(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}
