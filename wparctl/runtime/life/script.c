/* SPDX-License-Identifier: Apache-2.0 */
/* The script of a WPAR: see script.h. */
#include "wparctl/runtime/life/script.h"

#include "lpard/common/process.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* A script, and the flag that names it. */
struct script {
	const struct wpar_spec *spec;
	const char *path;
	char flag;
};

/* The folder above the last name of @path, in place: "" is /.  False: there is none any more. */
static bool go_up(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash)
		return false;
	*slash = '\0';
	return true;
}

/* The file and every folder above it: who can write to one of them can run programs as root. */
static int check_owners(const struct script *c, const char *real, struct par_error **err)
{
	autofree char *part = strdup(real);

	if (!part)
		return par_oom(err);
	do {
		struct stat st;

		if (stat(*part ? part : "/", &st) < 0)
			return par_fail(err, PAR_E_SYSTEM, errno,
					"-%c %s: '%s' cannot be looked at", c->flag, c->path, part);
		/* A folder as /tmp lets nobody replace what is root's. */
		if (st.st_uid != 0 ||
		    ((st.st_mode & 022) && !(S_ISDIR(st.st_mode) && (st.st_mode & S_ISVTX))))
			return par_fail(err, PAR_E_NOT_PERMITTED, 0,
					"-%c %s: others than root can change %s", c->flag, c->path,
					*part ? part : "/");
	} while (go_up(part));
	return 0;
}

/* Does the file lie in the folder @top, by whatever path?  Returns 1, 0, or -ENOMEM. */
static int is_in(const char *real, const char *top)
{
	autofree char *part = strdup(real);
	struct stat want, st;

	if (!part || !top)
		return -ENOMEM;
	if (stat(top, &want) < 0)
		return 0;
	while (go_up(part)) {
		if (stat(*part ? part : "/", &st) == 0 && st.st_dev == want.st_dev &&
		    st.st_ino == want.st_ino)
			return 1;
	}
	return 0;
}

/* Can @w write to the file? */
static int is_written_by(const char *real, const struct wpar_spec *w)
{
	autofree char *base = wpar_path("%s", w->directory ? w->directory : "/");
	int r = w->type == WPAR_SYSTEM ? is_in(real, base) : 0;

	for (size_t i = 0; r == 0 && i < w->n_mounts; i++) {
		const struct wpar_mount *m = &w->mounts[i];

		if (par_streq(m->vfs, "namefs") && m->device &&
		    !wpar_mount_has_option(m->options, "ro"))
			r = is_in(real, m->device);
	}
	return r;
}

static int check_one(const struct script *c, const char *real, const struct wpar_spec *w,
		     struct par_error **err)
{
	int r = is_written_by(real, w);

	if (r < 0)
		return par_oom(err);
	return r == 0 ? 0
		      : par_fail(err, PAR_E_NOT_PERMITTED, 0,
				 "-%c %s: workload partition %s can change it; keep it where none "
				 "can",
				 c->flag, c->path, w->name);
}

/* What a WPAR's root writes belongs to root on the disk: owner and mode say nothing of it. */
static int check_wpars(const struct script *c, const char *real, struct par_error **err)
{
	auto_strv names = { 0 };
	int r = check_one(c, real, c->spec, err);

	if (r < 0)
		return r;
	r = wpar_spec_list(&names, err);
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		auto_spec w = { 0 };
		auto_error why = NULL;

		if (wpar_spec_load(names.v[i], &w, &why) == 0) {
			r = check_one(c, real, &w, err);
		} else if (why && why->id != PAR_E_NOT_FOUND) { /* else: just removed */
			par_error_move(err, &why);
			return -EINVAL;
		}
	}
	return r;
}

static int check_writers(const struct script *c, struct par_error **err)
{
	autofree char *real = realpath(c->path, NULL);
	int r;

	if (!real)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "-%c %s: there is no such file", c->flag,
				c->path);
	r = check_owners(c, real, err);
	return r < 0 ? r : check_wpars(c, real, err);
}

static int check_script(const struct script *c, struct par_error **err)
{
	struct stat st;

	if (stat(c->path, &st) < 0)
		return par_fail(err, PAR_E_NOT_FOUND, 0, "-%c %s: there is no such file", c->flag,
				c->path);
	if (!S_ISREG(st.st_mode) || !(st.st_mode & S_IXUSR))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"-%c %s: it is not an executable file", c->flag, c->path);
	return check_writers(c, err);
}

int wpar_script_check(const struct wpar_spec *s, struct par_error **err)
{
	const struct script c = { .spec = s, .path = s->script, .flag = 'u' };

	return c.path ? check_script(&c, err) : 0;
}

int wpar_script_check_made(const struct wpar_spec *s, const char *path, struct par_error **err)
{
	const struct script c = { .spec = s, .path = path, .flag = 'k' };

	if (*path != '/')
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0, "-k %s: it is no absolute path",
				path);
	return check_script(&c, err);
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

static int run_script(const struct script *c, const char *word, struct par_error **err)
{
	char *const argv[] = { (char *)c->path, (char *)word, c->spec->name, NULL };
	char *const envp[] = {
		(char *)"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		(char *)"HOME=/", NULL
	};
	const struct par_spawn spawn = { .path = c->path,
					 .argv = argv,
					 .envp = envp,
					 .cwd = "/",
					 .fds = { -1, STDERR_FILENO, STDERR_FILENO },
					 .same_session = true };
	int r, status = 0;
	pid_t pid;

	r = check_script(c, err);
	if (r < 0)
		return r;
	r = par_spawn(&spawn, &pid, err);
	if (r < 0) {
		par_error_wrap(err, "the script of workload partition %s", c->spec->name);
		return r;
	}
	r = wait_for(pid, &status);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the script %s cannot be waited for",
				c->path);
	if (status != 0)
		return par_fail(err, PAR_E_SYSTEM, 0, "%s %s %s ended with status %d", c->path,
				word, c->spec->name, status);
	return 0;
}

int wpar_script_run(const struct wpar_spec *s, const char *word, struct par_error **err)
{
	const struct script c = { .spec = s, .path = s->script, .flag = 'u' };

	return c.path ? run_script(&c, word, err) : 0;
}

int wpar_script_run_made(const struct wpar_spec *s, const char *path, struct par_error **err)
{
	const struct script c = { .spec = s, .path = path, .flag = 'k' };

	return run_script(&c, "made", err);
}
