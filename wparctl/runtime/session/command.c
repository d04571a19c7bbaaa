/* SPDX-License-Identifier: Apache-2.0 */
/* The last step into a WPAR's program: see command.h. */
#include "wparctl/runtime/session/command.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define PATH_ROOT "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define PATH_USER "/usr/local/bin:/usr/bin:/bin"

static int environment_set(struct par_strv *env, const char *name, const char *value)
{
	autofree char *pair = par_strdup_printf("%s=%s", name, value);

	return pair ? par_strv_add(env, pair) : -ENOMEM;
}

static int environment_put(struct par_strv *env, const char *pair)
{
	size_t len = strcspn(pair, "=") + 1;

	for (size_t i = 0; i < env->n; i++) {
		if (strncmp(env->v[i], pair, len) == 0) {
			char *copy = strdup(pair);

			if (!copy)
				return -ENOMEM;
			free(env->v[i]);
			env->v[i] = copy;
			return 0;
		}
	}
	return par_strv_add(env, pair);
}

int wpar_command_environment(const struct wpar_user *u, const struct par_strv *more, bool terminal,
			     struct par_strv *ret)
{
	static const char *const passed[] = { "TERM", "LANG" };
	const struct {
		const char *name, *value;
	} own[] = {
		{ "PATH", u->uid == 0 ? PATH_ROOT : PATH_USER },
		{ "HOME", u->home },
		{ "SHELL", u->shell },
		{ "USER", u->name },
		{ "LOGNAME", u->name },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(own); i++) {
		if (environment_set(ret, own[i].name, own[i].value) < 0)
			return -ENOMEM;
	}
	/* A terminal of which nothing is known can do nothing, as on AIX. */
	if (terminal && !getenv("TERM") && environment_set(ret, "TERM", "dumb") < 0)
		return -ENOMEM;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(passed); i++) {
		const char *value = getenv(passed[i]);

		if (value && strlen(value) < 64 && par_printable(value) &&
		    environment_set(ret, passed[i], value) < 0)
			return -ENOMEM;
	}
	for (size_t i = 0; more && i < more->n; i++) {
		if (environment_put(ret, more->v[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

static bool environment_has(const struct par_strv *env, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < env->n; i++) {
		if (strncmp(env->v[i], name, len) == 0 && env->v[i][len] == '=')
			return true;
	}
	return false;
}

/* @name is @value from here on, or with @missing only where it is not set. */
static int environment_fix(struct par_strv *env, const char *name, const char *value, bool missing)
{
	autofree char *pair = par_strdup_printf("%s=%s", name, value);

	if (!pair)
		return -ENOMEM;
	return missing && environment_has(env, name) ? 0 : environment_put(env, pair);
}

int wpar_command_inherit(const struct wpar_user *u, const struct par_strv *inherited,
			 const struct par_strv *more, bool terminal, struct par_strv *ret)
{
	const struct {
		const char *name, *value;
	} own[] = {
		{ "HOME", u ? u->home : "/root" },
		{ "SHELL", u ? u->shell : "/bin/sh" },
		{ "USER", u ? u->name : "root" },
		{ "LOGNAME", u ? u->name : "root" },
	};

	for (size_t i = 0; i < inherited->n; i++) {
		if (par_strv_add(ret, inherited->v[i]) < 0)
			return -ENOMEM;
	}
	for (size_t i = 0; i < PAR_ARRAY_SIZE(own); i++) {
		if (environment_fix(ret, own[i].name, own[i].value, !u) < 0)
			return -ENOMEM;
	}
	if (environment_fix(ret, "PATH", u ? PATH_USER : PATH_ROOT, true) < 0 ||
	    (terminal && environment_fix(ret, "TERM", "dumb", true) < 0))
		return -ENOMEM;
	for (size_t i = 0; i < more->n; i++) {
		if (environment_put(ret, more->v[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

/*
 * Letters that no shell reads as anything but themselves; "NAME=VALUE" in front of a command is
 * what it is for a shell, "=ls" is not (zsh).
 */
static bool is_plain_word(const char *word)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789_-+./,:@=";

	return *word && *word != '=' && strspn(word, plain) == strlen(word);
}

static void put_quoted(struct par_buf *b, const char *word)
{
	par_buf_putc(b, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			par_buf_puts(b, "'\\''");
		else
			par_buf_putc(b, *word);
	}
	par_buf_putc(b, '\'');
}

char *wpar_command_line(char *const words[])
{
	auto_buf b = { 0 };

	if (!words[1])
		return strdup(words[0]);
	for (size_t i = 0; words[i]; i++) {
		if (i > 0)
			par_buf_putc(&b, ' ');
		if (is_plain_word(words[i]))
			par_buf_puts(&b, words[i]);
		else
			put_quoted(&b, words[i]);
	}
	return b.failed ? NULL : par_buf_steal(&b);
}

bool wpar_command_is_program(char *const words[])
{
	return words[1] || is_plain_word(words[0]);
}

int wpar_command_exec(const char *path, char *const argv[], const struct par_strv *env)
{
	environ = env->v;
	execvp(path, argv);
	return -errno;
}

/*
 * In the child, by plain system calls: the memory is the parent's too.  With the change of ids all
 * capabilities go, and the groups are the user's before that.  errno is 0 when it has worked.
 */
static int command_begin(struct wpar_command_start *start)
{
	const struct wpar_user *u = start->user;

	if (u && (syscall(SYS_setgroups, u->n_groups, u->groups) < 0 ||
		  syscall(SYS_setresgid, u->gid, u->gid, u->gid) < 0 ||
		  syscall(SYS_setresuid, u->uid, u->uid, u->uid) < 0))
		return -errno;
	umask(start->umask);
	if (start->directory && chdir(start->directory) < 0) {
		start->lost = errno;
		if (chdir("/") < 0)
			return -errno;
	}
	errno = 0;
	return 0;
}

/*
 * By vfork(2): posix_spawn(3) would ask for each of the 64 signals.  The child does nothing but the
 * exec, and an error of that is left in errno, which is in the memory that both have.
 */
static int spawn_once(const char *path, char *const argv[], char *const env[],
		      struct wpar_command_start *start, pid_t *ret_pid)
{
	pid_t pid;
	int r;

	errno = 0;
	/* NOLINTNEXTLINE(clang-analyzer-security.insecureAPI.vfork) */
	pid = vfork();
	if (pid == 0) {
		/* Plain system calls, and one word of the parent's. */
		/* NOLINTNEXTLINE(clang-analyzer-unix.Vfork) */
		if (command_begin(start) == 0)
			execve(path, argv, env);
		_exit(127);
	}
	r = -errno;
	if (r < 0 && pid > 0)
		waitpid(pid, NULL, 0);
	*ret_pid = pid;
	return r;
}

static int spawn_script(const char *path, char *const argv[], const struct par_strv *env,
			struct wpar_command_start *start, pid_t *ret_pid)
{
	auto_strv words = { 0 };

	if (par_strv_add(&words, "/bin/sh") < 0 || par_strv_add(&words, path) < 0)
		return -ENOMEM;
	for (size_t i = 1; argv[0] && argv[i]; i++) {
		if (par_strv_add(&words, argv[i]) < 0)
			return -ENOMEM;
	}
	return spawn_once(words.v[0], words.v, env->v, start, ret_pid);
}

int wpar_command_spawn(const char *path, char *const argv[], const struct par_strv *env,
		       struct wpar_command_start *start, pid_t *ret_pid)
{
	int r = spawn_once(path, argv, env->v, start, ret_pid);

	return r == -ENOEXEC ? spawn_script(path, argv, env, start, ret_pid) : r;
}

int wpar_command_fail(const char *what, const char *path, int r, struct par_error **err)
{
	if (r == -ENOENT || r == -ENOTDIR)
		return par_fail(err, PAR_E_NO_COMMAND, -r,
				"the %s '%s' cannot be run in the WPAR: not found", what, path);
	return par_fail(err, PAR_E_CANNOT_RUN, -r, "the %s '%s' cannot be run in the WPAR: %s",
			what, path, strerror(-r));
}

int wpar_wait_status(int pidfd, int *ret_status, struct par_error **err)
{
	siginfo_t info = { 0 };
	int r;

	do
		r = waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the end of the command was not seen");
	*ret_status = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
	return 0;
}
