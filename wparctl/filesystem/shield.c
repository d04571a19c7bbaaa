/* SPDX-License-Identifier: Apache-2.0 */
/* Who reaches a directory that a WPAR writes to: see shield.h. */
#include "wparctl/filesystem/shield.h"

#include "lpard/common/fs.h"
#include "wparctl/spec/spec.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

bool wpar_shield_folder(int folder)
{
	int fd = openat(folder, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	bool shielded = false;
	struct stat st, up;

	while (fd >= 0 && fstat(fd, &st) == 0) {
		int next = -1;

		shielded = st.st_uid == 0 && (st.st_mode & 0077) == 0;
		if (!shielded)
			next = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		close(fd);
		fd = next;
		if (fd >= 0 &&
		    (fstat(fd, &up) < 0 || (up.st_ino == st.st_ino && up.st_dev == st.st_dev))) {
			close(fd);
			fd = -1;
		}
	}
	return shielded;
}

bool wpar_shield_close_wpars(int above, const char *directory)
{
	struct stat st;

	return par_starts_with(directory, WPAR_BASE_DIR "/") &&
	       !strchr(directory + strlen(WPAR_BASE_DIR "/"), '/') && fstat(above, &st) == 0 &&
	       st.st_uid == 0 && ((st.st_mode & 0077) == 0 || fchmod(above, 0700) == 0);
}

/* A line of mountinfo. */
struct mounted {
	unsigned long long id;
	unsigned int major, minor;
	char root[PATH_MAX], point[PATH_MAX], options[256];
};

/* sscanf measures the whole text first: it gets the line alone, for there are thousands of them. */
static bool parse_mount(const char *line, struct mounted *m)
{
	char text[3 * PATH_MAX];

	snprintf(text, sizeof(text), "%.*s", (int)strcspn(line, "\n"), line);
	return sscanf(text, "%llu %*u %u:%u %4095s %4095s %255s", &m->id, &m->major, &m->minor,
		      m->root, m->point, m->options) == 6;
}

/* What lies behind the folder @above in @path; NULL when it does not lie there. */
static const char *below(const char *path, const char *above)
{
	size_t n = strcmp(above, "/") == 0 ? 0 : strlen(above);

	return strncmp(path, above, n) == 0 && (path[n] == '/' || !path[n]) ? path + n : NULL;
}

static bool has_word(const char *options, const char *word)
{
	size_t n = strlen(word);

	for (const char *o = options; *o; o += strcspn(o, ","), o += *o == ',') {
		if (strncmp(o, word, n) == 0 && (o[n] == ',' || !o[n]))
			return true;
	}
	return false;
}

/* The directory whose ways are looked at. */
struct target {
	struct mounted on;    /* the mount that it was opened on */
	char place[PATH_MAX]; /* where it lies on its device */
};

/*
 * The path by which @m leads to the target, or to a part of it; false: by none.  Mount points with
 * odd characters are escaped by the kernel: such a path is not found, and taken for open.
 */
static bool way_of(const struct target *t, const struct mounted *m, char way[PATH_MAX])
{
	const char *rest;

	if (m->major != t->on.major || m->minor != t->on.minor)
		return false;
	rest = below(t->place, m->root);
	if (!rest && !below(m->root, t->place))
		return false;
	return snprintf(way, PATH_MAX, "%s%s", strcmp(m->point, "/") == 0 && rest ? "" : m->point,
			rest ? rest : "") < PATH_MAX;
}

/* Is there a way through @m for other users?  Hidden below another mount it is none. */
static bool is_open_way(const struct mounted *m, const char *way)
{
	autofd int fd = -1, above = -1;
	struct statx st;

	if (has_word(m->options, "nosuid") && has_word(m->options, "nodev"))
		return false;
	fd = open(*way ? way : "/", O_PATH | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return strchr(way, '\\') != NULL;
	if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st) < 0)
		return true;
	if ((st.stx_mask & STATX_MNT_ID) && st.stx_mnt_id != m->id)
		return false;
	if (!S_ISDIR(st.stx_mode))
		return true;
	above = openat(fd, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return above < 0 || !wpar_shield_folder(above);
}

static int find_target(int fd, const char *mountinfo, struct target *ret)
{
	char link[64], path[PATH_MAX];
	struct statx st;
	const char *rest;
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0 || statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &st) < 0)
		return -errno;
	path[n] = '\0';
	for (const char *l = mountinfo; l && *l; l = strchr(l, '\n'), l = l ? l + 1 : NULL) {
		if (!parse_mount(l, &ret->on) || ret->on.id != st.stx_mnt_id)
			continue;
		rest = below(path, ret->on.point);
		if (!rest)
			return -EXDEV;
		n = snprintf(ret->place, sizeof(ret->place), "%s%s",
			     strcmp(ret->on.root, "/") == 0 && *rest ? "" : ret->on.root, rest);
		return n < (ssize_t)sizeof(ret->place) ? 0 : -ENAMETOOLONG;
	}
	return -ENOENT;
}

static int read_target(int fd, struct par_buf *mountinfo, struct target *ret)
{
	int r = par_fs_read("/proc/self/mountinfo", 16 << 20, mountinfo);

	return r < 0 ? r : find_target(fd, mountinfo->data, ret);
}

int wpar_shield_check(int fd, const char *what, struct par_error **err)
{
	auto_buf mountinfo = { 0 };
	struct mounted m;
	struct target t = { 0 };
	char way[PATH_MAX];
	int r = read_target(fd, &mountinfo, &t);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the mounts of '%s' cannot be read", what);
	for (const char *l = mountinfo.data; l && *l; l = strchr(l, '\n'), l = l ? l + 1 : NULL) {
		if (parse_mount(l, &m) && way_of(&t, &m, way) && is_open_way(&m, way))
			return par_fail(err, PAR_E_NOT_PERMITTED, 0,
					"The workload partition could leave set-user-id programs "
					"in %s for users of the global environment%s%s: make a "
					"folder above root's alone (chmod 700), or mount the file "
					"system with nosuid,nodev.",
					what, strcmp(way, what) == 0 ? "" : ", who reach it at ",
					strcmp(way, what) == 0 ? "" : way);
	}
	return 0;
}

void wpar_shield_ways_done(struct wpar_shield_ways *w)
{
	par_strv_done(&w->names);
	free(w->mounts);
	*w = (struct wpar_shield_ways){ 0 };
}

static int add_way(struct wpar_shield_ways *w, const char *way, uint64_t mount)
{
	uint64_t *more = reallocarray(w->mounts, w->names.n + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	w->mounts = more;
	more[w->names.n] = mount;
	return par_strv_add(&w->names, *way ? way : "/");
}

int wpar_shield_ways(int fd, struct wpar_shield_ways *ret)
{
	auto_buf mountinfo = { 0 };
	struct mounted m;
	struct target t = { 0 };
	char way[PATH_MAX];
	int r = read_target(fd, &mountinfo, &t);

	for (const char *l = mountinfo.data; r == 0 && l && *l;
	     l = strchr(l, '\n'), l = l ? l + 1 : NULL) {
		if (parse_mount(l, &m) && way_of(&t, &m, way))
			r = add_way(ret, way, m.id);
	}
	return r;
}
