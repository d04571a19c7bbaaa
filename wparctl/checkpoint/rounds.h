/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rounds in which memory is copied while the processes run on, so that the dump has only that left
 * which has changed since the last one.  Pure; take.c makes them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WPAR_ROUNDS_MOST 6

/*
 * wpar_rounds_more - is one more worth while?
 * @memory	bytes of memory of the processes that a dump would copy
 * @written	what each of the @n rounds before has copied, in bytes
 * None for a WPAR so small that a round would take longer than what it saves; else until what is
 * left is small, or no longer becomes less.
 */
bool wpar_rounds_more(uint64_t memory, const uint64_t *written, size_t n);
