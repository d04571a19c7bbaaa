/* SPDX-License-Identifier: Apache-2.0 */
/* The groups below that of a WPAR that makes groups itself: see cgroup_below.h. */
#include "wparctl/resources/cgroup_below.h"

#include "lpard/common/fs.h"
#include "lpard/common/process.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* At the WPAR's group, which nobody inside comes to: "PID START". */
#define NOTE "trusted.wpars.init"
/* systemd has about 100 groups, four deep; each takes memory of the kernel's, also an empty one. */
#define GROUPS_MOST "1024"
#define DEPTH_MOST  "16"
/* What the walks below follow; deeper than the kernel lets anybody inside come. */
#define WALK_DEPTH  24
#define WALK_GROUPS 4096
#define PROCS_MAX   (1 << 20)

static int make_one(int cgroup, const char *name, struct par_error **err)
{
	int fd = mkdirat(cgroup, name, 0755) < 0 && errno != EEXIST
			 ? -1
			 : openat(cgroup, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? par_fail(err, PAR_E_SYSTEM, errno,
				 "the control group '%s' of the WPAR cannot be made", name)
		      : fd;
}

/* What the tree does not have is not missed (v1 machines). */
static void hand_down(int cgroup)
{
	static const char *const names[] = { "+pids", "+memory", "+cpu", "+cpuset", "+io" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(names); i++)
		par_fs_write_str(cgroup, "cgroup.subtree_control", names[i]);
}

/* These and no other: its limits stay those of the group above, which is not seen inside. */
static int delegate(int inside, uid_t root)
{
	static const char *const files[] = { ".", "cgroup.procs", "cgroup.threads",
					     "cgroup.subtree_control" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(files); i++) {
		if (fchownat(inside, files[i], root, root, AT_SYMLINK_NOFOLLOW) < 0)
			return -errno;
	}
	return 0;
}

static int limit_groups(int inside)
{
	int r = par_fs_write_str(inside, "cgroup.max.descendants", GROUPS_MOST);

	return r < 0 ? r : par_fs_write_str(inside, "cgroup.max.depth", DEPTH_MOST);
}

static int set_up(int inside, uid_t root, struct par_error **err)
{
	int r = limit_groups(inside);

	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r,
				"the WPAR's control groups cannot be limited");
	r = delegate(inside, root);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r,
				"the WPAR's root cannot be given control groups")
		     : 0;
}

int wpar_below_make(int cgroup, uid_t root, struct par_error **err)
{
	autofd int inside = make_one(cgroup, WPAR_BELOW_INSIDE, err), login = -1;
	int r;

	if (inside < 0)
		return inside;
	login = make_one(cgroup, WPAR_BELOW_LOGIN, err);
	if (login < 0)
		return login;
	hand_down(cgroup);
	r = set_up(inside, root, err);
	return r < 0 ? r : take_fd(&inside);
}

/* A folder of the kernel's has two links, and one more for each folder in it. */
bool wpar_below_is(int cgroup)
{
	struct stat st;

	return fstat(cgroup, &st) == 0 && st.st_nlink > 2;
}

static int open_below(int cgroup, const char *name)
{
	int fd = openat(cgroup, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

int wpar_below_open_login(int cgroup)
{
	int fd = open_below(cgroup, WPAR_BELOW_LOGIN);

	if (fd != -ENOENT)
		return fd;
	fd = fcntl(cgroup, F_DUPFD_CLOEXEC, 3);
	return fd < 0 ? -errno : fd;
}

int wpar_below_open_inside(int cgroup)
{
	return open_below(cgroup, WPAR_BELOW_INSIDE);
}

int wpar_below_note_init(int cgroup, pid_t pid)
{
	struct par_process_stat stat;
	char text[64];
	int r = par_process_stat(pid, &stat);

	if (r < 0)
		return r;
	snprintf(text, sizeof(text), "%d %" PRIu64, (int)pid, stat.started);
	return fsetxattr(cgroup, NOTE, text, strlen(text), 0) < 0 ? -errno : 0;
}

pid_t wpar_below_noted_init(int cgroup)
{
	char text[64];
	ssize_t n = fgetxattr(cgroup, NOTE, text, sizeof(text) - 1);
	struct par_process_stat stat;
	uint64_t started;
	int pid, r;

	if (n < 0)
		return errno == ENODATA || errno == EOPNOTSUPP ? 0 : -errno;
	text[n] = '\0';
	if (sscanf(text, "%d %" SCNu64, &pid, &started) != 2 || pid <= 0)
		return 0;
	r = par_process_stat(pid, &stat);
	if (r < 0)
		return r == -ENOENT || r == -ESRCH ? 0 : r;
	return stat.started == started ? pid : 0;
}

/* A walk over the groups below one; what it does with each, once those below that are done. */
struct walk {
	int (*visit)(int above, const char *name, struct walk *w);
	size_t left; /* groups that it may still look at */
	uint64_t count;
};

static int walk_groups(int cgroup, int depth, struct walk *w);

static int walk_into(int above, const char *name, int depth, struct walk *w)
{
	autofd int fd = openat(above, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	int r;

	/* It was removed meanwhile. */
	if (fd < 0)
		return errno == ENOENT || errno == ENODEV ? 0 : -errno;
	r = walk_groups(fd, depth - 1, w);
	return r < 0 ? r : w->visit(above, name, w);
}

static int walk_groups(int cgroup, int depth, struct walk *w)
{
	int copy = openat(cgroup, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = copy < 0 ? NULL : fdopendir(copy);
	struct dirent *e;
	int r = 0;

	if (!dir) {
		r = -errno;
		if (copy >= 0)
			close(copy);
		return r == -ENOENT || r == -ENODEV ? 0 : r;
	}
	while (r == 0 && (e = readdir(dir))) {
		if (e->d_type != DT_DIR || strcmp(e->d_name, ".") == 0 ||
		    strcmp(e->d_name, "..") == 0)
			continue;
		if (depth == 0 || w->left == 0)
			r = -E2BIG;
		else {
			w->left--;
			r = walk_into(dirfd(dir), e->d_name, depth, w);
		}
	}
	closedir(dir);
	return r;
}

static uint64_t count_lines(int cgroup, const char *file)
{
	autofd int fd = openat(cgroup, file, O_RDONLY | O_CLOEXEC);
	auto_buf b = { 0 };
	uint64_t n = 0;

	/* In a group of threads this cannot be read: its processes are in one above. */
	if (fd < 0 || par_fs_read_fd(fd, PROCS_MAX, &b) < 0)
		return 0;
	for (size_t i = 0; i < b.len; i++)
		n += b.data[i] == '\n';
	return n;
}

static int count_one(int above, const char *name, struct walk *w)
{
	autofd int fd = open_below(above, name);

	if (fd >= 0)
		w->count += count_lines(fd, "cgroup.procs");
	return 0;
}

uint64_t wpar_below_count(int cgroup)
{
	struct walk w = { .visit = count_one, .left = WALK_GROUPS };

	if (wpar_below_is(cgroup))
		walk_groups(cgroup, WALK_DEPTH, &w);
	return w.count + count_lines(cgroup, "cgroup.procs");
}

static int remove_one(int above, const char *name, struct walk *w)
{
	(void)w;
	return unlinkat(above, name, AT_REMOVEDIR) < 0 && errno != ENOENT ? -errno : 0;
}

int wpar_below_remove(int cgroup)
{
	struct walk w = { .visit = remove_one, .left = WALK_GROUPS };
	char events[256];
	autofd int fd = openat(cgroup, "cgroup.events", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, events, sizeof(events) - 1);

	if (n < 0)
		return errno == ENOENT || errno == ENODEV ? 0 : -errno;
	events[n] = '\0';
	/* An empty group of one that runs is somebody's. */
	if (!strstr(events, "populated 0"))
		return -EBUSY;
	return walk_groups(cgroup, WALK_DEPTH, &w);
}
