/* SPDX-License-Identifier: Apache-2.0 */
/* A log that several processes write, and that takes at most twice a size: itself, and what is put
 * aside (aside.h) when it is full. */
#pragma once

#include <stddef.h>

/* par_bounded_log_open - locked, made (mode 0640, with its folder) when it is not there; or -errno
 * @ret_size	its length
 */
int par_bounded_log_open(const char *path, size_t *ret_size);

/* par_bounded_log_append - to @path, which is never longer than @max, nor is what is put aside
 * What cannot be written is lost: a log that fails is no error of who writes it.
 */
void par_bounded_log_append(const char *path, size_t max, const char *data, size_t len);
