/* SPDX-License-Identifier: Apache-2.0 */
/* The repairs of a restore: see restore.h. */
#include "restore.h"

#include <sched.h>

bool criu_frame_is_used(uint64_t nip_now, uint64_t sp_now, uint64_t nip, uint64_t sp)
{
	return nip != nip_now && sp == sp_now;
}

uint64_t criu_clone_flags(uint64_t flags)
{
	const uint64_t helper = CLONE_FS | CLONE_FILES;

	return (flags & (helper | CLONE_VM | CLONE_THREAD)) == helper ? flags & ~(uint64_t)CLONE_FS
								      : flags;
}
