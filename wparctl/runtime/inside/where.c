/* SPDX-License-Identifier: Apache-2.0 */
/* wpar_is_inside: see inside.h. */
#include "wparctl/runtime/inside/inside.h"

#include "lpard/common/fs.h"
#include "wparctl/spec/spec.h"

#include <inttypes.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/prctl.h>

bool wpar_is_inside(void)
{
	auto_buf map = { 0 };
	uint32_t inside, outside;

	/* The answer of the global environment, and cheap: each command asks. */
	if (prctl(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0, 0, 0) != 0)
		return false;
	return par_fs_read("/proc/self/uid_map", 4096, &map) == 0 &&
	       sscanf(map.data, "%" SCNu32 " %" SCNu32, &inside, &outside) == 2 && inside == 0 &&
	       outside >= WPAR_ID_FIRST;
}
