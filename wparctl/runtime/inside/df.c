/* SPDX-License-Identifier: Apache-2.0 */
/*
 * df inside a WPAR.  GNU df lists one line per device, and the file systems of a WPAR are parts of
 * one; so this names them all to it (as operands it shows each).  With operands, or -a, it is the
 * system's df as it is.
 */
#include "wparctl/runtime/inside/inside.h"

#include "lpard/common/fs.h"
#include "wparctl/spec/spec.h"

#include <string.h>
#include <sys/statvfs.h>
#include <sys/wait.h>

#define REAL	   "/run/wpars/df" /* inside */
#define LPAR_REAL  "/usr/bin/df"
#define MAX_MOUNTS (WPAR_SPEC_MOUNTS_MAX + 10)

/* Options of df with a value in the next word. */
static bool takes_value(const char *arg)
{
	static const char *const longs[] = { "--block-size", "--type", "--exclude-type" };

	if (arg[0] == '-' && arg[1] != '-' && arg[1])
		return strchr("Btx", arg[strlen(arg) - 1]) != NULL &&
		       strcspn(arg, "Btx") == strlen(arg) - 1;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(longs); i++) {
		if (strcmp(arg, longs[i]) == 0)
			return true;
	}
	return false;
}

static bool names_files(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		const char *a = argv[i];

		if (strcmp(a, "--") == 0)
			return i + 1 < argc;
		if (a[0] != '-' || strcmp(a, "-") == 0)
			return true;
		if (strcmp(a, "--all") == 0 || strcmp(a, "--help") == 0 ||
		    strcmp(a, "--version") == 0 || (a[1] != '-' && strchr(a, 'a')))
			return true;
		if (takes_value(a))
			i++;
	}
	return false;
}

char **wpar_df_arguments(const char *real, int argc, char **argv, char *const *mounts)
{
	size_t n = 0, at = 0;
	char **v;

	while (mounts[n])
		n++;
	v = calloc((size_t)argc + n + 2, sizeof(*v));
	if (!v)
		return NULL;
	v[at++] = (char *)real;
	for (int i = 1; i < argc; i++)
		v[at++] = argv[i];
	if (!names_files(argc, argv)) {
		for (size_t i = 0; i < n; i++)
			v[at++] = mounts[i];
	}
	return v;
}

/* Directories on which a file system of the WPAR is mounted: what Listing 8 shows. */
static int list_mounts(struct par_strv *ret)
{
	auto_buf b = { 0 };
	int r = par_fs_read("/proc/self/mountinfo", 1 << 20, &b);
	struct wpar_mounted m;
	char *save = NULL;

	if (r < 0)
		return r;
	for (char *l = strtok_r(b.data, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
		if (!wpar_mounted_parse(l, &m) || par_starts_with(m.point, "/dev") ||
		    par_starts_with(m.point, "/run") || par_starts_with(m.point, "/sys") ||
		    access(m.point, F_OK) < 0 || ret->n >= MAX_MOUNTS)
			continue;
		if (par_strv_find(ret, m.point) < 0 && par_strv_add(ret, m.point) < 0)
			return -ENOMEM;
	}
	par_strv_sort(ret);
	return 0;
}

/*
 * A directory of a server is the WPAR's own file system, as all that it has, and so is one without
 * a source ("none") that the LPAR's root has mounted.
 */
static void hide_source(char *line)
{
	static const char name[] = "Global";
	size_t n = strcspn(line, " ");
	const char *colon = memchr(line, ':', n);
	const bool is_server = colon && colon[1] == '/';
	const bool is_none = n == strlen("none") && strncmp(line, "none", n) == 0;

	/* The column is as wide as its heading, "Filesystem", at least. */
	if ((!is_server && !is_none) || n + strspn(line + n, " ") <= strlen(name))
		return;
	memset(line, ' ', n);
	for (size_t i = 0; name[i]; i++)
		line[i] = name[i];
}

/*
 * /proc/sys is /proc's once more, read-only, and of the mounts of one device without blocks df
 * takes the last for all of them.
 */
void wpar_df_line(char *line)
{
	char *at = strstr(line, " /proc/sys");
	char *rest = at ? at + strlen(" /proc/sys") : NULL;

	hide_source(line);
	if (!at || (*rest && *rest != ' ' && *rest != '\n'))
		return;
	if (*rest == ' ')
		memset(rest - strlen("/sys"), ' ', strlen("/sys"));
	else
		memmove(rest - strlen("/sys"), rest, strlen(rest) + 1);
}

static int list_outside(struct par_strv *ret)
{
	auto_buf b = { 0 };
	int r = par_fs_read("/proc/self/mountinfo", 64 << 20, &b);

	return r < 0 ? r : wpar_df_list_outside(b.data, ret);
}

static void put_inside(char *line)
{
	wpar_df_line(line);
	fputs(line, stdout);
}

ssize_t wpar_df_point(const char *line, const struct par_strv *points)
{
	size_t end = strcspn(line, "\n"), at = end;

	while (at > 0 && line[at - 1] != ' ')
		at--;
	for (size_t i = 0; i < points->n; i++) {
		if (strlen(points->v[i]) == end - at &&
		    strncmp(line + at, points->v[i], end - at) == 0)
			return (ssize_t)at;
	}
	return -1;
}

/*
 * Runs the real one and hands its lines on; its exit status.  Outside, with @points, which are
 * mounts of one device without blocks: df takes the last for all of them, in their order.
 */
static int df_run(const char *real, char **argv, const struct par_strv *points)
{
	int fds[2], status = 0;
	autofree char *line = NULL;
	autofile FILE *f = NULL;
	size_t room = 0, next = 0;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) < 0)
		return perror("df"), 1;
	pid = fork();
	if (pid < 0)
		return perror("df: no process can be made"), 1;
	if (pid == 0) {
		dup2(fds[1], STDOUT_FILENO);
		execv(real, argv);
		fprintf(stderr, "df: %s: %m\n", real);
		_exit(1);
	}
	close(fds[1]);
	f = fdopen(fds[0], "r");
	while (f && getline(&line, &room, f) > 0) {
		ssize_t at = points && next < points->n ? wpar_df_point(line, points) : -1;

		if (at >= 0)
			printf("%.*s%s\n", (int)at, line, points->v[next++]);
		else if (points)
			fputs(line, stdout);
		else
			put_inside(line);
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (fflush(stdout) != 0)
		return 1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* Those without blocks: the /proc of each WPAR, which is the LPAR's. */
static int list_blockless(const struct par_strv *mounts, struct par_strv *ret)
{
	struct statvfs fs;

	for (size_t i = 0; i < mounts->n; i++) {
		if (statvfs(mounts->v[i], &fs) == 0 && fs.f_blocks == 0 &&
		    par_strv_add(ret, mounts->v[i]) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int df_outside(int argc, char **argv)
{
	static char *none[] = { NULL };
	auto_strv mounts = { 0 }, blockless = { 0 };
	autofree char **v = NULL;

	if (list_outside(&mounts) < 0)
		par_strv_done(&mounts);
	v = wpar_df_arguments("df", argc, argv, mounts.n ? mounts.v : none);
	if (v && !names_files(argc, argv) && list_blockless(&mounts, &blockless) == 0 &&
	    blockless.n > 1)
		return df_run(LPAR_REAL, v, &blockless);
	if (v)
		execv(LPAR_REAL, v);
	perror("df: " LPAR_REAL);
	return 1;
}

int wpar_df_main(int argc, char **argv)
{
	static char *none[] = { NULL };
	auto_strv mounts = { 0 };
	int status = 1;
	char **v;

	if (!wpar_is_inside())
		return df_outside(argc, argv);
	if (list_mounts(&mounts) < 0)
		par_strv_done(&mounts);
	v = wpar_df_arguments("df", argc, argv, mounts.n ? mounts.v : none);
	if (v)
		status = df_run(REAL, v, NULL);
	else
		perror("df");
	free(v);
	return status;
}
