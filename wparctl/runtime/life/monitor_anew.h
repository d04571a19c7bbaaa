/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A monitor that runs its own program anew.  What the command was about, and the start, have left a
 * heap full of holes on pages that would be each monitor's own for as long as its WPAR runs.
 */
#pragma once

#include "wparctl/spec/spec.h"

/* What goes on; the descriptors stay open. */
struct wpar_monitor_args {
	char name[WPAR_NAME_MAX + 1];
	uint32_t idbase;
	pid_t init;
	int pidfd;	  /* of @init */
	int listener;	  /* struct wpar_cor; -1: there is none */
	int only;	  /* the lock that says which monitor is the only one; -1: there is none */
	int bare;	  /* a space that other starts copy (mount_space.h); -1: none */
	int console, end; /* struct wpar_wires */
	bool adopted;
};

/*
 * wpar_monitor_anew_prepare - makes what wpar_monitor_anew() needs in the WPAR's folder: before
 * anybody may be told that the WPAR runs, as a stop removes that folder
 */
void wpar_monitor_anew_prepare(const char *name);

/*
 * wpar_monitor_anew - the same process, with the name and the descriptors of @a and an empty heap
 * Returns when that cannot be done: then the process goes on as it is.
 */
void wpar_monitor_anew(const struct wpar_monitor_args *a);

/* wpar_monitor_anew_args - is this program run by wpar_monitor_anew()? then with what */
bool wpar_monitor_anew_args(int argc, char **argv, struct wpar_monitor_args *ret);
