/* SPDX-License-Identifier: Apache-2.0 */
/* See proc_source.h. */
#include "wparctl/runtime/launch/proc_source.h"

#include "lpard/common/fs.h"
#include "wparctl/resources/proc_text.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX (1 << 20)

/* The group's limits, and the texts that they point into */
struct group {
	struct wpar_group_limits limits;
	struct par_buf stat, processors;
};

static void group_done(struct group *g)
{
	par_buf_done(&g->stat);
	par_buf_done(&g->processors);
}

static void read_text(int cgroup, const char *file, struct par_buf *ret)
{
	autofd int fd = openat(cgroup, file, O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		par_fs_read_fd(fd, FILE_MAX, ret);
}

/* "max", or no such file: UINT64_MAX */
static uint64_t read_bytes(int cgroup, const char *file)
{
	auto_buf b = { 0 };
	uint64_t n;

	read_text(cgroup, file, &b);
	return b.data && sscanf(b.data, "%" SCNu64, &n) == 1 ? n : UINT64_MAX;
}

static void read_memory(int cgroup, struct group *g)
{
	g->limits.memory_max = read_bytes(cgroup, "memory.max");
	g->limits.memory_current = read_bytes(cgroup, "memory.current");
	g->limits.swap_max = read_bytes(cgroup, "memory.swap.max");
	g->limits.swap_current = read_bytes(cgroup, "memory.swap.current");
	read_text(cgroup, "memory.stat", &g->stat);
	g->limits.memory_stat = g->stat.data;
}

static void read_processors(int cgroup, struct group *g)
{
	auto_buf cpu_max = { 0 };

	read_text(cgroup, "cpuset.cpus.effective", &g->processors);
	g->limits.processors = g->processors.data;
	read_text(cgroup, "cpu.max", &cpu_max);
	if (!cpu_max.data || sscanf(cpu_max.data, "%" SCNu64 " %" SCNu64, &g->limits.quota_us,
				    &g->limits.period_us) != 2)
		g->limits.quota_us = UINT64_MAX;
}

static const struct {
	const char *name, *global;
	void (*read)(int cgroup, struct group *g);
	int (*text)(const char *global, const struct wpar_group_limits *l, struct par_buf *ret);
} files[] = {
	[WPAR_PROC_MEMINFO] = { "meminfo", "/proc/meminfo", read_memory, wpar_proc_meminfo },
	[WPAR_PROC_CPUINFO] = { "cpuinfo", "/proc/cpuinfo", read_processors, wpar_proc_cpuinfo },
};

bool wpar_proc_source_needed(const struct wpar_spec *s, enum wpar_proc_file file)
{
	const struct wpar_resources *r = &s->resources;

	if (s->type != WPAR_SYSTEM || r->inactive)
		return false;
	if (file == WPAR_PROC_MEMINFO)
		return r->total_virt_mem || (r->memory_hard_x100 && r->memory_hard_x100 < 10000);
	return r->rset || (r->cpu_hard_x100 && r->cpu_hard_x100 < 10000);
}

int wpar_proc_source_write(int fd, enum wpar_proc_file file, int cgroup)
{
	par_cleanup(group_done) struct group g = { 0 };
	auto_buf global = { 0 }, text = { 0 };
	int r = par_fs_read(files[file].global, FILE_MAX, &global);

	if (r < 0)
		return r;
	files[file].read(cgroup, &g);
	r = files[file].text(global.data, &g.limits, &text);
	if (r < 0)
		return r;
	/* Who reads meanwhile sees one or the other, line by line, as in /proc itself. */
	if (pwrite(fd, text.data, text.len, 0) != (ssize_t)text.len ||
	    ftruncate(fd, (off_t)text.len) < 0)
		return -errno;
	return 0;
}

static int source_open(const char *run, enum wpar_proc_file file, int flags)
{
	autofree char *path = par_strdup_printf("%s/%s", run, files[file].name);
	int fd = path ? open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW | flags, 0444) : -1;

	return !path ? -ENOMEM : fd < 0 ? -errno : fd;
}

int wpar_proc_source_open(const char *run, enum wpar_proc_file file)
{
	return source_open(run, file, 0);
}

int wpar_proc_source_make(const char *run)
{
	for (unsigned int i = 0; i < WPAR_PROC_FILES; i++) {
		int fd = source_open(run, i, O_CREAT);

		if (fd < 0)
			return fd;
		close(fd);
	}
	return 0;
}

int wpar_proc_source_fill(const struct wpar_spec *s, const char *run, int cgroup)
{
	for (unsigned int i = 0; i < WPAR_PROC_FILES; i++) {
		autofd int fd = -1;
		int r;

		if (!wpar_proc_source_needed(s, i))
			continue;
		fd = wpar_proc_source_open(run, i);
		r = fd < 0 ? fd : wpar_proc_source_write(fd, i, cgroup);
		if (r < 0)
			return r;
	}
	return 0;
}
