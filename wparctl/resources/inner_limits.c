/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See inner_limits.h.  The namespaces of a WPAR are entered by a child made for it: no other
 * process changes its own.
 */
#include "wparctl/resources/inner_limits.h"

#include "lpard/common/fs.h"
#include "wparctl/resources/cgroup_below.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a process may lock where nothing is asked for */
#define LOCKED_DEFAULT (UINT64_C(8) << 20)
/* A shell of an LPAR with 64 KiB pages and its libraries, measured: 12 MiB. */
#define ADDRESS_SPACE_LEAST (UINT64_C(32) << 20)
/* Processes that are born meanwhile have their parent's limits: then once more. */
#define ROUNDS 100

void wpar_inner_limits_plan(const struct wpar_spec *s, const struct wpar_machine *m,
			    struct wpar_inner_limits *ret)
{
	const struct wpar_resources *r = &s->resources;

	*ret = (struct wpar_inner_limits){ .locked = LOCKED_DEFAULT };
	if (r->inactive)
		return;
	*ret = (struct wpar_inner_limits){
		.address_space = r->proc_virt_mem,
		.locked = r->pct_pin_mem ? m->memory / 100 * r->pct_pin_mem : LOCKED_DEFAULT,
		.pct_msg_ids = r->pct_msg_ids,
		.pct_sem_ids = r->pct_sem_ids,
		.pct_shm_ids = r->pct_shm_ids,
	};
}

bool wpar_inner_limits_equal(const struct wpar_inner_limits *a, const struct wpar_inner_limits *b)
{
	return a->address_space == b->address_space && a->locked == b->locked &&
	       a->pct_msg_ids == b->pct_msg_ids && a->pct_sem_ids == b->pct_sem_ids &&
	       a->pct_shm_ids == b->pct_shm_ids;
}

int wpar_inner_limits_check(const struct wpar_spec *s, struct par_error **err)
{
	const struct wpar_resources *r = &s->resources;

	if (r->inactive || !r->proc_virt_mem || r->proc_virt_mem >= ADDRESS_SPACE_LEAST)
		return 0;
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
			"-R procVirtMem=: no program works with less than %" PRIu64
			" MiB of virtual memory, and this would be %" PRIu64 " KiB",
			ADDRESS_SPACE_LEAST >> 20, r->proc_virt_mem >> 10);
}

static rlim_t most(uint64_t bytes)
{
	return bytes ? bytes : RLIM_INFINITY;
}

int wpar_inner_limits_take(const struct wpar_inner_limits *l)
{
	const struct rlimit space = { most(l->address_space), most(l->address_space) };
	struct rlimit lock;

	if (l->address_space && setrlimit(RLIMIT_AS, &space) < 0)
		return -errno;
	if (getrlimit(RLIMIT_MEMLOCK, &lock) < 0)
		return -errno;
	/* Asked for, and more than this system's root could give (launch/reset.c) */
	return l->locked != LOCKED_DEFAULT && lock.rlim_max < l->locked ? -EPERM : 0;
}

/* What a child does in the WPAR of the process @pidfd; @from NULL: only @to counts. */
struct change {
	int pidfd, cgroup;
	const struct wpar_inner_limits *from, *to;
};

/* The numbers of the files of sysctl; of kernel.sem the last of four is that of the identifiers. */
struct ipc {
	uint64_t msgmni, shmmni, sem[4];
};

static int read_number(const char *path, uint64_t *ret)
{
	auto_buf b = { 0 };
	int r = par_fs_read(path, 256, &b);

	if (r < 0)
		return r;
	return sscanf(b.data, "%" SCNu64, ret) == 1 ? 0 : -EINVAL;
}

static int read_ipc(struct ipc *ret)
{
	auto_buf b = { 0 };
	int r = read_number("/proc/sys/kernel/msgmni", &ret->msgmni);

	if (r < 0)
		return r;
	r = read_number("/proc/sys/kernel/shmmni", &ret->shmmni);
	if (r < 0)
		return r;
	r = par_fs_read("/proc/sys/kernel/sem", 256, &b);
	if (r < 0)
		return r;
	return sscanf(b.data, "%" SCNu64 "%" SCNu64 "%" SCNu64 "%" SCNu64, &ret->sem[0],
		      &ret->sem[1], &ret->sem[2], &ret->sem[3]) == 4
		       ? 0
		       : -EINVAL;
}

static uint64_t part(uint64_t all, uint32_t percent)
{
	uint64_t n = percent ? all * percent / 100 : all;

	return n ? n : 1;
}

/* /proc/sys answers for the namespace of the process that opens a file. */
static int write_ipc(const struct ipc *i, const struct wpar_inner_limits *l)
{
	char text[96];
	int r;

	snprintf(text, sizeof(text), "%" PRIu64, part(i->msgmni, l->pct_msg_ids));
	r = par_fs_write_str(AT_FDCWD, "/proc/sys/kernel/msgmni", text);
	if (r < 0)
		return r;
	snprintf(text, sizeof(text), "%" PRIu64, part(i->shmmni, l->pct_shm_ids));
	r = par_fs_write_str(AT_FDCWD, "/proc/sys/kernel/shmmni", text);
	if (r < 0)
		return r;
	snprintf(text, sizeof(text), "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64, i->sem[0],
		 i->sem[1], i->sem[2], part(i->sem[3], l->pct_sem_ids));
	return par_fs_write_str(AT_FDCWD, "/proc/sys/kernel/sem", text);
}

/* The files belong to the LPAR's root before Linux 6.9, since then to the namespace's. */
static int change_ipc(const struct change *c)
{
	const struct wpar_inner_limits *l = c->to;
	struct ipc global;
	int r = read_ipc(&global);

	if (r < 0)
		return r;
	if (setns(c->pidfd, CLONE_NEWIPC) < 0)
		return -errno;
	r = write_ipc(&global, l);
	if (r != -EACCES && r != -EPERM)
		return r;
	if (setns(c->pidfd, CLONE_NEWUSER) < 0 || setresuid(0, 0, 0) < 0)
		return -errno;
	return write_ipc(&global, l);
}

/*
 * What has the limit of before gets the new one; a process that has lowered its own keeps that, as
 * far as the new limit allows.
 */
static struct rlimit new_limit(const struct rlimit *now, rlim_t from, rlim_t to)
{
	struct rlimit want = *now;

	if (want.rlim_max == from || want.rlim_max > to)
		want.rlim_max = to;
	if (want.rlim_cur == from || want.rlim_cur > want.rlim_max)
		want.rlim_cur = want.rlim_max;
	return want;
}

/* Returns 1 when it has been given another limit, 0 when it has ended or has it, or -errno. */
static int limit_process(pid_t pid, __rlimit_resource_t resource, rlim_t from, rlim_t to)
{
	struct rlimit now, want;

	if (prlimit(pid, resource, NULL, &now) < 0)
		return errno == ESRCH ? 0 : -errno;
	want = new_limit(&now, from, to);
	if (want.rlim_cur == now.rlim_cur && want.rlim_max == now.rlim_max)
		return 0;
	if (prlimit(pid, resource, &want, NULL) < 0)
		return errno == ESRCH ? 0 : -errno;
	return 1;
}

/* Both limits of one process; as limit_process(). */
static int limit_both(const struct change *c, pid_t pid)
{
	int space = limit_process(pid, RLIMIT_AS, most(c->from->address_space),
				  most(c->to->address_space));
	int locked = space < 0 ? space
			       : limit_process(pid, RLIMIT_MEMLOCK, c->from->locked, c->to->locked);

	return locked < 0 ? locked : space | locked;
}

static int limit_group(const struct change *c)
{
	autofd int fd = openat(c->cgroup, "cgroup.procs", O_RDONLY | O_CLOEXEC);
	autofile FILE *f = fd < 0 ? NULL : fdopen(fd, "r");
	int changed = 0, pid;

	if (!f)
		return -errno;
	fd = -1;
	while (fscanf(f, "%d", &pid) == 1) {
		/* 0: not of this process namespace; it is on its way in, and takes them itself. */
		int r = pid > 0 ? limit_both(c, pid) : 0;

		if (r < 0)
			return r;
		changed |= r;
	}
	return changed;
}

/* /proc lists each process that is there all the time, whatever group it is moved to meanwhile. */
static int limit_namespace(const struct change *c)
{
	DIR *dir = opendir("/proc");
	int r = dir ? 0 : -errno, changed = 0;
	struct dirent *e;

	while (r >= 0 && dir && (e = readdir(dir))) {
		uint64_t pid;

		if (par_parse_u64(e->d_name, INT32_MAX, &pid) < 0)
			continue;
		r = limit_both(c, (pid_t)pid);
		changed |= r > 0;
	}
	if (dir)
		closedir(dir);
	return r < 0 ? r : changed;
}

/* Returns 1 when a process had other limits, 0 when none had, or a negative errno. */
static int limit_processes(const struct change *c)
{
	return wpar_below_is(c->cgroup) ? limit_namespace(c) : limit_group(c);
}

/* A /proc of the process namespace that this child is in, for itself alone. */
static int mount_own_proc(void)
{
	if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return -errno;
	return 0;
}

/*
 * In the WPAR's process namespace the numbers of cgroup.procs are that namespace's: one that has
 * become another process's meanwhile is a process of the same WPAR.  A root without
 * CAP_SYS_RESOURCE (in a container) has it in the WPAR's user namespace, which is enough to lower a
 * limit.
 */
static int change_processes(const struct change *c)
{
	int r = wpar_below_is(c->cgroup) ? mount_own_proc() : 0;

	if (r < 0)
		return r;
	r = limit_processes(c);
	if (r == -EPERM) {
		if (setns(c->pidfd, CLONE_NEWUSER) < 0)
			return -errno;
		r = limit_processes(c);
	}
	for (int i = 0; i < ROUNDS && r > 0; i++)
		r = limit_processes(c);
	return r > 0 ? -EAGAIN : r;
}

/* Runs as a child; its status is the errno. */
static int in_child(int (*work)(const struct change *c), const struct change *c)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
		_exit(-work(c) & 0xff);
	}
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

static int processes_work(const struct change *c)
{
	if (setns(c->pidfd, CLONE_NEWPID) < 0)
		return -errno;
	return in_child(change_processes, c);
}

int wpar_inner_limits_ipc(int pidfd, const struct wpar_inner_limits *l)
{
	const struct change c = { .pidfd = pidfd, .cgroup = -1, .to = l };

	return in_child(change_ipc, &c);
}

int wpar_inner_limits_change(int init, int cgroup, const struct wpar_inner_limits *from,
			     const struct wpar_inner_limits *to)
{
	const struct change c = { .pidfd = init, .cgroup = cgroup, .from = from, .to = to };
	int r = in_child(processes_work, &c);

	return r < 0 ? r : wpar_inner_limits_ipc(init, to);
}
