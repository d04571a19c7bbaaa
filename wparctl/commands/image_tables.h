/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lsmksysb shows of a system image and lssavewpar of a backup in the same words: members,
 * file systems, packages.
 */
#pragma once

#include "lpard/common/json.h"
#include "wparctl/versioned/compat.h"

#include <stdio.h>

/* @colon: fields that colons separate, below a line that begins with # */
struct wpar_table {
	FILE *out;
	bool colon;
};

/* wpar_or_dash - @s, or "-" when there is nothing in it */
const char *wpar_or_dash(const char *s);

/* wpar_table_member - size in bytes and name; for wpar_scan(), with a struct wpar_table as @user */
void wpar_table_member(void *user, const struct wpar_scan_member *m);

/*
 * wpar_table_system - the lines of the system itself: "BACKUP DATE AND TIME" (@created, NULL: not
 * known), "UNAME INFO", "BACKUP OSLEVEL", "BACKUP SIZE (MB)" (what its file systems take, else
 * @data->size_kib), "SHRINK SIZE (MB)" (@shrink, MiB); the volume group first
 */
void wpar_table_system(const struct wpar_table *t, const struct wpar_image_data *data,
		       const char *volume_group, const char *created, uint64_t shrink);

/* wpar_table_file_systems - all of @data, in MiB, below the name of the volume group */
void wpar_table_file_systems(const struct wpar_table *t, const struct wpar_image_data *data,
			     const char *volume_group);

/* wpar_table_packages - name, level and architecture of each package of @data */
void wpar_table_packages(const struct wpar_table *t, const struct wpar_image_data *data);

/* wpar_json_file_systems - the same as JSON, sizes in KiB; the caller puts it */
struct json_object *wpar_json_file_systems(const struct wpar_image_data *data);
