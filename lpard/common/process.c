/* SPDX-License-Identifier: Apache-2.0 */
/* Processes: see process.h. */
#include "lpard/common/process.h"

#include "lpard/common/str.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

/*
 * Copies of the three descriptors above 2, so that no dup2 overwrites one that is still needed
 * (fds = {1, 0, …}), with /dev/null for those not given.  The child does this itself: nothing is
 * closed.
 */
static int move_fds(const int fds[3])
{
	int copies[3];

	for (int i = 0; i < 3; i++) {
		int fd = fds[i] >= 0 ? fds[i] : open("/dev/null", O_RDWR | O_CLOEXEC);

		copies[i] = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
		if (copies[i] < 0)
			return -errno;
	}
	for (int i = 0; i < 3; i++) {
		if (dup2(copies[i], i) < 0)
			return -errno;
	}
	return 0;
}

/* The first terminal that a new session's leader opens becomes its own. */
static int open_tty(const char *path)
{
	int fd = open(path, O_RDWR);

	if (fd < 0)
		return -errno;
	for (int i = 0; i < 3; i++) {
		if (dup2(fd, i) < 0)
			return -errno;
	}
	return 0;
}

static void default_signals(void)
{
	sigset_t none;

	for (int signo = 1; signo < NSIG; signo++)
		signal(signo, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

void par_process_begin(void)
{
	static const int defaults[] = { SIGCHLD, SIGPIPE };
	sigset_t none;
	int fd;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(defaults); i++)
		signal(defaults[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* The wrong way round: what is read or written there is an error, as with nothing open. */
	for (int i = STDIN_FILENO; i <= STDERR_FILENO; i++) {
		if (fcntl(i, F_GETFD) >= 0 || errno != EBADF)
			continue;
		fd = open("/dev/null", i == STDIN_FILENO ? O_WRONLY : O_RDONLY);
		if (fd > i) /* the lower ones are open: it is i, or there is no /dev/null */
			close(fd);
	}
}

/* Between fork and exec: returns only what failed, as a negative errno. */
static int become(const struct par_spawn *s, pid_t parent)
{
	int r;

	default_signals();
	if (s->parent_death_signal > 0) {
		prctl(PR_SET_PDEATHSIG, s->parent_death_signal);
		if (getppid() != parent) /* it died before that */
			raise(s->parent_death_signal);
	}
	if (!s->same_session)
		setsid();
	if (s->cwd && chdir(s->cwd) < 0)
		return -errno;
	r = s->tty ? open_tty(s->tty) : move_fds(s->fds);
	if (r < 0)
		return r;
	if (close_range(3, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
		return -errno;
	execve(s->path, s->argv, s->envp ? s->envp : environ);
	return -errno;
}

int par_spawn(const struct par_spawn *s, pid_t *ret_pid, struct par_error **err)
{
	pid_t pid, parent = getpid();
	int fds[2], failed = 0;
	autofd int from_child = -1;
	autofd int to_parent = -1;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make a pipe");
	from_child = fds[0];
	/* Not one of 0, 1, 2, even if those are closed here. */
	to_parent = fcntl(fds[1], F_DUPFD_CLOEXEC, 3);
	close(fds[1]);
	pid = to_parent < 0 ? -1 : fork();
	if (pid < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not start '%s'", s->path);
	if (pid == 0) {
		failed = become(s, parent);
		(void)!write(to_parent, &failed, sizeof(failed));
		_exit(127);
	}
	close(take_fd(&to_parent));
	if (read(from_child, &failed, sizeof(failed)) == (ssize_t)sizeof(failed)) {
		waitpid(pid, NULL, 0);
		return par_fail(err, PAR_E_SYSTEM, -failed, "could not run '%s'", s->path);
	}
	*ret_pid = pid;
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
		return par_oom(err);
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

/* The name, in brackets, may hold anything: brackets, too. */
int par_process_stat(pid_t pid, struct par_process_stat *ret)
{
	char path[64], line[1024];
	unsigned long long started;
	const char *behind;
	ssize_t n;
	int session;
	autofd int fd = -1;

	if (pid == 0)
		snprintf(path, sizeof(path), "/proc/self/stat");
	else
		snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	n = read(fd, line, sizeof(line) - 1);
	if (n <= 0)
		return n < 0 ? -errno : -ESRCH;
	line[n] = '\0';
	behind = strrchr(line, ')');
	if (!behind || sscanf(behind,
			      ") %c %*d %*d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d "
			      "%*d %*d %*d %llu",
			      &ret->state, &session, &started) != 3)
		return -EPROTO;
	ret->session = session;
	ret->started = started;
	return 0;
}

int par_kill_session(pid_t sid, int signo)
{
	struct dirent *entry;
	int count = 0;
	DIR *proc;

	if (sid <= 1)
		return 0;
	proc = opendir("/proc");
	if (!proc)
		return kill(-sid, signo) == 0 ? 1 : 0;
	while ((entry = readdir(proc)) != NULL) {
		struct par_process_stat stat = { 0 };
		uint64_t pid;

		if (par_parse_u64(entry->d_name, INT32_MAX, &pid) < 0 || pid <= 1)
			continue;
		if (par_process_stat((pid_t)pid, &stat) == 0 && stat.session == sid &&
		    kill((pid_t)pid, signo) == 0)
			count++;
	}
	closedir(proc);
	return count;
}

/* The pauses grow, so that one that is about to end costs a millisecond or two. */
int par_wait_child(pid_t pid, unsigned int most_ms, int *ret_status)
{
	unsigned int waited = 0, pause = 1;

	for (;;) {
		pid_t r = waitpid(pid, ret_status, WNOHANG);

		if (r == pid)
			return 0;
		if (r < 0 && errno != EINTR)
			return -errno;
		if (waited >= most_ms)
			return -ETIMEDOUT;
		poll(NULL, 0, (int)pause);
		waited += pause;
		pause = pause < 50 ? pause * 2 : 100;
	}
}

int par_exit_status(int wait_status)
{
	return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

int par_program_self(char *ret, size_t size)
{
	static const char gone[] = " (deleted)";
	ssize_t n = readlink("/proc/self/exe", ret, size - 1);
	char *at;

	if (n < 0)
		return -errno;
	ret[n] = '\0';
	at = (size_t)n > strlen(gone) ? ret + n - strlen(gone) : NULL;
	if (at && strcmp(at, gone) == 0 && access(ret, F_OK) < 0)
		*at = '\0';
	return 0;
}

bool par_file_above(const char *name)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	self[n > 0 ? n : 0] = '\0';
	for (int level = 0; level < 4; level++) {
		char *slash = strrchr(self, '/');
		autofree char *path = NULL;

		if (!slash)
			return false;
		*slash = '\0';
		path = par_strdup_printf("%s/%s", self, name);
		if (path && access(path, F_OK) == 0)
			return true;
	}
	return false;
}

char *par_program_beside(const char *name)
{
	char self[4096];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash, *path;

	if (n <= 0)
		return NULL;
	self[n] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return NULL;
	*slash = '\0';
	path = par_strdup_printf("%s/%s", self, name);
	if (path && access(path, X_OK) == 0)
		return path;
	free(path);
	return NULL;
}
