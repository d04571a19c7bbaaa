/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where in which file system a name of the running system lies, by the lines of
 * /proc/self/mountinfo alone.  Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wpar_mounted_at {
	uint64_t id, parent;
	unsigned int major, minor;
	char *root, *point; /* which folder of the file system, and where it is mounted */
	char kind[64];
	bool top; /* what it is mounted on is not listed */
};

struct wpar_mount_table {
	struct wpar_mounted_at *v; /* in the order of the lines */
	size_t n;
};

#define auto_mount_table par_cleanup(wpar_mount_table_done) struct wpar_mount_table

void wpar_mount_table_done(struct wpar_mount_table *t);

/* wpar_mount_table_parse - lines that are none of mountinfo's are left out; 0 or -ENOMEM */
int wpar_mount_table_parse(const char *mountinfo, struct wpar_mount_table *ret);

/* wpar_mount_unescape - in place: what the kernel writes of a character that ends a field, "\040"
 */
void wpar_mount_unescape(char *text);

/* wpar_mount_seen_at - the mount that is seen at the absolute path @name; NULL: it is not listed */
const struct wpar_mounted_at *wpar_mount_seen_at(const struct wpar_mount_table *t,
						 const char *name);

/*
 * wpar_path_moved - "/data/a/b" for @path "/x/a/b", @from "/x" and @to "/data"; @path lies at or
 * below @from.  Caller frees; NULL: no memory
 */
char *wpar_path_moved(const char *path, const char *from, const char *to);
