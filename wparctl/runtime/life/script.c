/* SPDX-License-Identifier: Apache-2.0 */
/* The script of a WPAR: see script.h. */
#include "wparctl/runtime/life/script.h"

#include "lpard/common/process.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* The file and every folder above it: who can write to one of them can run programs as root. */
static int check_writers(const char *path, struct par_error **err)
{
	autofree char *part = realpath(path, NULL);
	char *slash;

	if (!part)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "-u %s: there is no such file", path);
	for (;;) {
		struct stat st;

		if (stat(*part ? part : "/", &st) < 0)
			return par_fail(err, PAR_E_SYSTEM, errno, "-u %s: '%s' cannot be looked at",
					path, part);
		/* A folder as /tmp lets nobody replace what is root's. */
		if (st.st_uid != 0 ||
		    ((st.st_mode & 022) && !(S_ISDIR(st.st_mode) && (st.st_mode & S_ISVTX))))
			return par_fail(err, PAR_E_NOT_PERMITTED, 0,
					"-u %s: others than root can change %s", path,
					*part ? part : "/");
		if (!*part)
			return 0;
		slash = strrchr(part, '/');
		*slash = '\0';
	}
}

int wpar_script_check(const struct wpar_spec *s, struct par_error **err)
{
	struct stat st;

	if (!s->script)
		return 0;
	if (stat(s->script, &st) < 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "-u %s: there is no such file", s->script);
	if (!S_ISREG(st.st_mode) || !(st.st_mode & S_IXUSR))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-u %s: it is not an executable file", s->script);
	return check_writers(s->script, err);
}

static int wait_for(pid_t pid, int *ret_status)
{
	int status;

	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	*ret_status = par_exit_status(status);
	return 0;
}

int wpar_script_run(const struct wpar_spec *s, const char *word, struct par_error **err)
{
	char *const argv[] = { s->script, (char *)word, s->name, NULL };
	char *const envp[] = {
		(char *)"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		(char *)"HOME=/", NULL
	};
	const struct par_spawn spawn = { .path = s->script,
					 .argv = argv,
					 .envp = envp,
					 .cwd = "/",
					 .fds = { -1, STDERR_FILENO, STDERR_FILENO },
					 .same_session = true };
	int r, status = 0;
	pid_t pid;

	if (!s->script)
		return 0;
	r = wpar_script_check(s, err);
	if (r < 0)
		return r;
	r = par_spawn(&spawn, &pid, err);
	if (r < 0) {
		par_error_wrap(err, "the script of workload partition %s", s->name);
		return r;
	}
	r = wait_for(pid, &status);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the script %s cannot be waited for",
				s->script);
	if (status != 0)
		return par_fail(err, PAR_E_SYSTEM, 0, "%s %s %s ended with status %d", s->script,
				word, s->name, status);
	return 0;
}
