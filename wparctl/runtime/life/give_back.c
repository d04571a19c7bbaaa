/* SPDX-License-Identifier: Apache-2.0 */
/* Free heap and unused stack: see give_back.h. */
#include "wparctl/runtime/life/give_back.h"

#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#define DEEPEST (512 * 1024) /* of the stack that a command uses */
#define SPARE	1024 /* below this frame: what the ABI lets a function use without a frame */

void wpar_give_back(void)
{
	char *here = __builtin_frame_address(0);
	size_t beyond = ((uintptr_t)here - SPARE) % (size_t)sysconf(_SC_PAGESIZE);
	char *end = here - SPARE - beyond;

	malloc_trim(0);
	/* Stacks grow down.  Where this one has not been so deep nothing is mapped: no error. */
	madvise(end - DEEPEST, DEEPEST, MADV_DONTNEED);
}
