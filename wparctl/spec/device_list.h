/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AIX's list of the devices that workload partitions may have (/etc/wpars/devexports, mkwpar -b):
 *
 *	name:
 *		value = "/dev/ttyS*"
 *		auto = "no"
 *
 * Pure; operations/device_list.h reads and applies it.
 */
#pragma once

#include "wparctl/spec/spec.h"

struct wpar_device_entry {
	char *value;  /* a path below /dev, or a pattern of the shell's for such */
	bool no_auto; /* auto = "no": only where -D asks for it */
};

struct wpar_device_list {
	struct wpar_device_entry *v;
	size_t n;
};

#define WPAR_DEVICE_ENTRIES 1024

#define auto_device_list par_cleanup(wpar_device_list_done) struct wpar_device_list
void wpar_device_list_done(struct wpar_device_list *l);

/* wpar_device_list_parse - PAR_E_CORRUPT with the line's number; *ret is to be ended in any case */
int wpar_device_list_parse(const char *text, size_t len, struct wpar_device_list *ret,
			   struct par_error **err);

/* wpar_device_list_find - the first entry that @path is or matches; NULL: it is not in the list */
const struct wpar_device_entry *wpar_device_list_find(const struct wpar_device_list *l,
						      const char *path);
