/* SPDX-License-Identifier: Apache-2.0 */
/* See cgroup_usage.h.  The files are described in the kernel's cgroup-v2.rst and proc(5). */
#include "wparctl/resources/cgroup_usage.h"

#include "lpard/common/fs.h"
#include "lpard/common/process.h"
#include "wparctl/resources/cgroup.h"
#include "wparctl/resources/cgroup_below.h"

#include <string.h>

#define FILE_MAX (1 << 20)

bool wpar_usage_key(const char *text, const char *key, uint64_t *ret)
{
	size_t len = strlen(key);

	for (const char *line = text; line && *line;) {
		const char *end = strchr(line, '\n');
		char *after;

		if (strncmp(line, key, len) == 0 && (line[len] == ' ' || line[len] == ':')) {
			const char *number = line + len + 1;

			number += strspn(number, " \t");
			*ret = strtoull(number, &after, 10);
			return after != number && *number != '-';
		}
		line = end ? end + 1 : NULL;
	}
	return false;
}

/* user nice system idle iowait irq softirq steal …; what the hypervisor has stolen is not this
 * system's. */
bool wpar_usage_times(const char *stat, struct wpar_usage_times *ret)
{
	unsigned long long user, nice, system, idle, iowait, irq, softirq;

	if (sscanf(stat, "cpu %llu %llu %llu %llu %llu %llu %llu", &user, &nice, &system, &idle,
		   &iowait, &irq, &softirq) != 7)
		return false;
	*ret = (struct wpar_usage_times){
		.user = user + nice, .system = system + irq + softirq, .wait = iowait, .idle = idle
	};
	return true;
}

bool wpar_usage_busy(const char *stat, uint64_t *ret)
{
	struct wpar_usage_times t;

	if (!wpar_usage_times(stat, &t))
		return false;
	*ret = t.user + t.system;
	return true;
}

static bool read_key(int dir, const char *file, const char *key, uint64_t *ret)
{
	autofd int fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
	auto_buf b = { 0 };

	return fd >= 0 && par_fs_read_fd(fd, FILE_MAX, &b) == 0 && b.data &&
	       wpar_usage_key(b.data, key, ret);
}

static bool read_number(int dir, const char *file, uint64_t *ret)
{
	autofd int fd = openat(dir, file, O_RDONLY | O_CLOEXEC);
	auto_buf b = { 0 };

	if (fd < 0 || par_fs_read_fd(fd, 64, &b) < 0 || !b.data)
		return false;
	b.data[strcspn(b.data, "\n")] = '\0';
	return par_parse_u64(b.data, UINT64_MAX, ret) == 0;
}

/* "8:0 rbytes=4096 wbytes=0 rios=1 …", a line for each device */
static uint64_t sum_of(const char *text, const char *key)
{
	uint64_t sum = 0;

	for (const char *at = strstr(text, key); at; at = strstr(at + 1, key))
		sum += strtoull(at + strlen(key), NULL, 10);
	return sum;
}

void wpar_usage_io(const char *text, uint64_t *ret_read, uint64_t *ret_written)
{
	*ret_read = sum_of(text, " rbytes=");
	*ret_written = sum_of(text, " wbytes=");
}

static void read_io(int cgroup, struct wpar_usage *ret)
{
	autofd int fd = openat(cgroup, "io.stat", O_RDONLY | O_CLOEXEC);
	auto_buf b = { 0 };

	/* Before the first block device is used the file is empty. */
	if (fd >= 0 && par_fs_read_fd(fd, FILE_MAX, &b) == 0)
		wpar_usage_io(b.data ? b.data : "", &ret->read, &ret->written);
}

static uint64_t system_up_s(void)
{
	auto_buf b = { 0 };

	return par_fs_read("/proc/uptime", 256, &b) == 0 && b.data ? strtoull(b.data, NULL, 10) : 0;
}

static uint64_t process_up_s(pid_t pid)
{
	struct par_process_stat stat;
	uint64_t up = system_up_s(), start;

	if (par_process_stat(pid, &stat) < 0)
		return 0;
	start = stat.started / (uint64_t)sysconf(_SC_CLK_TCK);
	return start < up ? up - start : 0;
}

void wpar_usage_of_group(int cgroup, struct wpar_usage *ret)
{
	pid_t init = wpar_cgroup_init(cgroup);

	*ret = (struct wpar_usage){ .memory = WPAR_USAGE_UNKNOWN,
				    .cpu_us = WPAR_USAGE_UNKNOWN,
				    .read = WPAR_USAGE_UNKNOWN,
				    .written = WPAR_USAGE_UNKNOWN };
	read_io(cgroup, ret);
	read_number(cgroup, "memory.current", &ret->memory);
	read_key(cgroup, "cpu.stat", "usage_usec", &ret->cpu_us);
	if (!read_number(cgroup, "pids.current", &ret->processes))
		ret->processes = wpar_below_count(cgroup);
	if (init > 0)
		ret->up_s = process_up_s(init);
}

int wpar_usage_of_system(struct wpar_usage_system *ret)
{
	uint64_t total = 0, available = 0, busy = 0;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	auto_buf meminfo = { 0 }, stat = { 0 };
	int r = par_fs_read("/proc/meminfo", FILE_MAX, &meminfo);

	*ret = (struct wpar_usage_system){ .processors =
						   processors > 0 ? (unsigned int)processors : 1 };
	if (r < 0)
		return r;
	r = par_fs_read("/proc/stat", FILE_MAX, &stat);
	if (r < 0)
		return r;
	if (!meminfo.data || !wpar_usage_key(meminfo.data, "MemTotal", &total) ||
	    !wpar_usage_key(meminfo.data, "MemAvailable", &available) || available > total ||
	    !stat.data || !wpar_usage_busy(stat.data, &busy))
		return -EPROTO;
	ret->memory_total = total << 10;
	ret->usage.memory = (total - available) << 10;
	ret->usage.cpu_us = busy * (1000000 / (uint64_t)sysconf(_SC_CLK_TCK));
	ret->usage.up_s = system_up_s();
	ret->usage.read = ret->usage.written = WPAR_USAGE_UNKNOWN;
	return 0;
}
