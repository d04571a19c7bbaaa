/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The subsystems that srcmstr has started.  What it knows of them is written to /run/srcmstr, so
 * that one that was killed is followed by one that knows it all.  Internal to wparctl/srcmstr.
 */
#pragma once

#include "wparctl/srcmstr/respawn.h"
#include "wparctl/srcmstr/subsystem.h"

#include <sys/types.h>

/* One process of a subsystem, or one that is to be started again. */
struct wpar_running {
	char name[WPAR_SUBSYSTEM_NAME_MAX + 1], group[WPAR_SUBSYSTEM_NAME_MAX + 1];
	pid_t pid;		       /* 0: it has ended and waits to be started again */
	unsigned long long started;    /* with the pid it names a process for good */
	bool adopted;		       /* the child of an srcmstr that was killed */
	bool asked;		       /* to stop */
	time_t kill_at;		       /* cancelled: SIGKILL then; 0: never */
	char *arguments, *environment; /* of startsrc; NULL: none */
	struct wpar_respawn respawn;
};

struct wpar_runnings {
	struct wpar_running *v;
	size_t n;
};

#define WPAR_RUNNING_MAX 512

/* wpar_running_start - a process of the subsystem; 0 or a negative errno.  @why: what cannot be */
int wpar_running_start(const struct wpar_subsystem *def, struct wpar_running *r,
		       struct par_buf *why);

/* wpar_runnings_add - an empty one at the end; NULL: no memory, or too many */
struct wpar_running *wpar_runnings_add(struct wpar_runnings *l, const struct wpar_subsystem *def);
void wpar_runnings_remove(struct wpar_runnings *l, size_t at);

/* wpar_runnings_save / _adopt - to and from /run/srcmstr; a failure costs the next one knowledge */
void wpar_runnings_save(const struct wpar_runnings *l);
void wpar_runnings_adopt(struct wpar_runnings *l);

/* wpar_running_lives - is the process still the one it was? for adopted ones */
bool wpar_running_lives(const struct wpar_running *r);
