/* SPDX-License-Identifier: Apache-2.0 */
/* The rows of the overlay list and which of them count: see overlay_list.h; overlay_file.c has the
 * text.
 */
#include "wparctl/versioned/overlay_list.h"

#include <string.h>

static const struct builtin {
	enum wpar_overlay_from from;
	const char *path, *reason;
} builtins[] = {
#define OWN(path, reason)     { WPAR_OVERLAY_ALWAYS, path, reason },
#define REPLACE(path, reason) { WPAR_OVERLAY_REPLACE, path, reason },
#define ADD(path, reason)     { WPAR_OVERLAY_ADD, path, reason },
#include "wparctl/versioned/overlay.def"
#undef OWN
#undef REPLACE
#undef ADD
};

static void row_done(struct wpar_overlay_row *r)
{
	free(r->path);
	free(r->program);
	free(r->os);
	free(r->level);
	free(r->reason);
}

void wpar_overlay_done(struct wpar_overlay *o)
{
	for (size_t i = 0; i < o->n; i++)
		row_done(&o->v[i]);
	free(o->v);
	*o = (struct wpar_overlay){ 0 };
}

static char *copy_or(const char *text, const char *otherwise)
{
	return strdup(text && *text ? text : otherwise);
}

int wpar_overlay_add(struct wpar_overlay *o, const struct wpar_overlay_row *row)
{
	struct wpar_overlay_row *v, copy = {
		.from = row->from,
		.remove = row->remove,
		.path = strdup(row->path),
		.program = copy_or(row->program, row->path),
		.os = copy_or(row->os, WPAR_OVERLAY_ANY),
		.level = copy_or(row->level, WPAR_OVERLAY_ANY),
		.reason = copy_or(row->reason, ""),
	};

	v = copy.path && copy.program && copy.os && copy.level && copy.reason
		    ? realloc(o->v, (o->n + 1) * sizeof(*v))
		    : NULL;
	if (!v) {
		row_done(&copy);
		return -ENOMEM;
	}
	o->v = v;
	o->v[o->n++] = copy;
	return 0;
}

int wpar_overlay_builtin(struct wpar_overlay *ret, struct par_error **err)
{
	*ret = (struct wpar_overlay){ 0 };
	for (size_t i = 0; i < PAR_ARRAY_SIZE(builtins); i++) {
		const struct builtin *b = &builtins[i];
		const struct wpar_overlay_row row = {
			.from = b->from,
			.path = (char *)b->path,
			.program =
				b->from == WPAR_OVERLAY_REPLACE ? NULL : (char *)WPAR_OVERLAY_OWN,
			.reason = (char *)b->reason,
		};

		if (wpar_overlay_add(ret, &row) < 0) {
			wpar_overlay_done(ret);
			return par_oom(err);
		}
	}
	return 0;
}

/* "/usr/bin/df" without what a system of before the merged /usr has not: "/bin/df". */
static const char *bare(const char *path)
{
	return par_starts_with(path, "/usr/bin/") || par_starts_with(path, "/usr/sbin/")
		       ? path + strlen("/usr")
		       : path;
}

bool wpar_overlay_same_path(const char *a, const char *b)
{
	return strcmp(bare(a), bare(b)) == 0;
}

char *wpar_overlay_other_place(const char *path)
{
	if (bare(path) != path)
		return strdup(bare(path));
	return par_starts_with(path, "/bin/") || par_starts_with(path, "/sbin/")
		       ? par_strdup_printf("/usr%s", path)
		       : NULL;
}

/* "10" is the level of 10 and of 10.13. */
static bool fits_level(const char *level, const char *of)
{
	const size_t n = strlen(level);

	return of && strncmp(level, of, n) == 0 && (of[n] == '\0' || of[n] == '.');
}

bool wpar_overlay_is_for(const struct wpar_overlay_row *row, const struct wpar_version *v)
{
	if (strcmp(row->os, WPAR_OVERLAY_ANY) != 0 && !par_streq(row->os, v->os_id))
		return false;
	return strcmp(row->level, WPAR_OVERLAY_ANY) == 0 || fits_level(row->level, v->os_level);
}

static bool is_same_system(const struct wpar_overlay_row *a, const struct wpar_overlay_row *b)
{
	return strcmp(a->os, b->os) == 0 && strcmp(a->level, b->level) == 0;
}

/* Does @later make @row void, in the list of all systems or in that of one? */
static bool is_overruled(const struct wpar_overlay_row *row, const struct wpar_overlay_row *later,
			 const struct wpar_version *v)
{
	if (!wpar_overlay_same_path(row->path, later->path))
		return false;
	if (v)
		return wpar_overlay_is_for(later, v);
	return is_same_system(row, later) || (strcmp(later->os, WPAR_OVERLAY_ANY) == 0 &&
					      strcmp(later->level, WPAR_OVERLAY_ANY) == 0);
}

static bool counts(const struct wpar_overlay *all, size_t i, const struct wpar_version *v)
{
	if (all->v[i].remove || (v && !wpar_overlay_is_for(&all->v[i], v)))
		return false;
	for (size_t j = i + 1; j < all->n; j++) {
		if (is_overruled(&all->v[i], &all->v[j], v))
			return false;
	}
	return true;
}

int wpar_overlay_choose(const struct wpar_overlay *all, const struct wpar_version *v,
			struct wpar_overlay *ret, struct par_error **err)
{
	*ret = (struct wpar_overlay){ 0 };
	for (size_t i = 0; i < all->n; i++) {
		if (counts(all, i, v) && wpar_overlay_add(ret, &all->v[i]) < 0) {
			wpar_overlay_done(ret);
			return par_oom(err);
		}
	}
	return 0;
}

/* Absolute, and nothing in it that is not a name. */
static bool is_plain_path(const char *path)
{
	const char *p = path;

	if (*p != '/' || strlen(path) > 1000 || !par_printable(path))
		return false;
	while (*p) {
		size_t n = strcspn(++p, "/");

		if (n == 0 || n > 255 || (n == 1 && p[0] == '.') ||
		    (n == 2 && p[0] == '.' && p[1] == '.'))
			return false;
		p += n;
	}
	return true;
}

/* Where the kernel or we mount something, or where our programs lie. */
static bool is_taken_place(const char *path)
{
	static const char *const places[] = { "/dev", "/proc",	   "/run",
					      "/sys", "/etc/init", "/usr/lib/.lpar" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(places); i++) {
		if (wpar_path_is_within(path, places[i]))
			return true;
	}
	return false;
}

/* What holds commands and libraries, or anything else: a program in its place would hide it all. */
static bool is_folder(const char *path)
{
	static const char *const folders[] = {
		"/bin",		  "/boot",	     "/home",	     "/lib",	   "/lib32",
		"/lib64",	  "/libx32",	     "/media",	     "/mnt",	   "/opt",
		"/root",	  "/sbin",	     "/srv",	     "/tmp",	   "/usr",
		"/usr/bin",	  "/usr/games",	     "/usr/include", "/usr/lib",   "/usr/lib32",
		"/usr/lib64",	  "/usr/libx32",     "/usr/libexec", "/usr/local", "/usr/local/bin",
		"/usr/local/lib", "/usr/local/sbin", "/usr/sbin",    "/usr/share", "/usr/src",
		"/var",		  "/var/lib",	     "/var/log",     "/var/tmp",
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(folders); i++) {
		if (strcmp(path, folders[i]) == 0)
			return true;
	}
	return false;
}

/* Nothing logs in without these, and no program can be one of them. */
static const char *what_else(const char *path)
{
	const char *name = strrchr(path, '/') + 1, *so = strstr(name, ".so");

	if (wpar_path_is_within(path, "/etc"))
		return "configuration of the old system";
	if (is_folder(path))
		return "a folder of each system";
	if (so && so > name && (!so[3] || so[3] == '.'))
		return "a library, which the old system's programs load";
	return NULL;
}

static const struct builtin *find_builtin(const char *path, enum wpar_overlay_from from)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(builtins); i++) {
		if (builtins[i].from == from && wpar_overlay_same_path(builtins[i].path, path))
			return &builtins[i];
	}
	return NULL;
}

/* What we are by the name of @path in a WPAR. */
static bool is_own_command(const char *path)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(builtins); i++) {
		if (builtins[i].from == WPAR_OVERLAY_ADD &&
		    strcmp(strrchr(builtins[i].path, '/'), strrchr(path, '/')) == 0)
			return true;
	}
	return false;
}

/* Programs of one name would be one in the layer (launcher.c). */
static const struct builtin *find_name(const char *path)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(builtins); i++) {
		if (builtins[i].from == WPAR_OVERLAY_REPLACE &&
		    strcmp(strrchr(builtins[i].path, '/'), strrchr(path, '/')) == 0 &&
		    !wpar_overlay_same_path(builtins[i].path, path))
			return &builtins[i];
	}
	return NULL;
}

static int check_program(const struct wpar_overlay_row *row, struct par_error **err)
{
	if (!row->program || row->remove)
		return 0;
	if (strcmp(row->program, WPAR_OVERLAY_OWN) == 0)
		return is_own_command(row->path)
			       ? 0
			       : par_fail(
					 err, PAR_E_INVALID_ARGUMENT, 0,
					 "'%s' has the name of no command that wparctl is inside a "
					 "workload partition",
					 row->path);
	if (!is_plain_path(row->program))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the program '%s' must be an absolute path without . and .., or "
				"wparctl",
				row->program);
	return 0;
}

static bool is_word(const char *text)
{
	return !text || (*text && strlen(text) <= 64 && par_printable(text) && !strchr(text, ' '));
}

int wpar_overlay_check(const struct wpar_overlay_row *row, struct par_error **err)
{
	if (!row->path || !is_plain_path(row->path))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the path '%s' must be absolute and without . and ..",
				row->path ? row->path : "");
	if (is_taken_place(row->path))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"'%s' lies where nothing of an image is replaced", row->path);
	if (!row->remove && what_else(row->path))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"'%s' is %s: only commands are replaced, by programs of this "
				"system",
				row->path, what_else(row->path));
	if (find_builtin(row->path, WPAR_OVERLAY_ALWAYS))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"'%s' is wparctl's in every versioned workload partition",
				row->path);
	if (!row->remove && find_name(row->path))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"'%s' has the name of '%s', which is in the list already",
				row->path, find_name(row->path)->path);
	if (!is_word(row->os) || !is_word(row->level))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the os and the level of '%s' must be words", row->path);
	if (row->reason && (strlen(row->reason) > 200 || !par_printable(row->reason)))
		return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
				"the reason of '%s' must be one line of ASCII of at most 200 bytes",
				row->path);
	return check_program(row, err);
}
