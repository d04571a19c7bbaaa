/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The huge pages of a WPAR (-R totalLargePages): how many of those that the LPAR's administrator
 * has set aside (vm.nr_hugepages), of the system's usual size.  Without the limit it has none.
 */
#pragma once

#include "wparctl/spec/spec.h"

/*
 * wpar_huge_pages_set - the limit of its control group, before a process is in it or while it runs
 * Only what the WPAR asks for costs something: as long as none has asked, the groups have no such
 * files, and none of the pages.  Where the tree has no such controller nothing is done.  Returns 0
 * or a negative errno.
 */
int wpar_huge_pages_set(const struct wpar_spec *s, int cgroup);

/* wpar_huge_pages_file - "hugetlb.2MB.max" for a size in KiB; @reserved: of what mmap(2) reserves
 */
void wpar_huge_pages_file(uint64_t size_kib, bool reserved, char ret[48]);
