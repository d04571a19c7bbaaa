/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What runs in a WPAR: see ckpt_snapshot.h.  What processes say of themselves is only shown; what
 * is decided by, the kernel says.
 */
#include "wparctl/checkpoint/ckpt_snapshot.h"

#include "lpard/common/fs.h"
#include "wparctl/checkpoint/ckpt_seen.h"
#include "wparctl/checkpoint/criu_plan.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/resources/cgroup_members.h"
#include "wparctl/runtime/launch/own_groups.h"

#include <dirent.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>

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

/* "NSsid:	4711	12": as the innermost namespace has it, which is the WPAR's */
static pid_t status_inner(const char *text, const char *key)
{
	const char *at = strstr(text, key), *end = at ? strchr(at + 1, '\n') : NULL;

	while (end && end > at && end[-1] != '\t')
		end--;
	return end && end > at ? (pid_t)strtol(end, NULL, 10) : 0;
}

static int note_task(struct wpar_ckpt_seen *s, pid_t pid, const char *status)
{
	struct wpar_ckpt_task t = { .outer = pid,
				    .outer_parent = (pid_t)status_number(status, "\nPPid:"),
				    .pid = status_inner(status, "\nNSpid:"),
				    .group = status_inner(status, "\nNSpgid:"),
				    .session = status_inner(status, "\nNSsid:") };

	/* One that was moved to another group of the WPAR meanwhile. */
	for (size_t i = 0; i < s->snapshot->n_tasks; i++) {
		if (s->snapshot->tasks[i].outer == pid)
			return 0;
	}
	status_name(status, t.command);
	return wpar_ckpt_add_task(s->snapshot, &t);
}

/* One of these for all of a WPAR: what is in another could not be put there again. */
static const char *find_other(const struct wpar_ckpt_seen *s, int dir)
{
	static const struct {
		const char *name, *what;
	} spaces[] = { { "ns/mnt", "other mounts" },
		       { "ns/net", "another network" },
		       { "ns/ipc", "other message queues and shared memory" },
		       { "ns/pid", "other process numbers" },
		       { "ns/user", "other ids" },
		       { "ns/uts", "another host name" } };
	autofd int init = open_process(s->init);

	for (size_t i = 0; i < PAR_ARRAY_SIZE(spaces); i++) {
		struct stat its, first;

		if (fstatat(dir, spaces[i].name, &its, 0) == 0 &&
		    fstatat(init, spaces[i].name, &first, 0) == 0 && its.st_ino != first.st_ino)
			return spaces[i].what;
	}
	return NULL;
}

/* Whose child an entered process is: a clogin, which has its own end of it outside? */
static bool is_clogin(pid_t pid)
{
	autofd int dir = open_process(pid);
	auto_buf comm = { 0 };

	return dir >= 0 && wpar_ckpt_seen_read(dir, "comm", &comm) == 0 &&
	       par_streq(comm.data, "clogin\n");
}

static int see_process(struct wpar_ckpt_seen *s, pid_t pid, bool stray)
{
	struct wpar_ckpt_process p = { .pid = pid, .stray = stray };
	autofd int dir = open_process(pid);
	auto_buf status = { 0 };
	char time[64];
	int r;

	if (dir < 0 || wpar_ckpt_seen_read(dir, "status", &status) < 0 || !status.data)
		return 0;
	if (note_task(s, pid, status.data) < 0)
		return -ENOMEM;
	p.parent = (pid_t)status_number(status.data, "\nPPid:");
	p.tracer = (pid_t)status_number(status.data, "\nTracerPid:");
	p.headless =
		strstr(status.data, "\nState:\tZ") && status_number(status.data, "\nThreads:") > 1;
	status_name(status.data, p.command);
	if (p.headless)
		return wpar_ckpt_add_process(s->snapshot, &p);
	if (wpar_cgroup_is_dying(status.data))
		return 0;
	s->snapshot->memory += 1024 * ((uint64_t)status_number(status.data, "\nRssAnon:") +
				       (uint64_t)status_number(status.data, "\nRssShmem:"));
	read_time(dir, time);
	p.other_time = *time && *s->time && strcmp(time, s->time) != 0;
	p.other = find_other(s, dir);
	p.clogin = is_clogin(p.parent);
	if (wpar_ckpt_add_process(s->snapshot, &p) < 0)
		return -ENOMEM;
	r = wpar_ckpt_see_opens(s, pid, dir);
	return r < 0 ? r : wpar_ckpt_see_maps(s, pid, dir);
}

static int see_member(pid_t pid, const char *group, void *user)
{
	(void)group;
	return see_process(user, pid, false);
}

static int see_processes(struct wpar_ckpt_seen *s, int cgroup, struct par_error **err)
{
	int r = wpar_cgroup_members(cgroup, see_member, s);

	if (r == -ENOMEM)
		return par_oom(err);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r,
				"the processes of the workload partition cannot be listed")
		     : 0;
}

static bool is_seen(const struct wpar_ckpt_seen *s, pid_t pid)
{
	for (size_t i = 0; i < s->snapshot->n_processes; i++) {
		if (s->snapshot->processes[i].pid == pid)
			return true;
	}
	return false;
}

struct sought {
	pid_t pid;
	bool there;
};

static int is_sought(pid_t pid, const char *group, void *user)
{
	struct sought *s = user;

	(void)group;
	s->there |= pid == s->pid;
	return 0;
}

/* One that was made after they were listed. */
static bool is_member_now(int cgroup, pid_t pid)
{
	struct sought s = { .pid = pid };

	return wpar_cgroup_members(cgroup, is_sought, &s) == 0 && s.there;
}

/* Who came by nsenter(1) is one of its processes, which all end with the first, in another group.
 */
static int see_strays(struct wpar_ckpt_seen *s, int cgroup)
{
	DIR *d = opendir("/proc");
	struct stat its, first;
	struct dirent *e;
	char path[64];
	int r = 0;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", (int)s->init);
	if (stat(path, &first) < 0)
		first.st_ino = 0;
	while (d && r == 0 && first.st_ino && (e = readdir(d))) {
		const pid_t pid = (pid_t)atoi(e->d_name);

		snprintf(path, sizeof(path), "/proc/%d/ns/pid", (int)pid);
		if (pid > 0 && stat(path, &its) == 0 && its.st_ino == first.st_ino &&
		    !is_seen(s, pid))
			r = see_process(s, pid, !is_member_now(cgroup, pid));
	}
	if (d)
		closedir(d);
	return r;
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

static int note_mount(struct wpar_ckpt_seen *s, uint64_t id, dev_t dev, const char *target)
{
	struct wpar_ckpt_mount *more = reallocarray(s->mounts, s->n_mounts + 1, sizeof(*more));

	if (!more)
		return -ENOMEM;
	s->mounts = more;
	more[s->n_mounts] =
		(struct wpar_ckpt_mount){ .id = id, .dev = dev, .target = strdup(target) };
	return more[s->n_mounts++].target ? 0 : -ENOMEM;
}

static int see_mount(struct wpar_ckpt_seen *s, const struct wpar_mount_plan *plan, char *line)
{
	char root[4096], target[4096], fstype[64], text[4200];
	const char *dash = strstr(line, " - ");
	const struct wpar_mount_op *op;
	unsigned int a, b;
	uint64_t id;

	if (!dash ||
	    sscanf(line, "%" SCNu64 " %*s %u:%u %4095s %4095s", &id, &a, &b, root, target) != 5 ||
	    sscanf(dash, " - %63s", fstype) != 1)
		return 0;
	decode(target);
	if (note_mount(s, id, makedev(a, b), target) < 0)
		return -ENOMEM;
	op = planned(plan, target);
	if (op && wpar_criu_is_external(op)) {
		if (is_gone(root) && par_strv_add(&s->snapshot->gone, target) < 0)
			return -ENOMEM;
		return par_strv_add(&s->snapshot->externals, target);
	}
	if (strcmp(target, WPAR_OWN_GROUPS) == 0 && strcmp(fstype, "cgroup2") == 0) {
		s->groups = makedev(a, b);
		return par_strv_add(&s->snapshot->externals, target);
	}
	if (op || wpar_own_groups_is_mount(target))
		return 0;
	snprintf(text, sizeof(text), "%s (%s)", target, fstype);
	return par_strv_add(&s->snapshot->strangers, text);
}

static int see_mounts(struct wpar_ckpt_seen *s, int dir, const struct wpar_mount_plan *plan,
		      struct par_error **err)
{
	auto_buf text = { 0 };
	char *save = NULL;
	int r = wpar_ckpt_seen_read(dir, "mountinfo", &text);

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
static int name_watches(struct wpar_ckpt_seen *s, int root, struct par_error **err)
{
	int r = wpar_watches_name(&s->watches, root, &s->snapshot->watched);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r,
				"the files that are watched cannot be looked for");
	for (size_t i = 0; i < s->watches.n; i++) {
		if (!s->watches.v[i].named &&
		    wpar_ckpt_seen_say(s, s->watches.v[i].pid,
				       "a watch on a file that has no name any more", "",
				       "end the process, or wait until it has seen that") < 0)
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

static dev_t device_of_memory(void)
{
	autofd int fd = memfd_create("", MFD_CLOEXEC);
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 ? st.st_dev : 0;
}

static int see_all(struct wpar_ckpt_seen *s, int cgroup, int dir,
		   const struct wpar_mount_plan *plan, struct par_error **err)
{
	autofd int root = openat(dir, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st;
	int r = see_mounts(s, dir, plan, err);

	if (r < 0)
		return r;
	read_time(dir, s->time);
	s->root = root;
	s->terminals = own_terminals(root);
	s->overlay = own_overlay(root);
	s->shm = device_of_memory();
	s->network = fstatat(dir, "ns/net", &st, 0) == 0 ? st.st_ino : 0;
	r = see_processes(s, cgroup, err);
	if (r < 0)
		return r;
	if (see_strays(s, cgroup) < 0 || wpar_ckpt_see_queues(s) < 0 ||
	    wpar_ckpt_see_peers(s) < 0 || wpar_ckpt_see_ends(s) < 0)
		return par_oom(err);
	return name_watches(s, root, err);
}

int wpar_ckpt_snapshot(int cgroup, pid_t init, const struct wpar_mount_plan *plan,
		       unsigned int criu, struct wpar_ckpt_snapshot *ret,
		       struct wpar_ckpt_manifest *m, struct par_error **err)
{
	auto_ckpt_snapshot snapshot = { .init = init };
	auto_ckpt_seen s = {
		.snapshot = &snapshot, .manifest = m, .criu = criu, .init = init, .root = -1
	};
	autofd int dir = open_process(init);
	int r;

	if (dir < 0)
		return par_fail(err, PAR_E_SYSTEM, errno,
				"the first process of the workload partition is gone");
	r = see_all(&s, cgroup, dir, plan, err);
	if (r < 0)
		return r;
	*ret = snapshot;
	snapshot = (struct wpar_ckpt_snapshot){ 0 };
	return 0;
}
