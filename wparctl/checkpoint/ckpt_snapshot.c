/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What runs in a WPAR: see ckpt_snapshot.h.  What processes say of themselves is only shown; what
 * is decided by, the kernel says.
 */
#include "wparctl/checkpoint/ckpt_snapshot.h"

#include "lpard/common/fs.h"
#include "wparctl/resources/cgroup_members.h"
#include "wparctl/runtime/launch/build_id.h"
#include "wparctl/runtime/launch/own_groups.h"
#include "wparctl/checkpoint/criu_plan.h"
#include "wparctl/checkpoint/pressure.h"
#include "wparctl/checkpoint/watches.h"

#include <dirent.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#define TEXT_MOST (16 << 20)

#ifndef MQUEUE_MAGIC
#define MQUEUE_MAGIC 0x19800202
#endif

struct seen {
	struct wpar_ckpt_snapshot *snapshot;
	struct wpar_ckpt_manifest *manifest;
	struct par_strv mapped; /* already seen, sorted by nobody: there are some dozens */
	struct wpar_watches watches;
	dev_t overlay;	 /* the device of its root directory, if that is an overlay; 0 */
	dev_t terminals; /* its own /dev/pts; 0: it has none */
	char time[64];	 /* what PID 1's time namespace is called */
};

static int open_process(pid_t pid)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

/* "time:[4026532136]"; "": it does not say */
static void read_time(int dir, char ret[64])
{
	ssize_t n = readlinkat(dir, "ns/time", ret, 63);

	ret[n > 0 ? n : 0] = '\0';
}

static int read_at(int dir, const char *name, struct par_buf *ret)
{
	autofd int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : par_fs_read_fd(fd, TEXT_MOST, ret);
}

static long status_number(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? strtol(at + strlen(key), NULL, 10) : 0;
}

static void status_name(const char *text, char ret[33])
{
	const char *at = strstr(text, "Name:\t");
	size_t n = at ? strcspn(at + 6, "\n") : 0;

	n = n < 32 ? n : 32;
	memcpy(ret, at ? at + 6 : "", n);
	ret[n] = '\0';
	for (size_t i = 0; i < n; i++) {
		if (ret[i] < 0x20 || ret[i] > 0x7e)
			ret[i] = '?';
	}
}

/* Of descriptors whose name says what they are: those that criu has no image for. */
static const struct {
	const char *link, *what;
} kinds[] = {
	{ "anon_inode:[io_uring]", "a ring of io_uring" },
	{ "anon_inode:[userfaultfd]", "a descriptor of userfaultfd" },
	{ "anon_inode:[perf_event]", "a performance counter" },
	{ "anon_inode:bpf-map", "a map of BPF" },
	{ "anon_inode:bpf-prog", "a program of BPF" },
	{ "anon_inode:[landlock-ruleset]", "a set of rules of Landlock" },
	{ "anon_inode:seccomp notify", "a listener of seccomp" },
};

static int add_open(struct seen *s, pid_t pid, const char *what, const char *name,
		    const char *remedy)
{
	struct wpar_ckpt_open o = { .pid = pid, .remedy = remedy };

	snprintf(o.what, sizeof(o.what), "%s%.48s", what, name);
	for (char *c = o.what; *c; c++) {
		if (*c < 0x20 || *c > 0x7e)
			*c = '?';
	}
	return wpar_ckpt_add_open(s->snapshot, &o);
}

/* Of a versioned WPAR: criu can open nothing there by its number. */
static int see_watches(struct seen *s, pid_t pid, int fds, const char *number)
{
	char path[64];
	auto_buf text = { 0 };

	snprintf(path, sizeof(path), "../fdinfo/%.20s", number);
	if (s->overlay == 0 || read_at(fds, path, &text) < 0 || !text.data)
		return 0;
	return wpar_watches_read(&s->watches, pid, text.data, s->overlay);
}

static int see_pressure(struct seen *s, pid_t pid, int fds, const char *link)
{
	autofd int process = openat(fds, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char limit[WPAR_PRESSURE_TEXT];

	if (process < 0 || wpar_pressure_limit(process, limit))
		return 0;
	return add_open(
		s, pid, "a watch on pressure, ", link,
		"its limit, which the kernel does not tell, would be lost; end the process");
}

static bool is_terminal(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && major(st->st_rdev) >= 136 && major(st->st_rdev) <= 143;
}

static int see_descriptor(struct seen *s, pid_t pid, int fds, const char *number)
{
	char link[128];
	struct statfs fs;
	struct stat st;
	ssize_t n = readlinkat(fds, number, link, sizeof(link) - 1);

	if (n < 0)
		return 0;
	link[n] = '\0';
	for (size_t i = 0; i < PAR_ARRAY_SIZE(kinds); i++) {
		if (strcmp(link, kinds[i].link) == 0)
			return add_open(s, pid, kinds[i].what, "",
					"criu cannot restore that; end the process");
	}
	if (strcmp(link, "anon_inode:inotify") == 0)
		return see_watches(s, pid, fds, number);
	if (wpar_pressure_is(fds, number))
		return see_pressure(s, pid, fds, link);
	if (fstatat(fds, number, &st, 0) < 0)
		return 0;
	if (is_terminal(&st) && st.st_dev != s->terminals)
		return add_open(
			s, pid, "a terminal of the LPAR, ", link,
			"it was left by a clogin session; end the process, or start it with "
			"its input and output elsewhere");
	if (S_ISREG(st.st_mode)) {
		autofd int fd = openat(fds, number, O_PATH | O_CLOEXEC);

		if (fd >= 0 && fstatfs(fd, &fs) == 0 && fs.f_type == MQUEUE_MAGIC)
			return add_open(s, pid, "the POSIX message queue ", link,
					"criu cannot restore those; end the process");
	}
	return 0;
}

static int see_descriptors(struct seen *s, pid_t pid, int dir)
{
	int fds = openat(dir, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = fds < 0 ? NULL : fdopendir(fds);
	struct dirent *e;
	int r = 0;

	if (!d) {
		if (fds >= 0)
			close(fds);
		return 0; /* it has ended */
	}
	while (r == 0 && (e = readdir(d))) {
		if (e->d_name[0] != '.')
			r = see_descriptor(s, pid, fds, e->d_name);
	}
	closedir(d);
	return r;
}

/* One that was removed is dumped with its content; but nothing can be put back where all is ro. */
static bool is_replaced(int fd, const struct stat *st)
{
	struct statvfs fs;

	return st->st_nlink == 0 && fstatvfs(fd, &fs) == 0 && fs.f_flag & ST_RDONLY;
}

/* A program or library as it is mapped: by the link of its mapping, not by a name. */
static int add_mapped(struct seen *s, pid_t pid, int dir, const char *range, const char *path)
{
	char link[96], id[WPAR_BUILD_ID_SIZE];
	autofd int fd = -1;
	struct stat st;
	bool has_id;

	if (par_strv_find(&s->mapped, path) >= 0)
		return 0;
	snprintf(link, sizeof(link), "map_files/%.64s", range);
	fd = openat(dir, link, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return 0;
	if (par_strv_add(&s->mapped, path) < 0)
		return -ENOMEM;
	if (is_replaced(fd, &st))
		return add_open(s, pid, "mapped a file that was replaced in the LPAR since, ", path,
				"stop and start the workload partition, or that process of it");
	if (st.st_nlink == 0)
		return 0;
	has_id = wpar_build_id_read(fd, id);
	return wpar_ckpt_add_mapped(s->manifest, path, (uint64_t)st.st_size, has_id ? id : NULL);
}

/* "7fff84a00000-7fff84a30000 r-xp 00000000 fe:00 1234   /usr/lib/libc.so.6" */
static int see_map(struct seen *s, pid_t pid, int dir, char *line)
{
	char range[64], rights[8];
	uint64_t begin, end;
	int at = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %7s %*s %*s %*s %n", &begin, &end, rights, &at) <
		    3 ||
	    at == 0 || rights[2] != 'x' || line[at] != '/' || !par_printable(line + at))
		return 0;
	snprintf(range, sizeof(range), "%" PRIx64 "-%" PRIx64, begin, end);
	return add_mapped(s, pid, dir, range, line + at);
}

static int see_maps(struct seen *s, pid_t pid, int dir)
{
	auto_buf maps = { 0 };
	char *save = NULL;
	int r = 0;

	if (!s->manifest || read_at(dir, "maps", &maps) < 0 || !maps.data)
		return 0;
	for (char *line = strtok_r(maps.data, "\n", &save); line && r == 0;
	     line = strtok_r(NULL, "\n", &save))
		r = see_map(s, pid, dir, line);
	return r;
}

static int see_process(struct seen *s, pid_t pid)
{
	struct wpar_ckpt_process p = { .pid = pid };
	autofd int dir = open_process(pid);
	auto_buf status = { 0 };
	char time[64];
	int r;

	if (dir < 0 || read_at(dir, "status", &status) < 0 || !status.data)
		return 0;
	p.parent = (pid_t)status_number(status.data, "\nPPid:");
	p.tracer = (pid_t)status_number(status.data, "\nTracerPid:");
	status_name(status.data, p.command);
	read_time(dir, time);
	p.other_time = *time && *s->time && strcmp(time, s->time) != 0;
	if (wpar_ckpt_add_process(s->snapshot, &p) < 0)
		return -ENOMEM;
	r = see_descriptors(s, pid, dir);
	return r < 0 ? r : see_maps(s, pid, dir);
}

static int see_member(pid_t pid, const char *group, void *user)
{
	(void)group;
	return see_process(user, pid);
}

static int see_processes(struct seen *s, int cgroup, struct par_error **err)
{
	int r = wpar_cgroup_members(cgroup, see_member, s);

	if (r == -ENOMEM)
		return par_oom(err);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r,
				"the processes of the workload partition cannot be listed")
		     : 0;
}

/* mountinfo writes blanks and the like as three octal digits. */
static void decode(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' &&
		    s[3] >= '0' && s[3] <= '7') {
			*to++ = (char)((s[1] - '0') * 64 + (s[2] - '0') * 8 + (s[3] - '0'));
			s += 3;
		} else {
			*to++ = *s;
		}
	}
	*to = '\0';
}

static const struct wpar_mount_op *planned(const struct wpar_mount_plan *plan, const char *target)
{
	for (size_t i = 0; i < plan->n_ops; i++) {
		if (strcmp(plan->ops[i].target, target) == 0 &&
		    plan->ops[i].kind != WPAR_OP_FOLDER && plan->ops[i].kind != WPAR_OP_LINK &&
		    plan->ops[i].kind != WPAR_OP_FIFO)
			return &plan->ops[i];
	}
	return NULL;
}

/* The kernel's word for what has no name any more. */
static bool is_gone(const char *root)
{
	static const char word[] = "//deleted";
	const size_t len = strlen(root), n = strlen(word);

	return len >= n && strcmp(root + len - n, word) == 0;
}

static int see_mount(struct wpar_ckpt_snapshot *s, const struct wpar_mount_plan *plan, char *line)
{
	char root[4096], target[4096], fstype[64], text[4200];
	const char *dash = strstr(line, " - ");
	const struct wpar_mount_op *op;

	if (!dash || sscanf(line, "%*s %*s %*s %4095s %4095s", root, target) != 2 ||
	    sscanf(dash, " - %63s", fstype) != 1)
		return 0;
	decode(target);
	op = planned(plan, target);
	if (op && wpar_criu_is_external(op)) {
		if (is_gone(root) && par_strv_add(&s->gone, target) < 0)
			return -ENOMEM;
		return par_strv_add(&s->externals, target);
	}
	if (strcmp(target, WPAR_OWN_GROUPS) == 0 && strcmp(fstype, "cgroup2") == 0)
		return par_strv_add(&s->externals, target);
	if (op || wpar_own_groups_is_mount(target))
		return 0;
	snprintf(text, sizeof(text), "%s (%s)", target, fstype);
	return par_strv_add(&s->strangers, text);
}

static int see_mounts(struct wpar_ckpt_snapshot *s, int dir, const struct wpar_mount_plan *plan,
		      struct par_error **err)
{
	auto_buf text = { 0 };
	char *save = NULL;
	int r = read_at(dir, "mountinfo", &text);

	if (r < 0 || !text.data)
		return par_fail(err, PAR_E_SYSTEM, r < 0 ? r : EIO,
				"the mounts of the workload partition cannot be listed");
	for (char *line = strtok_r(text.data, "\n", &save); line && r == 0;
	     line = strtok_r(NULL, "\n", &save))
		r = see_mount(s, plan, line);
	return r < 0 ? par_oom(err) : 0;
}

static dev_t own_overlay(int root)
{
	struct statfs fs;
	struct stat st;

	if (root < 0 || fstatfs(root, &fs) < 0 || fs.f_type != OVERLAYFS_SUPER_MAGIC ||
	    fstat(root, &st) < 0)
		return 0;
	return st.st_dev;
}

/* Names for what is watched there; a file that has none any more criu would not find either. */
static int name_watches(struct seen *s, int root, struct par_error **err)
{
	int r = wpar_watches_name(&s->watches, root, &s->snapshot->watched);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r,
				"the files that are watched cannot be looked for");
	for (size_t i = 0; i < s->watches.n; i++) {
		if (!s->watches.v[i].named &&
		    add_open(s, s->watches.v[i].pid, "a watch on a file that has no name any more",
			     "", "end the process, or wait until it has seen that") < 0)
			return par_oom(err);
	}
	return 0;
}

static dev_t own_terminals(int root)
{
	autofd int pts = root < 0 ? -1 : par_fs_open_plain(root, "dev/pts", O_PATH, 0);
	struct stat st;

	return pts >= 0 && fstat(pts, &st) == 0 ? st.st_dev : 0;
}

static int see_all(struct seen *s, int cgroup, int dir, int root,
		   const struct wpar_mount_plan *plan, struct par_error **err)
{
	int r = see_mounts(s->snapshot, dir, plan, err);

	if (r < 0)
		return r;
	r = see_processes(s, cgroup, err);
	return r < 0 ? r : name_watches(s, root, err);
}

int wpar_ckpt_snapshot(int cgroup, pid_t init, const struct wpar_mount_plan *plan,
		       struct wpar_ckpt_snapshot *ret, struct wpar_ckpt_manifest *m,
		       struct par_error **err)
{
	auto_ckpt_snapshot snapshot = { .init = init };
	struct seen s = { .snapshot = &snapshot, .manifest = m };
	autofd int dir = open_process(init), root = -1;
	int r;

	if (dir < 0)
		return par_fail(err, PAR_E_SYSTEM, errno,
				"the first process of the workload partition is gone");
	read_time(dir, s.time);
	root = openat(dir, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	s.terminals = own_terminals(root);
	s.overlay = own_overlay(root);
	r = see_all(&s, cgroup, dir, root, plan, err);
	par_strv_done(&s.mapped);
	wpar_watches_done(&s.watches);
	if (r < 0)
		return r;
	*ret = snapshot;
	snapshot = (struct wpar_ckpt_snapshot){ 0 };
	return 0;
}
