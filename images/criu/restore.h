/* SPDX-License-Identifier: Apache-2.0 */
/* Two repairs of `criu restore`; see README.md.  Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/*
 * criu_frame_is_used - does a process that is made to run at @nip, instead of where it is, keep its
 * stack pointer?
 * Then what runs there is a function of criu's, at whose beginning POWER's convention stores a word
 * above that pointer: in the frame of the function that was interrupted.
 */
bool criu_frame_is_used(uint64_t nip_now, uint64_t sp_now, uint64_t nip, uint64_t sp);

/* As far below that it is in nobody's way: what may lie below the pointer, and a frame. */
#define CRIU_FRAME_BELOW 1024

/* criu_clone_flags - those of a helper without the one that its parent, which has to change its
 * mount namespace, must not share; all others as they are */
uint64_t criu_clone_flags(uint64_t flags);
