/* SPDX-License-Identifier: Apache-2.0 */
/* What this system and each of its WPARs use now, as the kernel counts it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* WPAR_USAGE_UNKNOWN - the kernel does not count this here (no controller) */
#define WPAR_USAGE_UNKNOWN UINT64_MAX

/* A moment's readings; all but processes and up_s may be WPAR_USAGE_UNKNOWN. */
struct wpar_usage {
	uint64_t memory; /* bytes in use: of a system, what cannot be had by others */
	uint64_t cpu_us; /* processor time since the start, microseconds over all processors */
	uint64_t read, written; /* bytes of block devices, since the group was made; of a WPAR */
	uint64_t processes;	/* of a WPAR */
	uint64_t up_s;		/* seconds since the start; a WPAR's is that of its PID 1 */
};

/* What only the system has. */
struct wpar_usage_system {
	struct wpar_usage usage;
	uint64_t memory_total; /* bytes */
	unsigned int processors;
};

/* wpar_usage_of_group - of a WPAR's control group (wpar_cgroup_open) */
void wpar_usage_of_group(int cgroup, struct wpar_usage *ret);

/* wpar_usage_of_system - of this system; -errno when /proc cannot be read */
int wpar_usage_of_system(struct wpar_usage_system *ret);

/*
 * The parsers of the kernel's files, for tests.
 * wpar_usage_key - the number behind @key in lines "key number…"; false when there is none
 */
bool wpar_usage_key(const char *text, const char *key, uint64_t *ret);
/* wpar_usage_busy - the processors' busy ticks in /proc/stat; false when it is not such a file */
bool wpar_usage_busy(const char *stat, uint64_t *ret);

/* wpar_usage_io - the sums of rbytes= and wbytes= in io.stat, all devices together */
void wpar_usage_io(const char *text, uint64_t *ret_read, uint64_t *ret_written);

/* The processors' ticks since the system's start, as iostat and lparstat sum them up. */
struct wpar_usage_times {
	uint64_t user, system, wait, idle;
};
/* wpar_usage_times - of /proc/stat; false when it is not such a file */
bool wpar_usage_times(const char *stat, struct wpar_usage_times *ret);
