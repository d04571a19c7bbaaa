/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Spaces: mount namespaces that have /proc, /sys, nodes of the devices that every WPAR has, three
 * empty folders, and nothing else.
 *
 * A new mount namespace is a copy of the one that it is made from, so what it costs grows with what
 * is mounted on the machine: each running WPAR has seven mounts there.  A WPAR's own namespace, and
 * the one where its mounts are prepared, are copies of a space instead.  A space is made from
 * another, which a monitor keeps open; only where there is none yet is all copied once.
 */
#pragma once

#include "lpard/common/cleanup.h"
#include "lpard/common/error.h"

/* The folders: what is there is seen in this space only. */
#define WPAR_SPACE_ROOT	   "/root"    /* for a WPAR's root directory */
#define WPAR_SPACE_GLOBAL  "/global"  /* for a device's second mount */
#define WPAR_SPACE_DEVICES "/devices" /* for nodes of devices */

struct wpar_mount_space {
	int ns;	  /* the space */
	int home; /* the namespace that the process came from */
	int cwd;  /* its working directory there */
	int bare; /* another space, that nothing is put into, when none was kept yet; or -1 */
};

#define WPAR_NO_SPACE	 ((struct wpar_mount_space){ .ns = -1, .home = -1, .cwd = -1, .bare = -1 })
#define auto_mount_space par_cleanup(wpar_space_done) struct wpar_mount_space

/*
 * wpar_space_enter - the process, of one thread, goes into a space of its own, in its root
 * @run	a folder, where one is mounted for a moment, unseen, when there is none yet
 * Errors: PAR_E_SYSTEM; the process is where it was then.
 */
int wpar_space_enter(const char *run, struct wpar_mount_space *ret, struct par_error **err);

/* wpar_space_visit - into it again; wpar_space_leave - home; each 0 or a negative errno */
int wpar_space_visit(const struct wpar_mount_space *s);
int wpar_space_leave(const struct wpar_mount_space *s);

/*
 * What is mounted in it, by a process that is at home; a negative errno.
 * wpar_space_put - the detached mount @fd, in the folder @spot
 * wpar_space_copy - a detached copy of what @fd is in a mount there
 */
int wpar_space_put(const struct wpar_mount_space *s, int fd, const char *spot);
int wpar_space_copy(const struct wpar_mount_space *s, int fd);

/*
 * wpar_space_standard - a detached copy of the space's own node of a device that every WPAR has
 * @path	"/dev/null"
 * Like the LPAR's own it is root's there, so that no WPAR changes it for the others; but what
 * mountinfo shows of it inside is not the LPAR's.  -ENOENT: it has none.
 */
int wpar_space_standard(const struct wpar_mount_space *s, const char *path);

/* wpar_space_done - closes what is open; the process stays where it is */
void wpar_space_done(struct wpar_mount_space *s);

/*
 * wpar_space_keep - of a process that stays: other starts make their spaces from @bare, which it
 * keeps open.  Without the record, as after the end of the process, the next start makes its own.
 */
void wpar_space_keep(int bare);
