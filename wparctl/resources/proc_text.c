/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See proc_text.h.  The lines of /proc/meminfo are described in proc(5), those of memory.stat in
 * the kernel's documentation of control groups.
 */
#include "wparctl/resources/proc_text.h"

#include "wparctl/resources/cgroup_usage.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* A line of meminfo and the keys of memory.stat whose sum it shows */
static const struct {
	const char *line, *keys[2];
} sums[] = {
	{ "Cached", { "file" } },
	{ "Active", { "active_anon", "active_file" } },
	{ "Inactive", { "inactive_anon", "inactive_file" } },
	{ "Active(anon)", { "active_anon" } },
	{ "Inactive(anon)", { "inactive_anon" } },
	{ "Active(file)", { "active_file" } },
	{ "Inactive(file)", { "inactive_file" } },
	{ "Unevictable", { "unevictable" } },
	{ "Dirty", { "file_dirty" } },
	{ "Writeback", { "file_writeback" } },
	{ "AnonPages", { "anon" } },
	{ "Mapped", { "file_mapped" } },
	{ "Shmem", { "shmem" } },
	{ "KReclaimable", { "slab_reclaimable" } },
	{ "Slab", { "slab_reclaimable", "slab_unreclaimable" } },
	{ "SReclaimable", { "slab_reclaimable" } },
	{ "SUnreclaim", { "slab_unreclaimable" } },
	{ "KernelStack", { "kernel_stack" } },
	{ "PageTables", { "pagetables" } },
	/* Of these a group has no number: block devices' own pages, and those of both worlds. */
	{ "Buffers", { NULL } },
	{ "SwapCached", { NULL } },
};

static uint64_t stat_key(const char *stat, const char *key)
{
	uint64_t n = 0;

	return wpar_usage_key(stat, key, &n) ? n : 0;
}

static uint64_t less(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t minus(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* Bytes for a line of meminfo, which has @global of the LPAR; false: it stays. */
static bool line_value(const char *name, uint64_t global, const struct wpar_group_limits *l,
		       uint64_t *ret)
{
	const uint64_t free = minus(l->memory_max, l->memory_current);
	const uint64_t swap = l->swap_max;

	if (strcmp(name, "MemTotal") == 0) {
		*ret = less(global, l->memory_max);
	} else if (strcmp(name, "MemFree") == 0) {
		*ret = less(global, free);
	} else if (strcmp(name, "MemAvailable") == 0) {
		*ret = less(global, free + stat_key(l->memory_stat, "active_file") +
					    stat_key(l->memory_stat, "inactive_file") +
					    stat_key(l->memory_stat, "slab_reclaimable"));
	} else if (strcmp(name, "SwapTotal") == 0) {
		*ret = less(global, swap);
	} else if (strcmp(name, "SwapFree") == 0) {
		*ret = less(global, swap == UINT64_MAX ? swap : minus(swap, l->swap_current));
	} else {
		for (size_t i = 0; i < PAR_ARRAY_SIZE(sums); i++) {
			if (strcmp(name, sums[i].line) != 0)
				continue;
			*ret = 0;
			for (size_t k = 0; k < 2 && sums[i].keys[k]; k++)
				*ret += stat_key(l->memory_stat, sums[i].keys[k]);
			return true;
		}
		return false;
	}
	return true;
}

/* "MemTotal:        2097152 kB" */
static void put_line(const char *line, size_t len, const struct wpar_group_limits *l,
		     struct par_buf *ret)
{
	const char *colon = memchr(line, ':', len);
	char name[32];
	uint64_t value;

	if (colon && (size_t)(colon - line) < sizeof(name)) {
		memcpy(name, line, (size_t)(colon - line));
		name[colon - line] = '\0';
		if (line_value(name, strtoull(colon + 1, NULL, 10) << 10, l, &value)) {
			/* The kernel's own columns: the number ends in the 24th. */
			par_buf_printf(ret, "%s:%*" PRIu64 " kB\n", name,
				       (int)(24 - strlen(name) - 1), value >> 10);
			return;
		}
	}
	par_buf_put(ret, line, len);
	par_buf_putc(ret, '\n');
}

int wpar_proc_meminfo(const char *global, const struct wpar_group_limits *l, struct par_buf *ret)
{
	if (l->memory_max == UINT64_MAX) {
		par_buf_puts(ret, global);
		return ret->failed ? -ENOMEM : 0;
	}
	for (const char *line = global; *line;) {
		size_t len = strcspn(line, "\n");

		put_line(line, len, l, ret);
		line += len + (line[len] == '\n');
	}
	return ret->failed ? -ENOMEM : 0;
}

/* Is @n in "0-3,8"? */
static bool list_has(const char *list, unsigned long n)
{
	while (list && *list) {
		char *end;
		unsigned long first = strtoul(list, &end, 10), last = first;

		if (end == list)
			return false;
		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		if (n >= first && n <= last)
			return true;
		list = *end == ',' ? end + 1 : NULL;
	}
	return false;
}

/* "processor	: 3": every block of a processor begins so. */
static bool block_processor(const char *block, unsigned long *ret)
{
	static const char word[] = "processor";
	const char *at = block + sizeof(word) - 1;
	char *end;

	if (strncmp(block, word, sizeof(word) - 1) != 0)
		return false;
	at += strspn(at, " \t");
	if (*at++ != ':')
		return false;
	*ret = strtoul(at, &end, 10);
	return end != at;
}

int wpar_proc_cpuinfo(const char *global, const struct wpar_group_limits *l, struct par_buf *ret)
{
	const uint64_t most = l->quota_us == UINT64_MAX || l->period_us == 0
				      ? UINT64_MAX
				      : (l->quota_us + l->period_us - 1) / l->period_us;
	uint64_t shown = 0;

	for (const char *block = global; *block;) {
		const char *end = strstr(block, "\n\n");
		size_t len = end ? (size_t)(end - block) + 2 : strlen(block);
		unsigned long n;

		/* What is no processor (ppc64: timebase, platform) is there once, for all. */
		if (!block_processor(block, &n) ||
		    ((!l->processors || list_has(l->processors, n)) && shown++ < most))
			par_buf_put(ret, block, len);
		block += len;
	}
	return ret->failed ? -ENOMEM : 0;
}
