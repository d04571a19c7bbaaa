/* SPDX-License-Identifier: Apache-2.0 */
/* wpar_is_inside, wpar_inside_key: see inside.h. */
#include "wparctl/runtime/inside/inside.h"

#include "lpard/common/fs.h"
#include "wparctl/spec/spec.h"

#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/prctl.h>

/* The first id outside of this process' user namespace, when it is a WPAR's; otherwise 0. */
static uint32_t first_id(void)
{
	auto_buf map = { 0 };
	uint32_t inside, outside;

	/* The answer of the global environment, and cheap: each command asks. */
	if (prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0) != 0)
		return 0;
	return par_fs_read("/proc/self/uid_map", 4096, &map) == 0 &&
			       sscanf(map.data, "%" SCNu32 " %" SCNu32, &inside, &outside) == 2 &&
			       inside == 0 && outside >= WPAR_ID_FIRST
		       ? outside
		       : 0;
}

bool wpar_is_inside(void)
{
	return first_id() != 0;
}

uint32_t wpar_inside_key(void)
{
	uint32_t first = first_id();

	return first ? (first - WPAR_ID_FIRST) / WPAR_ID_WIDTH + 1 : 0;
}
