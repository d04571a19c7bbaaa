/* SPDX-License-Identifier: Apache-2.0 */
/* Rights of restored processes: see rights.h. */
#include "wparctl/checkpoint/rights.h"

#include "lpard/common/fs.h"
#include "wparctl/resources/cgroup_members.h"

#include <inttypes.h>
#include <string.h>

#define STATUS_MOST (1 << 20)

/* Each of them is one namespace for all of a WPAR. */
static const char *const namespaces[] = { "user", "pid", "net", "mnt", "ipc", "uts", "cgroup" };

static bool capabilities_fit(const char *status, uint64_t caps)
{
	static const char *const sets[] = { "\nCapInh:\t", "\nCapPrm:\t", "\nCapEff:\t",
					    "\nCapBnd:\t", "\nCapAmb:\t" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(sets); i++) {
		const char *at = strstr(status, sets[i]);

		if (!at || (strtoull(at + strlen(sets[i]), NULL, 16) & ~caps))
			return false;
	}
	return true;
}

static bool ids_fit(const char *status, const char *key, uint32_t idbase, uint32_t idrange)
{
	const char *at = strstr(status, key);
	uint32_t id[4];

	if (!at || sscanf(at + strlen(key), "%" SCNu32 " %" SCNu32 " %" SCNu32 " %" SCNu32, &id[0],
			  &id[1], &id[2], &id[3]) != 4)
		return false;
	for (size_t i = 0; i < 4; i++) {
		if (id[i] < idbase || id[i] - idbase >= idrange)
			return false;
	}
	return true;
}

const char *wpar_rights_text(const char *status, uint64_t caps, uint32_t idbase, uint32_t idrange)
{
	if (!capabilities_fit(status, caps))
		return "since it has capabilities that the workload partition does not have";
	if (!ids_fit(status, "\nUid:\t", idbase, idrange) ||
	    !ids_fit(status, "\nGid:\t", idbase, idrange))
		return "since it has ids of others";
	if (!strstr(status, "\nSeccomp:\t2\n"))
		return "since it has no filter of system calls";
	return NULL;
}

static int read_link(pid_t pid, const char *name, char ret[64])
{
	char path[64];
	ssize_t n;

	if (pid)
		snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pid, name);
	else
		snprintf(path, sizeof(path), "/proc/self/ns/%s", name);
	n = readlink(path, ret, 63);
	if (n < 0)
		return -errno;
	ret[n] = '\0';
	return 0;
}

/* @pid is in all namespaces of @init, and @init in none of ours. */
static bool is_inside(pid_t pid, pid_t init)
{
	for (size_t i = 0; i < PAR_ARRAY_SIZE(namespaces); i++) {
		char its[64], first[64], ours[64];

		if (read_link(pid, namespaces[i], its) < 0 ||
		    read_link(init, namespaces[i], first) < 0 ||
		    read_link(0, namespaces[i], ours) < 0 || strcmp(its, first) != 0 ||
		    strcmp(first, ours) == 0)
			return false;
	}
	return true;
}

/* "0 1073741824 65536", with as many blanks as the kernel puts */
static bool maps_fit(pid_t pid, const char *name, const struct wpar_mount_plan *p)
{
	uint32_t inside, outside, range;
	auto_buf text = { 0 };
	char path[64], more;

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	return par_fs_read(path, 4096, &text) == 0 && text.data &&
	       sscanf(text.data, "%" SCNu32 " %" SCNu32 " %" SCNu32 " %c", &inside, &outside,
		      &range, &more) == 3 &&
	       inside == 0 && outside == p->idbase && range == p->idrange;
}

static int fail_rights(pid_t pid, const char *what, struct par_error **err)
{
	return par_fail(err, PAR_E_NOT_PERMITTED, 0,
			"the checkpoint is refused, and nothing of it runs: process %d is not as "
			"the workload partition's are, %s",
			(int)pid, what);
}

static int check_process(pid_t pid, pid_t init, uint64_t caps, const struct wpar_mount_plan *p,
			 struct par_error **err)
{
	auto_buf status = { 0 };
	const char *what;
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if (par_fs_read(path, STATUS_MOST, &status) < 0 || !status.data)
		return fail_rights(pid, "since nothing of it can be read", err);
	what = wpar_rights_text(status.data, caps, p->idbase, p->idrange);
	if (what)
		return fail_rights(pid, what, err);
	return is_inside(pid, init) ? 0 : fail_rights(pid, "since it is in other namespaces", err);
}

struct check {
	pid_t init;
	uint64_t caps;
	const struct wpar_mount_plan *plan;
	struct par_error **err;
	bool refused;
};

static int check_member(pid_t pid, const char *group, void *user)
{
	struct check *c = user;
	int r = check_process(pid, c->init, c->caps, c->plan, c->err);

	(void)group;
	c->refused |= r < 0;
	return r;
}

int wpar_rights_check(int cgroup, pid_t init, uint64_t caps, const struct wpar_mount_plan *p,
		      struct par_error **err)
{
	struct check c = { .init = init, .caps = caps, .plan = p, .err = err };
	int r;

	if (!maps_fit(init, "uid_map", p) || !maps_fit(init, "gid_map", p))
		return fail_rights(init, "since its ids are mapped in another way", err);
	r = wpar_cgroup_members(cgroup, check_member, &c);
	if (r < 0 && !c.refused)
		return par_fail(err, PAR_E_SYSTEM, r,
				"the processes of the workload partition cannot be listed");
	return r;
}
