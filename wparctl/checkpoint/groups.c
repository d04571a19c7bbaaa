/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Control groups over a checkpoint: see groups.h.  Paths come from a checkpoint, so each name is
 * opened in the folder above, and nothing is followed.
 */
#include "wparctl/checkpoint/groups.h"

#include "lpard/common/fs.h"
#include "lpard/common/hex.h"
#include "wparctl/resources/cgroup_below.h"
#include "wparctl/resources/cgroup_members.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define VALUE_MOST 256
#define DEPTH_MOST 24
#define NAMES_MOST 4096				  /* bytes of a group's attributes' names */
#define RESTORED   WPAR_BELOW_INSIDE "/.restored" /* where all are until they are in their own */
#define OWNER	   "cgroup.controllers"		  /* a file that is never given to anybody */

/* What a group's root may be given: to make groups and to move processes. */
static const char *const given[] = { "cgroup.procs", "cgroup.threads", "cgroup.subtree_control" };

struct reading {
	struct wpar_ckpt_groups *groups;
	uint32_t idbase, idrange;
	struct par_buf path;
};

static uint32_t inside_of(uint32_t id, const struct reading *r)
{
	return id >= r->idbase && id - r->idbase < r->idrange ? id - r->idbase : 0;
}

/* One line, without its end; false: there is none, or it is longer. */
static bool read_value(int group, const char *file, char ret[VALUE_MOST])
{
	autofd int fd = openat(group, file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = fd < 0 ? -1 : read(fd, ret, VALUE_MOST - 1);

	if (n < 0)
		return false;
	ret[n] = '\0';
	if (n > 0 && ret[n - 1] == '\n')
		ret[n - 1] = '\0';
	return !strchr(ret, '\n') && par_printable(ret);
}

static int add_setting(struct wpar_ckpt_group *g, const char *name, const char *value)
{
	autofree char *text = par_strdup_printf("%s=%s", name, value);

	return text ? par_strv_add(&g->settings, text) : -ENOMEM;
}

static int read_settings(int group, struct wpar_ckpt_group *g)
{
	const char *file;

	for (size_t i = 0; (file = wpar_ckpt_setting(i)); i++) {
		char value[VALUE_MOST];

		if (read_value(group, file, value) && add_setting(g, file, value) < 0)
			return -ENOMEM;
	}
	return 0;
}

/* What its root has written down at it, such as which start of a service it is of. */
static int read_attributes(int group, struct wpar_ckpt_group *g)
{
	char names[NAMES_MOST];
	ssize_t len = flistxattr(group, names, sizeof(names));

	for (const char *name = names; len > 0 && name < names + len; name += strlen(name) + 1) {
		char value[VALUE_MOST / 2];
		ssize_t n = fgetxattr(group, name, value, sizeof(value));
		auto_buf text = { 0 };

		if (n < 0 || !par_printable(name) || strchr(name, '=') ||
		    !wpar_ckpt_setting_is_known(name, strlen(name)))
			continue;
		par_buf_puts(&text, "");
		par_hex_put(&text, value, (size_t)n);
		if (text.failed || add_setting(g, name, text.data) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int read_group(struct reading *r, int group, struct par_error **err)
{
	struct wpar_ckpt_group *g = wpar_ckpt_groups_add(r->groups, r->path.data);
	char type[VALUE_MOST];
	struct stat st, own;

	if (!g)
		return par_oom(err);
	if (r->groups->n > WPAR_CKPT_GROUPS_MOST)
		return par_fail(err, PAR_E_TOO_LARGE, 0, "it has more than %d control groups",
				WPAR_CKPT_GROUPS_MOST);
	if (read_value(group, "cgroup.type", type) && strstr(type, "threaded"))
		return par_fail(err, PAR_E_NOT_SUPPORTED, 0,
				"the control group '%s' is one of threads, which would not come "
				"along; end who has made it",
				r->path.data);
	if (fstat(group, &st) < 0 || fstatat(group, OWNER, &own, AT_SYMLINK_NOFOLLOW) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the control group '%s' cannot be read",
				r->path.data);
	g->uid = inside_of(own.st_uid, r);
	g->gid = inside_of(own.st_gid, r);
	g->given_uid = inside_of(st.st_uid, r);
	g->given_gid = inside_of(st.st_gid, r);
	if (read_settings(group, g) < 0 || read_attributes(group, g) < 0)
		return par_oom(err);
	return 0;
}

static int read_below(struct reading *r, int group, int depth, struct par_error **err);

static int read_with_below(struct reading *r, int group, int depth, struct par_error **err)
{
	int result = read_group(r, group, err);

	return result < 0 ? result : read_below(r, group, depth, err);
}

static int read_one(struct reading *r, int above, const char *name, int depth,
		    struct par_error **err)
{
	autofd int fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	const size_t len = r->path.len;
	int result;

	if (fd < 0 || depth == 0)
		return par_fail(err, PAR_E_SYSTEM, depth ? errno : E2BIG,
				"the control group '%s' cannot be read", name);
	par_buf_printf(&r->path, "%s%s", len ? "/" : "", name);
	if (r->path.failed)
		return par_oom(err);
	result = read_with_below(r, fd, depth - 1, err);
	r->path.len = len;
	r->path.data[len] = '\0';
	return result;
}

static int read_below(struct reading *r, int group, int depth, struct par_error **err)
{
	int copy = openat(group, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), result = 0;
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;

	if (!dir) {
		if (copy >= 0)
			close(copy);
		return par_fail(err, PAR_E_SYSTEM, errno, "a control group cannot be read");
	}
	while (result == 0 && (e = readdir(dir))) {
		if (e->d_type == DT_DIR && strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0)
			result = read_one(r, dirfd(dir), e->d_name, depth, err);
	}
	closedir(dir);
	return result;
}

/* "NSpid:\t4711\t14": the last one is its number inside; 0: it has ended */
static uint32_t number_inside(pid_t pid)
{
	char path[64];
	auto_buf status = { 0 };
	const char *line, *last;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if (par_fs_read(path, 1 << 16, &status) < 0 || !status.data)
		return 0;
	line = strstr(status.data, "\nNSpid:");
	if (!line)
		return 0;
	line++;
	last = memrchr(line, '\t', strcspn(line, "\n"));
	return last ? (uint32_t)strtoul(last + 1, NULL, 10) : 0;
}

static struct wpar_ckpt_group *find(struct wpar_ckpt_groups *g, const char *path)
{
	for (size_t i = 0; i < g->n; i++) {
		if (strcmp(g->v[i].path, path) == 0)
			return &g->v[i];
	}
	return NULL;
}

static int note_member(pid_t pid, const char *path, void *user)
{
	struct wpar_ckpt_group *g = find(user, path);
	const uint32_t number = number_inside(pid);

	return g && number ? wpar_ckpt_group_add_process(g, number) : 0;
}

int wpar_groups_read(int cgroup, uint32_t idbase, uint32_t idrange, struct wpar_ckpt_groups *ret,
		     struct par_error **err)
{
	struct reading r = { .groups = ret, .idbase = idbase, .idrange = idrange };
	int result;

	if (!wpar_below_is(cgroup))
		return 0;
	if (par_buf_puts(&r.path, "") < 0)
		return par_oom(err);
	result = read_below(&r, cgroup, DEPTH_MOST, err);
	par_buf_done(&r.path);
	if (result < 0)
		return result;
	result = wpar_cgroup_members(cgroup, note_member, ret);
	return result < 0 ? par_fail(err, PAR_E_SYSTEM, result,
				     "who is in which control group cannot be read")
			  : 0;
}

/* The group @path, a name at a time; its last name is made when @make. */
static int open_group(int cgroup, const char *path, bool make)
{
	autofd int at = openat(cgroup, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	autofree char *copy = strdup(path);
	char *save = NULL;

	if (!copy)
		return -ENOMEM;
	for (char *name = strtok_r(copy, "/", &save); name && at >= 0;) {
		char *next = strtok_r(NULL, "/", &save);
		int fd;

		if (make && !next && mkdirat(at, name, 0755) < 0 && errno != EEXIST)
			return -errno;
		fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		if (fd < 0)
			return -errno;
		close(at);
		at = fd;
		name = next;
	}
	return at < 0 ? -errno : take_fd(&at);
}

/* All of its files belong to who has made it. */
static int give_files(int group, uid_t uid, gid_t gid)
{
	int copy = openat(group, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;

	if (!dir) {
		r = -errno;
		if (copy >= 0)
			close(copy);
		return r;
	}
	while (r == 0 && (e = readdir(dir))) {
		if (e->d_type == DT_REG &&
		    fchownat(group, e->d_name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
			r = -errno;
	}
	closedir(dir);
	return r;
}

/* As if it had been made by who has made it, and given to whom it was given. */
static int give(int group, uint32_t idbase, const struct wpar_ckpt_group *g)
{
	const uid_t uid = idbase + g->given_uid;
	const gid_t gid = idbase + g->given_gid;
	int r = give_files(group, idbase + g->uid, idbase + g->gid);

	if (r < 0)
		return r;
	if (fchown(group, uid, gid) < 0)
		return -errno;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(given); i++) {
		if (fchownat(group, given[i], uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
			return -errno;
	}
	return 0;
}

/* Ours have their owners, and what is set there is not the WPAR's to set. */
static bool is_ours(const struct wpar_ckpt_group *g)
{
	return !strchr(g->path, '/');
}

static int make_restored(int cgroup, const struct wpar_ckpt_groups *groups, struct par_error **err)
{
	autofd int fd = groups->n ? open_group(cgroup, RESTORED, true) : -1;

	return groups->n && fd < 0 ? par_fail(err, PAR_E_SYSTEM, fd,
					      "the control group '%s' cannot be made", RESTORED)
				   : 0;
}

int wpar_groups_make(int cgroup, uint32_t idbase, uint32_t idrange,
		     const struct wpar_ckpt_groups *groups, struct par_error **err)
{
	for (size_t i = 0; i < groups->n; i++) {
		const struct wpar_ckpt_group *g = &groups->v[i];
		autofd int fd = -1;
		int r;

		if (is_ours(g))
			continue;
		if (g->uid >= idrange || g->gid >= idrange || g->given_uid >= idrange ||
		    g->given_gid >= idrange)
			return par_fail(err, PAR_E_NOT_PERMITTED, 0,
					"the control group '%s' belongs to ids of others", g->path);
		fd = open_group(cgroup, g->path, true);
		r = fd < 0 ? fd : give(fd, idbase, g);
		if (r < 0)
			return par_fail(err, PAR_E_SYSTEM, r,
					"the control group '%s' cannot be made", g->path);
	}
	return make_restored(cgroup, groups, err);
}

struct filling {
	int cgroup;
	const struct wpar_ckpt_groups *groups;
};

static int move_member(pid_t pid, const char *path, void *user)
{
	const struct filling *f = user;
	const struct wpar_ckpt_group *g = wpar_ckpt_groups_of(f->groups, number_inside(pid));
	autofd int to = -1;
	char word[24];
	int r;

	if (!g || strcmp(g->path, path) == 0)
		return 0;
	to = open_group(f->cgroup, g->path, false);
	snprintf(word, sizeof(word), "%d", (int)pid);
	r = to < 0 ? to : par_fs_write_str(to, "cgroup.procs", word);
	return r == -ESRCH ? 0 : r;
}

/* "memory pids" becomes "+memory +pids". */
static int set_controllers(int group, const char *names)
{
	auto_buf text = { 0 };

	for (const char *name = names; *name;) {
		const size_t len = strcspn(name, " ");

		par_buf_printf(&text, "%s+%.*s", text.len ? " " : "", (int)len, name);
		name += len + strspn(name + len, " ");
	}
	if (text.failed)
		return -ENOMEM;
	return text.len ? par_fs_write_str(group, WPAR_CKPT_CONTROLLERS, text.data) : 0;
}

static int give_controllers(int cgroup, const struct wpar_ckpt_group *g)
{
	static const char key[] = WPAR_CKPT_CONTROLLERS "=";
	autofd int fd = open_group(cgroup, g->path, false);

	if (fd < 0)
		return fd;
	for (size_t i = 0; i < g->settings.n; i++) {
		const char *s = g->settings.v[i];
		int r = par_starts_with(s, key) ? set_controllers(fd, s + strlen(key)) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

int wpar_groups_enter(int cgroup, const struct wpar_ckpt_groups *groups)
{
	autofd int fd = groups->n ? open_group(cgroup, RESTORED, false) : -1;
	int r;

	if (groups->n == 0)
		return 0;
	r = fd < 0 ? fd : par_fs_write_str(fd, "cgroup.procs", "0");
	for (size_t i = 0; r == 0 && i < groups->n; i++) {
		if (strcmp(groups->v[i].path, WPAR_BELOW_LOGIN) != 0)
			r = give_controllers(cgroup, &groups->v[i]);
	}
	return r;
}

static int set_attribute(int group, const char *name, const char *hex)
{
	char value[VALUE_MOST];
	size_t n = 0;

	for (; hex[2 * n] && n < sizeof(value); n++)
		value[n] = (char)par_hex_byte(hex + 2 * n);
	return fsetxattr(group, name, value, n, 0) < 0 ? -errno : 0;
}

/* A file that says so already is left alone: not every value that is read can be written. */
static int set_one(int group, const char *setting)
{
	const size_t len = strcspn(setting, "=");
	autofree char *name = strndup(setting, len);
	const char *value = setting + len + 1;
	char now[VALUE_MOST];

	if (!name)
		return -ENOMEM;
	if (strchr(name, '.') && par_starts_with(name, "user."))
		return set_attribute(group, name, value);
	if (read_value(group, name, now) && strcmp(now, value) == 0)
		return 0;
	if (strcmp(name, WPAR_CKPT_CONTROLLERS) == 0)
		return set_controllers(group, value);
	return par_fs_write_str(group, name, value);
}

static int set_all(int cgroup, const struct wpar_ckpt_group *g, struct par_error **err)
{
	autofd int fd = open_group(cgroup, g->path, false);

	if (fd < 0)
		return par_fail(err, PAR_E_SYSTEM, fd, "the control group '%s' cannot be opened",
				g->path);
	for (size_t i = 0; i < g->settings.n; i++) {
		const char *s = g->settings.v[i];
		int r = is_ours(g) && !par_starts_with(s, WPAR_CKPT_CONTROLLERS) ? 0
										 : set_one(fd, s);

		if (r < 0)
			return par_fail(err, PAR_E_SYSTEM, r,
					"'%s' of the control group '%s' cannot be set", s, g->path);
	}
	return 0;
}

/* Who is left there is in no group of the checkpoint, and is one of those that end. */
static void remove_restored(int cgroup)
{
	unlinkat(cgroup, RESTORED, AT_REMOVEDIR); /* ignoring: it goes with the WPAR */
}

int wpar_groups_fill(int cgroup, const struct wpar_ckpt_groups *groups, struct par_error **err)
{
	struct filling f = { .cgroup = cgroup, .groups = groups };
	int r = groups->n ? wpar_cgroup_members(cgroup, move_member, &f) : 0;

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r,
				"the processes cannot be put into their control groups");
	remove_restored(cgroup);
	for (size_t i = 0; i < groups->n; i++) {
		if (strcmp(groups->v[i].path, WPAR_BELOW_LOGIN) == 0)
			continue;
		r = set_all(cgroup, &groups->v[i], err);
		if (r < 0)
			return r;
	}
	return 0;
}
