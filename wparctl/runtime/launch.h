/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the first process of a WPAR: namespaces, ids, mounts, limits.  launch.c is the outer half
 * (the global environment's rights), child.c the inner one.  Internal to runtime/.
 */
#pragma once

#include "wparctl/filesystem/mount_plan.h"
#include "wparctl/runtime/console.h"
#include "wparctl/spec/spec.h"

struct wpar_launch {
	const struct wpar_spec *spec;
	struct wpar_mount_plan plan;
	int cgroup;
	/*
	 * What the first process does once it is inside: it gets a descriptor which says that the
	 * start has worked when it is closed (exec does that).  Returns its exit status.
	 */
	int (*inside)(const struct wpar_launch *l, int started);
	char *const *argv; /* for inside() */
	const struct par_strv *environment;
	const struct wpar_console *console; /* NULL: 0, 1, 2 as they are */
	bool die_with_parent;
	bool no_new_privs;

	/* Set by wpar_launch(); uname: to the process that answers for the old system, or -1. */
	int uname;
	pid_t pid;
	int pidfd;
};

#define auto_launch par_cleanup(wpar_launch_done) struct wpar_launch
void wpar_launch_done(struct wpar_launch *l);

/* wpar_launch_prepare - plan, folder in /run, control group; nothing runs yet */
int wpar_launch_prepare(struct wpar_launch *l, const struct wpar_spec *s, struct par_error **err);

/*
 * wpar_launch - start it; the caller's own mount and network namespaces are new ones afterwards
 * Returns when inside() has closed its descriptor, or the error that it or the set-up met; the
 * process is gone then.
 */
int wpar_launch(struct wpar_launch *l, struct par_error **err);

/* wpar_launch_child - child.c: the first process; never returns */
__attribute__((noreturn)) void wpar_launch_child(const struct wpar_launch *l, int sync);

/* One message on the sync socket; errors go up, mounts go down. */
struct wpar_sync_error {
	int id, errnum;
	char text[400];
};
void wpar_sync_fail(int sync, const struct par_error *e);
/* wpar_sync_wait - 0 at end of file: the other side has closed it by its exec; else its error */
int wpar_sync_wait(int sync, struct par_error **err);

/* wpar_close_others - of the descriptors above 2 only these two stay; 0 or a negative errno */
int wpar_close_others(int keep, int keep_too);

/* wpar_process_reset - limits, signal dispositions, mask: a WPAR's own, not the caller's */
void wpar_process_reset(void);

/* wpar_test_stop_at - WPAR_STOP_AT=STEP in test builds: the process kills itself there */
void wpar_test_stop_at(const char *step);
