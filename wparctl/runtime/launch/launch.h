/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes the first process of a WPAR: namespaces, ids, mounts, limits.  launch.c is the outer half
 * (the global environment's rights), child.c the inner one.  Internal to runtime/.
 */
#pragma once

#include "wparctl/filesystem/mount_apply.h"
#include "wparctl/network/plan.h"
#include "wparctl/resources/inner_limits.h"
#include "wparctl/runtime/launch/own_ids.h"
#include "wparctl/runtime/launch/reset.h"
#include "wparctl/spec/spec.h"
#include "wparctl/versioned/interpreter.h"

struct wpar_launch {
	const struct wpar_spec *spec;
	struct wpar_mount_plan plan;
	struct wpar_net_plan network;
	struct wpar_inner_limits inner;
	struct wpar_interpreters interpreters;
	const char *program; /* program.h: of the build that it has run so far; NULL: this one */
	int cgroup;
	int birth; /* the group below @cgroup that the first process is born in; 0: @cgroup */
	/*
	 * What the first process does once it is inside.  To close @started (exec does) says that
	 * the start has worked.  Returns the exit status of the process.
	 */
	int (*inside)(const struct wpar_launch *l, int started);
	char *const *argv; /* for inside() */
	const struct par_strv *environment;
	const void *user;
	const struct wpar_stdio *stdio;	    /* NULL: 0, 1, 2 as they are */
	const struct wpar_own_ids *own_ids; /* of a user's job: who is the same inside; else NULL */
	bool die_with_parent;
	bool keep_priority; /* reset.h */
	bool no_new_privs;
	int steps; /* socket for wpar_sync_step(WPAR_STEP_MOUNTED); 0: nobody listens */

	/* Set by wpar_launch(); boot: wpar_clock_boot(); uname: to the process that answers for the
	 * old system, or -1. */
	int64_t boot;
	int uname;
	pid_t pid;
	int pidfd;
	struct wpar_mount_space space; /* .bare: for wpar_space_keep() */
};

#define auto_launch par_cleanup(wpar_launch_done) struct wpar_launch
void wpar_launch_done(struct wpar_launch *l);

/* wpar_launch_plan - the plan of mounts for @s, here and now; a device that is not there is left
 * out
 */
int wpar_launch_plan(const struct wpar_spec *s, struct wpar_mount_plan *ret,
		     struct par_error **err);

/* wpar_launch_prepare - plans, folder in /run, control group; nothing runs yet */
int wpar_launch_prepare(struct wpar_launch *l, const struct wpar_spec *s, struct par_error **err);

/* wpar_launch_plan_network - the steps for the network of @s; none when it has no address */
int wpar_launch_plan_network(const struct wpar_spec *s, struct wpar_net_plan *ret,
			     struct par_error **err);

/*
 * wpar_launch - start the first process
 * Returns when inside() has closed its descriptor; l->network is to be announced then
 * (wpar_net_announce()).  After an error, of the set-up or of inside(),
 * the process is gone.
 */
int wpar_launch(struct wpar_launch *l, struct par_error **err);
