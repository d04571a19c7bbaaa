/* SPDX-License-Identifier: Apache-2.0 */
/* A log that is full is put aside, so that there are at most two files of it. */
#pragma once

/* par_aside_path - where the full one lies, "PATH.1"; caller frees; NULL: no memory, or no @path */
char *par_aside_path(const char *path);

/*
 * par_put_aside - the file @path becomes that, in the place of the one before
 * Negative errno: it is still where it was, and goes on growing rather than be lost.
 */
int par_put_aside(const char *path);
