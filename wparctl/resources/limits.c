/* SPDX-License-Identifier: Apache-2.0 */
/* The limits of a WPAR: see limits.h. */
#include "wparctl/resources/limits.h"

#include "lpard/common/fs.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sysinfo.h>

#define PERIOD_US 100000
#define LONG_PERIOD_US \
	1000000 /* for a part so small that the kernel refuses its quota: below 1 ms */
#define QUOTA_LEAST_US 1000

/* The least that a WPAR works with; of a system WPAR on 64 KiB pages, measured. */
#define TASKS_LEAST		 8
#define TASKS_LEAST_APPLICATION	 2
#define MEMORY_LEAST		 (UINT64_C(16) << 20)
#define MEMORY_LEAST_APPLICATION (UINT64_C(4) << 20)
#define CPU_LEAST_X100		 10    /* of one processor: QUOTA_LEAST_US of LONG_PERIOD_US */
#define WHOLE			 10000 /* 100 % in hundredths of a percent */

#define PROCESSORS "cpuset.cpus"
#define PROTECTED  "memory.min"

/* Of cpu.weight, from the kernel's documentation of control groups */
#define WEIGHT_DEFAULT 100
#define WEIGHT_MAX     10000

__attribute__((format(printf, 3, 4))) static void limits_put(struct wpar_limit *l, const char *file,
							     const char *fmt, ...)
{
	va_list ap;

	l->file = file;
	va_start(ap, fmt);
	vsnprintf(l->value, sizeof(l->value), fmt, ap);
	va_end(ap);
}

const struct wpar_resources *wpar_limits_in_force(const struct wpar_spec *s)
{
	static const struct wpar_resources off = { 0 };

	return s->resources.inactive ? &off : &s->resources;
}

uint64_t wpar_limits_memory(const struct wpar_spec *s, const struct wpar_machine *m)
{
	const struct wpar_resources *r = wpar_limits_in_force(s);
	uint64_t part = r->memory_hard_x100 && r->memory_hard_x100 < WHOLE
				? m->memory / WHOLE * r->memory_hard_x100
				: UINT64_MAX;

	return r->total_virt_mem && r->total_virt_mem < part ? r->total_virt_mem : part;
}

uint64_t wpar_limits_soft_memory(const struct wpar_spec *s, const struct wpar_machine *m)
{
	const struct wpar_resources *r = wpar_limits_in_force(s);

	return r->memory_soft_x100 && r->memory_soft_x100 < WHOLE
		       ? m->memory / WHOLE * r->memory_soft_x100
		       : UINT64_MAX;
}

/* The weight with which a group gets @part_x100 of the time beside one of the default weight. */
static uint32_t weight_for(uint32_t part_x100)
{
	uint32_t weight =
		part_x100 < WHOLE ? WEIGHT_DEFAULT * part_x100 / (WHOLE - part_x100) : WEIGHT_MAX;

	return weight < 1 ? 1 : weight > WEIGHT_MAX ? WEIGHT_MAX : weight;
}

/* Shares, but no more than the soft maximum gives and no less than the minimum. */
static uint32_t cpu_weight(const struct wpar_resources *r)
{
	uint32_t weight = r->shares_cpu ? r->shares_cpu : WEIGHT_DEFAULT;

	if (r->cpu_soft_x100 && r->cpu_soft_x100 < WHOLE && weight > weight_for(r->cpu_soft_x100))
		weight = weight_for(r->cpu_soft_x100);
	if (r->cpu_min_x100 && weight < weight_for(r->cpu_min_x100))
		weight = weight_for(r->cpu_min_x100);
	return weight > WEIGHT_MAX ? WEIGHT_MAX : weight;
}

/* @part_x100: of one processor, in hundredths of a percent */
static void put_cpu_max(struct wpar_limit *l, uint64_t part_x100)
{
	uint64_t period =
		part_x100 * PERIOD_US / WHOLE < QUOTA_LEAST_US ? LONG_PERIOD_US : PERIOD_US;
	uint64_t quota = part_x100 * period / WHOLE;

	/* Of a machine that has lost processors since the WPAR was made. */
	if (quota < QUOTA_LEAST_US)
		quota = QUOTA_LEAST_US;
	limits_put(l, "cpu.max", "%" PRIu64 " %" PRIu64, quota, period);
}

size_t wpar_limits_plan(const struct wpar_spec *s, const struct wpar_machine *m,
			struct wpar_limit ret[WPAR_LIMITS_MAX])
{
	const struct wpar_resources *r = wpar_limits_in_force(s);
	const uint64_t memory = wpar_limits_memory(s, m);
	uint64_t tasks = r->total_threads ? r->total_threads : r->total_processes;
	size_t n = 0;

	/* Linux counts threads as processes: under the lower of both numbers neither is passed. */
	if (r->total_processes && r->total_processes < tasks)
		tasks = r->total_processes;
	if (tasks == WPAR_UNLIMITED)
		limits_put(&ret[n++], "pids.max", "max");
	else
		limits_put(&ret[n++], "pids.max", "%" PRIu64,
			   tasks ? tasks : WPAR_PROCESSES_DEFAULT);
	if (memory != UINT64_MAX)
		limits_put(&ret[n++], "memory.max", "%" PRIu64, memory);
	/* Virtual memory is what is in memory and what is swapped out: all of it stays in. */
	if (r->total_virt_mem)
		limits_put(&ret[n++], "memory.swap.max", "0");
	if (r->memory_min_x100)
		limits_put(&ret[n++], PROTECTED, "%" PRIu64,
			   m->memory / WHOLE * r->memory_min_x100);
	if (r->cpu_hard_x100 && r->cpu_hard_x100 < WHOLE)
		put_cpu_max(&ret[n++], (uint64_t)r->cpu_hard_x100 * m->processors);
	if (cpu_weight(r) != WEIGHT_DEFAULT || r->shares_cpu)
		limits_put(&ret[n++], "cpu.weight", "%" PRIu32, cpu_weight(r));
	if (r->rset)
		limits_put(&ret[n++], PROCESSORS, "%s", r->rset);
	return n;
}

static int need(struct par_strv *list, const char *controller)
{
	return par_strv_find(list, controller) >= 0 ? 0 : par_strv_add(list, controller);
}

int wpar_limits_need(const struct wpar_spec *s, struct par_strv *ret)
{
	const struct wpar_machine any = { .memory = UINT64_C(1) << 40, .processors = 1 };
	const struct wpar_resources *r = wpar_limits_in_force(s);
	struct wpar_limit limits[WPAR_LIMITS_MAX];
	size_t n = wpar_limits_plan(s, &any, limits);
	int failed = 0;

	for (size_t i = 0; i < n && failed == 0; i++) {
		autofree char *controller = strndup(limits[i].file, strcspn(limits[i].file, "."));

		/* The bound that every WPAR has was not asked for. */
		if (par_streq(controller, "pids") && !r->total_processes && !r->total_threads)
			continue;
		failed = controller ? need(ret, controller) : -ENOMEM;
	}
	if (failed == 0 && wpar_limits_soft_memory(s, &any) != UINT64_MAX)
		failed = need(ret, "memory");
	return failed == 0 && r->total_large_pages ? need(ret, "hugetlb") : failed;
}

/* PID 1, what it runs, a login shell, its profile and a pipeline; of an application: its command.
 */
static int check_tasks(const struct wpar_spec *s, struct par_error **err)
{
	const struct wpar_resources *r = wpar_limits_in_force(s);
	const uint64_t least = s->type == WPAR_SYSTEM ? TASKS_LEAST : TASKS_LEAST_APPLICATION;
	const char *key = r->total_processes && r->total_processes < least ? "totalProcesses"
			  : r->total_threads && r->total_threads < least   ? "totalThreads"
									   : NULL;

	if (!key)
		return 0;
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
			"-R %s=: a workload partition does not work with fewer than %" PRIu64, key,
			least);
}

static int check_memory(const struct wpar_spec *s, const struct wpar_machine *m,
			struct par_error **err)
{
	const uint64_t least = s->type == WPAR_SYSTEM ? MEMORY_LEAST : MEMORY_LEAST_APPLICATION;
	const uint64_t most = wpar_limits_memory(s, m);
	bool part = wpar_limits_in_force(s)->total_virt_mem != most;

	if (most >= least)
		return 0;
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
			"-R %s=: a workload partition does not work with less than %" PRIu64
			" MiB of memory, and this would be %" PRIu64 " KiB",
			part ? "memory" : "totalVirtMem", least >> 20, most >> 10);
}

static int check_cpu(const struct wpar_spec *s, const struct wpar_machine *m,
		     struct par_error **err)
{
	const struct wpar_resources *r = wpar_limits_in_force(s);
	const uint32_t least = (CPU_LEAST_X100 + m->processors - 1) / m->processors;

	if (!r->cpu_hard_x100 || r->cpu_hard_x100 >= least)
		return 0;
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
			"-R CPU=: the hard maximum must be %u.%02u%% at least, a thousandth of a "
			"processor",
			least / 100, least % 100);
}

/* "0-3,8": numbers and ranges of them, each below @processors */
static bool is_processor_list(const char *text, unsigned int processors)
{
	auto_strv parts = { 0 };

	if (par_strv_split(&parts, text, ',') < 0)
		return false;
	for (size_t i = 0; i < parts.n; i++) {
		char *dash = strchr(parts.v[i], '-');
		uint64_t first, last;

		if (dash)
			*dash = '\0';
		if (par_parse_u64(parts.v[i], processors - 1, &first) < 0 ||
		    par_parse_u64(dash ? dash + 1 : parts.v[i], processors - 1, &last) < 0 ||
		    last < first)
			return false;
	}
	return parts.n > 0;
}

static int check_rset(const struct wpar_spec *s, const struct wpar_machine *m,
		      struct par_error **err)
{
	const char *rset = wpar_limits_in_force(s)->rset;

	if (!rset || is_processor_list(rset, m->processors))
		return 0;
	if (m->processors == 1)
		return par_fail(
			err, PAR_E_INVALID_ARGUMENT, 0,
			"-R rset=: \"%s\" is no list of processors of this system, which has "
			"only processor 0",
			rset);
	return par_fail(err, PAR_E_INVALID_ARGUMENT, 0,
			"-R rset=: \"%s\" is no list of processors of this system, which has 0 to "
			"%u: as in 0-%u or 0,%u",
			rset, m->processors - 1, m->processors - 1, m->processors - 1);
}

int wpar_limits_check(const struct wpar_spec *s, const struct wpar_machine *m,
		      struct par_error **err)
{
	int r = check_tasks(s, err);

	if (r < 0)
		return r;
	r = check_memory(s, m, err);
	if (r < 0)
		return r;
	r = check_rset(s, m, err);
	return r < 0 ? r : check_cpu(s, m, err);
}

void wpar_machine_get(struct wpar_machine *ret)
{
	struct sysinfo info;

	*ret = (struct wpar_machine){ .processors = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN) };
	if (sysinfo(&info) == 0)
		ret->memory = (uint64_t)info.totalram * info.mem_unit;
}

void wpar_machine_get_for(const struct wpar_spec *s, struct wpar_machine *ret)
{
	const struct wpar_resources *r = wpar_limits_in_force(s);

	if (r->memory_hard_x100 || r->memory_soft_x100 || r->memory_min_x100 || r->cpu_hard_x100 ||
	    r->pct_pin_mem || r->rset)
		wpar_machine_get(ret);
	else
		*ret = (struct wpar_machine){ .processors = 1 };
}

/* The group's own value of a file, without its line's end; false: there is no such file. */
static bool read_limit(int cgroup, const char *file, struct wpar_limit *ret)
{
	autofd int fd = openat(cgroup, file, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, ret->value, sizeof(ret->value) - 1);

	ret->file = file;
	if (n < 0)
		return false;
	ret->value[n] = '\0';
	ret->value[strcspn(ret->value, "\n")] = '\0';
	return true;
}

int wpar_limits_lock(int top)
{
	autofd int fd = openat(top, "cgroup.kill", O_WRONLY | O_CLOEXEC);

	return fd < 0 || flock(fd, LOCK_EX) < 0 ? -1 : take_fd(&fd);
}

static uint64_t read_bytes(int top, const char *group, const char *file)
{
	autofree char *path = par_strdup_printf("%s/%s", group, file);
	autofd int fd = path ? openat(top, path, O_RDONLY | O_CLOEXEC) : -1;
	char text[32];
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	return par_starts_with(text, "max") ? UINT64_MAX : strtoull(text, NULL, 10);
}

uint64_t wpar_limits_sum(int top, const char *file)
{
	struct dirent **list = NULL;
	int n = scandirat(top, ".", &list, NULL, NULL);
	uint64_t sum = 0;

	for (int i = 0; i < n; i++) {
		uint64_t one = list[i]->d_type == DT_DIR && list[i]->d_name[0] != '.'
				       ? read_bytes(top, list[i]->d_name, file)
				       : 0;

		sum = one > UINT64_MAX - sum ? UINT64_MAX : sum + one;
		free(list[i]);
	}
	free(list);
	return sum;
}

/*
 * The kernel protects a group's memory.min only as far as the group above has as much: so that has
 * the sum of all WPARs'.  What is protected is never taken, so a quarter of the memory is not, and
 * the LPAR itself goes on; of a larger sum each WPAR has its part.  memory.low would give way to
 * need, but with the kernel's LRU of generations it protects nothing.
 */
static void add_up_protection(int top)
{
	autofd int lock = wpar_limits_lock(top);
	const uint64_t sum = wpar_limits_sum(top, PROTECTED);
	struct wpar_machine m;
	char text[32];

	(void)lock;
	wpar_machine_get(&m);
	snprintf(text, sizeof(text), "%" PRIu64, sum < m.memory / 4 * 3 ? sum : m.memory / 4 * 3);
	par_fs_write_str(top, PROTECTED, text);
}

static void protect_beside(int cgroup)
{
	autofd int top = openat(cgroup, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (top >= 0)
		add_up_protection(top);
}

/* The kernel gives what one does not claim to the others. */
void wpar_limits_left(int top)
{
	struct wpar_limit now;

	if (read_limit(top, PROTECTED, &now) && strcmp(now.value, "0") != 0)
		add_up_protection(top);
}

/* What a group has in which nothing was written. */
static const struct wpar_limit defaults[] = {
	{ "pids.max", "max" }, { "memory.max", "max" },	    { "memory.swap.max", "max" },
	{ PROTECTED, "0" },    { "cpu.max", "max 100000" }, { "cpu.weight", "100" },
	{ PROCESSORS, "" },
};

static const char *value_of(const char *file, const struct wpar_limit *limits, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(limits[i].file, file) == 0)
			return limits[i].value;
	}
	return NULL;
}

size_t wpar_limits_change(const struct wpar_spec *from, const struct wpar_spec *to,
			  const struct wpar_machine *m, struct wpar_limit ret[WPAR_LIMITS_MAX])
{
	struct wpar_limit before[WPAR_LIMITS_MAX], after[WPAR_LIMITS_MAX];
	size_t n_before = wpar_limits_plan(from, m, before),
	       n_after = wpar_limits_plan(to, m, after);
	size_t n = 0;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(defaults); i++) {
		const char *file = defaults[i].file;
		const char *old = value_of(file, before, n_before);
		const char *new = value_of(file, after, n_after);

		old = old ? old : defaults[i].value;
		new = new ? new : defaults[i].value;
		if (strcmp(old, new) != 0)
			limits_put(&ret[n++], file, "%s", new);
	}
	return n;
}

/*
 * A group with processes in it takes no empty list of processors: instead of none of its own it
 * gets all that the machine can have, also those that come later, by DLPAR.
 */
static int limit_write(int cgroup, const struct wpar_limit *l)
{
	auto_buf possible = { 0 };
	int r;

	if (*l->value)
		return par_fs_write_str(cgroup, l->file, l->value);
	r = par_fs_read("/sys/devices/system/cpu/possible", 4096, &possible);
	return r < 0 ? r : par_fs_write_str(cgroup, l->file, possible.data);
}

int wpar_limits_write(const struct wpar_spec *spec, int cgroup, const struct wpar_limit *limits,
		      size_t n, struct par_error **err)
{
	struct wpar_limit old[WPAR_LIMITS_MAX];
	bool protects = false;
	size_t done = 0;

	for (size_t i = 0; i < n; i++) {
		int r;

		if (!read_limit(cgroup, limits[i].file, &old[done]))
			continue;
		r = limit_write(cgroup, &limits[i]);
		if (r < 0) {
			while (done-- > 0)
				limit_write(cgroup, &old[done]);
			return par_fail(err, PAR_E_SYSTEM, r, "the limit '%s' of '%s' is refused",
					limits[i].file, spec->name);
		}
		done++;
		protects |= strcmp(limits[i].file, PROTECTED) == 0;
	}
	if (protects)
		protect_beside(cgroup);
	return 0;
}

int wpar_limits_apply(const struct wpar_spec *s, int cgroup, struct par_error **err)
{
	struct wpar_limit limits[WPAR_LIMITS_MAX];
	struct wpar_machine m;
	size_t n;

	wpar_machine_get_for(s, &m);
	n = wpar_limits_plan(s, &m, limits);
	return wpar_limits_write(s, cgroup, limits, n, err);
}
