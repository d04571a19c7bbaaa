/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel calls the architecture of this program's own system calls, in filters of them
 * (seccomp_data.arch).  A call of another one has other numbers, and may be made by any program.
 */
#pragma once

#include <linux/audit.h>

#if defined(__x86_64__)
#define PAR_AUDIT_ARCH AUDIT_ARCH_X86_64
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define PAR_AUDIT_ARCH AUDIT_ARCH_PPC64LE
#elif defined(__powerpc64__)
#define PAR_AUDIT_ARCH AUDIT_ARCH_PPC64
#elif defined(__aarch64__)
#define PAR_AUDIT_ARCH AUDIT_ARCH_AARCH64
#else
#error "which audit architecture is this?"
#endif
