/* SPDX-License-Identifier: Apache-2.0 */
/* The repaired scan; see scan.h.  Pure but for @call: tested with a kernel of the test's own. */
#include "scan.h"

#include <errno.h>

int criu_scan_repaired(criu_ioctl *call, int fd, struct criu_scan *scan)
{
	uint64_t end = scan->end;
	int result = call(fd, CRIU_PAGEMAP_SCAN, scan);

	if (result >= 0 || errno != EFAULT || end <= scan->start)
		return result;
	scan->end = end - 1;
	result = call(fd, CRIU_PAGEMAP_SCAN, scan);
	scan->end = end;
	if (result >= 0 && scan->walk_end == end - 1)
		scan->walk_end = end;
	return result;
}
