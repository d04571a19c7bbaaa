/* SPDX-License-Identifier: Apache-2.0 */
/* Runs criu: see criu_run.h. */
#include "wparctl/checkpoint/criu_run.h"

#include "lpard/common/fs.h"
#include "lpard/common/process.h"
#include "wparctl/checkpoint/step.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define LOG_MOST    (64 << 20) /* of a log of level 4 */
#define REASON_MOST 300	       /* of one line */
#define OUTPUT_MOST (64 << 10)

/* Of one thread, so what allocates is allowed here, too.  Returns only after an error. */
static int prepare_and_run(const struct wpar_criu_run *c)
{
	const sigset_t none = { 0 };
	int null = open("/dev/null", O_RDWR), r = c->before ? c->before(c->user) : 0;

	if (r < 0)
		return r;
	for (int i = 0; i < 3 && null >= 0; i++)
		dup2(null, i);
	sigprocmask(SIG_SETMASK, &none, NULL);
	/* What is restored opens images by itself, as the WPAR's root. */
	umask(022);
	for (int s = 1; s < NSIG; s++)
		signal(s, SIG_DFL);
	if (c->keep >= 0 && fcntl(c->keep, F_SETFD, 0) < 0)
		return -errno;
	if (c->home && setenv(WPAR_STEP_HOME, c->home, 1) < 0)
		return -ENOMEM;
	if (c->path && setenv("PATH", c->path, 1) < 0)
		return -ENOMEM;
	execv(c->argv[0], c->argv);
	return -errno;
}

__attribute__((noreturn)) static void become_criu(const struct wpar_criu_run *c, int report)
{
	int r = prepare_and_run(c);

	if (write(report, &r, sizeof(r)) < 0)
		_exit(126);
	_exit(127);
}

/* 0 when it runs, by the end of the pipe at its exec. */
static int await_exec(int report)
{
	int why = 0;
	ssize_t n;

	do
		n = read(report, &why, sizeof(why));
	while (n < 0 && errno == EINTR);
	return n == sizeof(why) ? why : 0;
}

static int await_end(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return status;
}

/* A line of the log without its time and its place in the source. */
static char *line_text(const char *line, size_t len)
{
	const char *text = memmem(line, len, "): ", 3);
	size_t n;

	text = text ? text + 3 : line;
	n = (size_t)(line + len - text);
	return strndup(text, n < REASON_MOST ? n : REASON_MOST);
}

/* "(00.123456)      7: Error (criu/x.c:1): why": the time and the process are not always there. */
static const char *error_in(const char *line, size_t len)
{
	const char *at = memmem(line, len, "Error (", 7);

	if (!at || (size_t)(at - line) != strspn(line, "(.): 0123456789"))
		return NULL;
	return at;
}

/*
 * What criu calls errors and goes on after: what it finds out of the kernel at its first run after
 * a boot; which of iptables' programs there are; options that a newer kernel has not for each
 * socket; that a filter of system calls holds while it restores, which ours lets it.
 */
static bool is_no_reason(const char *error, size_t len)
{
	static const char *const texts[] = {
		"criu/tun.c",
		"criu/kerndat.c",
		"criu/cr-check.c",
		"tables-save",
		"tables-legacy-save",
		"tables-restore",
		"tables-legacy-r",
		"sockets: Can't get ",
		"suspending seccomp failed",
		"failed to suspend seccomp",
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(texts); i++) {
		if (memmem(error, len, texts[i], strlen(texts[i])))
			return true;
	}
	return false;
}

int wpar_criu_reason(const char *log, char **ret)
{
	*ret = NULL;
	for (const char *line = log; line && *line;) {
		const char *end = strchrnul(line, '\n');
		const char *error = error_in(line, (size_t)(end - line));

		if (error && !is_no_reason(error, (size_t)(end - error))) {
			*ret = line_text(error, (size_t)(end - error));
			if (!*ret)
				return -ENOMEM;
			for (char *c = *ret; *c; c++) {
				if (*c < 0x20 || *c > 0x7e)
					*c = '?';
			}
			return 0;
		}
		line = *end ? end + 1 : end;
	}
	return 0;
}

/* What criu says in its own words and is often so. */
static const struct {
	const char *says, *means;
} known[] = {
	{ "In-flight connection",
	  "a connection waits that the server of its port has not taken yet "
	  "(In-flight connection); try again" },
	{ "Can't dump ghost file", "a file without a name is larger than 64 MiB" },
};

static const char *in_our_words(const char *reason)
{
	for (size_t i = 0; reason && i < PAR_ARRAY_SIZE(known); i++) {
		if (strstr(reason, known[i].says))
			return known[i].means;
	}
	return reason ? reason : "criu says no reason";
}

static int fail_run(const char *name, const char *what, const char *log, int status,
		    struct par_error **err)
{
	autofree char *reason = NULL;
	auto_buf text = { 0 };

	if (par_fs_read(log, LOG_MOST, &text) == 0 && text.data)
		wpar_criu_reason(text.data, &reason);
	if (WIFSIGNALED(status))
		return par_fail(err, PAR_E_SYSTEM, 0,
				"workload partition '%s' cannot %s: criu was ended by signal %d; "
				"its log is %s",
				name, what, WTERMSIG(status), log);
	return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
			"workload partition '%s' cannot %s: %s; criu's log is %s", name, what,
			in_our_words(reason), log);
}

int wpar_criu_run(const struct wpar_criu_run *c, const char *name, const char *what,
		  const char *log, struct par_error **err)
{
	autofd int reading = -1, writing = -1;
	int fds[2], r = par_pipe(fds, err);
	pid_t pid;

	if (r < 0)
		return r;
	reading = fds[0];
	writing = fds[1];
	pid = fork();
	if (pid < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "criu cannot be started");
	if (pid == 0) {
		close(reading);
		become_criu(c, writing);
	}
	close(take_fd(&writing));
	if (c->started)
		c->started(pid, c->user);
	r = await_exec(reading);
	if (r < 0) {
		await_end(pid);
		return par_fail(err, PAR_E_SYSTEM, r, "'%s' cannot be run", c->argv[0]);
	}
	r = await_end(pid);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "criu cannot be waited for");
	return r == 0 ? 0 : fail_run(name, what, log, r, err);
}

int wpar_criu_output(char *const *argv, struct par_buf *ret, struct par_error **err)
{
	autofd int reading = -1, writing = -1;
	int fds[2], status, r = par_pipe(fds, err);
	struct par_spawn s = {
		.path = argv[0], .argv = argv, .parent_death_signal = SIGKILL, .same_session = true
	};
	pid_t pid;

	if (r < 0)
		return r;
	reading = fds[0];
	writing = fds[1];
	s.fds[0] = -1;
	s.fds[1] = s.fds[2] = writing;
	r = par_spawn(&s, &pid, err);
	if (r < 0)
		return r;
	close(take_fd(&writing));
	for (;;) {
		char text[4096];
		ssize_t n = read(reading, text, sizeof(text));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		if (ret->len < OUTPUT_MOST)
			par_buf_put(ret, text, (size_t)n);
	}
	status = await_end(pid);
	if (status < 0)
		return par_fail(err, PAR_E_SYSTEM, status, "'%s' cannot be waited for", argv[0]);
	if (ret->failed || par_buf_puts(ret, "") < 0)
		return par_oom(err);
	return par_exit_status(status);
}
