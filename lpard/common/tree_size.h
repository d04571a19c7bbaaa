/* SPDX-License-Identifier: Apache-2.0 */
/* How much of a disk a tree takes. */
#pragma once

#include <stdint.h>

/*
 * par_tree_bytes - the blocks of all files below @path and on its file system, in bytes; one with
 * several names counts once.  What vanishes meanwhile is not counted; no tree: 0
 */
uint64_t par_tree_bytes(const char *path);
