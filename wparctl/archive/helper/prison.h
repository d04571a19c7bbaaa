/* SPDX-License-Identifier: Apache-2.0 */
/* How the helper locks itself in before it looks at a byte of a WPAR's or an image's. */
#pragma once

#include <stdint.h>

#define PAR_BIT64(n) (UINT64_C(1) << (n))

/*
 * wpar_prison_keep - give up all capabilities but those of @keep (PAR_BIT64(CAP_CHOWN) | ...)
 * wpar_prison_forbid_calls - starting a program, looking into another process, a way to change the
 * prison: none of it from here on
 * Each returns 0 or a negative errno.
 */
int wpar_prison_keep(uint64_t keep);
int wpar_prison_forbid_calls(void);
