/* SPDX-License-Identifier: Apache-2.0 */
/* PAGEMAP_SCAN up to the top of the address space, on a kernel that refuses it; see README.md. */
#pragma once

#include <stdint.h>
#include <sys/ioctl.h>

/* The kernel's struct pm_scan_arg (linux/fs.h from 6.7 on; headers of older suites lack it). */
struct criu_scan {
	uint64_t size, flags;
	uint64_t start, end; /* in; the end is the first address not looked at */
	uint64_t walk_end;   /* out: where the kernel stopped */
	uint64_t vec, vec_len, max_pages;
	uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};

#define CRIU_PAGEMAP_SCAN _IOWR('f', 16, struct criu_scan)

/* ioctl() with one argument of pointer type */
typedef int criu_ioctl(int fd, unsigned long request, void *arg);

/*
 * criu_scan_repaired - PAGEMAP_SCAN by @call, once more one byte shorter where EFAULT is the answer
 * @scan	its end is left as it was; walk_end is the end when the kernel came to the last byte
 *
 * Returns what @call returned, with errno: a scan that fails both times fails as it would without
 * this repair.
 */
int criu_scan_repaired(criu_ioctl *call, int fd, struct criu_scan *scan);
