/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the commands ask of the runtime.  A WPAR's state is what the kernel says; nothing here
 * trusts a state file for more than where to look.
 */
#pragma once

#include "wparctl/spec/spec.h"

enum wpar_state {
	WPAR_STATE_DEFINED,	 /* D */
	WPAR_STATE_LOADED,	 /* L */
	WPAR_STATE_ACTIVE,	 /* A */
	WPAR_STATE_FROZEN,	 /* F */
	WPAR_STATE_PAUSED,	 /* P */
	WPAR_STATE_BROKEN,	 /* B */
	WPAR_STATE_TRANSITIONAL, /* T */
	WPAR_STATE_MOVING,	 /* M */
	WPAR_STATE_ERROR,	 /* E */
};

/* The lines a command shows while it works; the text has no newline. */
enum wpar_note {
	WPAR_NOTE_STEP,	   /* "Loading workload partition." */
	WPAR_NOTE_VERBOSE, /* only with -v: "Mounting /wpars/dev01/home" */
};
struct wpar_report {
	void (*say)(enum wpar_note kind, const char *text, void *user);
	void *user;
};

/* wpar_state_get - from what is really there: cgroup, processes, mounts, operation lock */
int wpar_state_get(const struct wpar_spec *s, enum wpar_state *ret, struct par_error **err);
/* wpar_state_probe - the same for who holds the WPAR's lock: never Transitional because of it */
int wpar_state_probe(const struct wpar_spec *s, enum wpar_state *ret, struct par_error **err);
char wpar_state_letter(enum wpar_state st);	 /* 'D' */
const char *wpar_state_word(enum wpar_state st); /* "Defined" */

/*
 * wpar_lock - one operation at a time on a WPAR, exclusive, by name; works before it is defined.
 * Returns a descriptor that releases it when closed (the kernel does when the owner dies), or
 * PAR_E_BUSY at once when another operation holds it.
 */
int wpar_lock(const char *name, int *ret_fd, struct par_error **err);

/* wpar_lock_busy - does another command hold it? */
bool wpar_lock_busy(const char *name);

/* wpar_lock_forget - remove the lock's file (rmwpar, at its end); the holder calls it */
void wpar_lock_forget(const char *name);

/*
 * wpar_rootfs_create / _remove - the private file systems of a defined system WPAR
 * create replaces what an interrupted one has left.  A mark outside of them says that they are
 * complete: without it the WPAR is Broken.  Errors: PAR_E_NO_SPACE, PAR_E_EXISTS, PAR_E_SYSTEM.
 */
int wpar_rootfs_create(const struct wpar_spec *s, const struct wpar_report *report,
		       struct par_error **err);
int wpar_rootfs_remove(const struct wpar_spec *s, struct par_error **err);

/*
 * wpar_id_range_pick - a key and an id range that no other WPAR has; s->name and s->type are set
 * Two commands at the same moment get two.  The caller holds wpar_lock() of the name.
 * PAR_E_NO_RESOURCES when all 8,192 are taken.
 */
int wpar_id_range_pick(struct wpar_spec *s, struct par_error **err);
/* wpar_id_range_release - it may be given out again; wpar_exec() does it itself */
void wpar_id_range_release(const struct wpar_spec *s);

/*
 * wpar_start - mounts, namespaces, cgroup, monitor, PID 1; returns when PID 1 runs.
 * Whatever a killed start left is cleared away first.  Says the lines of startwpar but the first.
 */
int wpar_start(const struct wpar_spec *s, const struct wpar_report *report, struct par_error **err);

/* wpar_start_plan - what wpar_start() would mount, a line each (startwpar --dry-run) */
int wpar_start_plan(const struct wpar_spec *s, struct par_buf *out, struct par_error **err);

/*
 * wpar_repair - start the monitor again when it was killed; nothing to do: 0.  Start and enter do
 * it themselves; a listing may.
 */
int wpar_repair(const struct wpar_spec *s, struct par_error **err);

struct wpar_stop_opts {
	bool hard;	    /* -h, -F: kill at once */
	bool force;	    /* -F: ignore what can be ignored, lazy unmounts */
	uint64_t timeout_s; /* normal stop; UINT64_MAX: no limit; then PAR_E_TIMED_OUT */
};
int wpar_stop(const struct wpar_spec *s, const struct wpar_stop_opts *opts,
	      const struct wpar_report *report, struct par_error **err);

/*
 * wpar_enter - clogin: run argv (NULL: a login shell) in an active WPAR as @user ("root")
 * A pty of the global side when stdin is a terminal.  Returns the exit status (128+N for a
 * signal), or a negative errno.
 */
int wpar_enter(const struct wpar_spec *s, const char *user, char *const argv[],
	       struct par_error **err);

/*
 * wpar_exec - an application WPAR: start argv in it, wait until all its processes have ended,
 * take it down.  @environment: "NAME=value" additions.  Returns the tracked command's status.
 */
int wpar_exec(const struct wpar_spec *s, char *const argv[], const struct par_strv *environment,
	      const struct wpar_report *report, struct par_error **err);
