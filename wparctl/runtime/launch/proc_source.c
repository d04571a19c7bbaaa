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

static const struct {
	const char *name, *global;
	int (*text)(const char *global, const struct wpar_group_limits *l, struct par_buf *ret);
} files[] = {
	[WPAR_PROC_MEMINFO] = { "meminfo", "/proc/meminfo", wpar_proc_meminfo },
	[WPAR_PROC_CPUINFO] = { "cpuinfo", "/proc/cpuinfo", wpar_proc_cpuinfo },
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

int wpar_proc_source_write(int fd, enum wpar_proc_file file, int cgroup)
{
	struct wpar_group_limits l = { .memory_max = UINT64_MAX,
				       .swap_max = UINT64_MAX,
				       .quota_us = UINT64_MAX,
				       .period_us = UINT64_MAX };
	auto_buf global = { 0 }, stat = { 0 }, processors = { 0 }, cpu_max = { 0 }, text = { 0 };
	int r = par_fs_read(files[file].global, FILE_MAX, &global);

	if (r < 0)
		return r;
	l.memory_max = read_bytes(cgroup, "memory.max");
	l.memory_current = read_bytes(cgroup, "memory.current");
	l.swap_max = read_bytes(cgroup, "memory.swap.max");
	l.swap_current = read_bytes(cgroup, "memory.swap.current");
	read_text(cgroup, "memory.stat", &stat);
	l.memory_stat = stat.data;
	read_text(cgroup, "cpuset.cpus.effective", &processors);
	l.processors = processors.data;
	read_text(cgroup, "cpu.max", &cpu_max);
	if (cpu_max.data &&
	    sscanf(cpu_max.data, "%" SCNu64 " %" SCNu64, &l.quota_us, &l.period_us) != 2)
		l.quota_us = UINT64_MAX;
	r = files[file].text(global.data, &l, &text);
	if (r < 0)
		return r;
	/* Who reads meanwhile sees one or the other, line by line, as in /proc itself. */
	if (pwrite(fd, text.data, text.len, 0) != (ssize_t)text.len ||
	    ftruncate(fd, (off_t)text.len) < 0)
		return -errno;
	return 0;
}

int wpar_proc_source_open(const char *run, enum wpar_proc_file file)
{
	autofree char *path = par_strdup_printf("%s/%s", run, files[file].name);
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0444) : -1;

	return !path ? -ENOMEM : fd < 0 ? -errno : fd;
}

int wpar_proc_source_make(const char *run)
{
	for (unsigned int i = 0; i < WPAR_PROC_FILES; i++) {
		int fd = wpar_proc_source_open(run, i);

		if (fd < 0)
			return fd;
		close(fd);
	}
	return 0;
}

int wpar_proc_source_fill(const char *run, int cgroup)
{
	for (unsigned int i = 0; i < WPAR_PROC_FILES; i++) {
		autofd int fd = wpar_proc_source_open(run, i);
		int r = fd < 0 ? fd : wpar_proc_source_write(fd, i, cgroup);

		if (r < 0)
			return r;
	}
	return 0;
}
