/* SPDX-License-Identifier: Apache-2.0 */
/* Copies a tree that nobody changes, with all that a file has; copy.h is for a system in use. */
#pragma once

#include <stdbool.h>

/* Is this taken, and what is in it?  @path is relative to the top: "etc/shadow" */
typedef bool (*wpar_copy_want)(const char *path, void *user);

/*
 * wpar_copy_whole - what is in @from, and what @from has itself, into the empty folder @to
 * Owners, modes, times, extended attributes and access lists, holes, hard links (of which both are
 * taken), devices and FIFOs; sockets are left out.  Never follows a link, never leaves its mount.
 * Returns 0 or a negative errno: -ELOOP: folders are nested too deeply.
 */
int wpar_copy_whole(int from, int to, wpar_copy_want want, void *user);
