/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The mounts of a running WPAR that are seen from outside: they come with the start and go with it.
 * /run/wpars/NAME/outside: the base directory, "nfs" where a file system lies on a server, and a
 * line "FLAGS TARGET" for each mount of root's that has come inside (outside_watch.h), and for each
 * of its own that goes inside when root unmounts it.
 */
#pragma once

#include "wparctl/filesystem/mount_plan.h"

/*
 * wpar_outside_show - mount what @plan (NULL: it is made anew) shows; what is there already stays,
 * and what root has unmounted since the start stays away
 * A failure leaves a line in the log of events.
 */
void wpar_outside_show(const char *name, const struct wpar_mount_plan *plan);

/*
 * wpar_outside_note - those of @plan are about to come inside, and to be shown, and go inside when
 * root unmounts them
 * Whoever brings one of its own inside calls it before, with the WPAR's lock: the watch may not
 * have looked when root unmounts it again.
 */
void wpar_outside_note(const char *name, const struct wpar_mount_plan *plan);

/* wpar_outside_end - nothing of @name is mounted any more */
void wpar_outside_end(const char *name);

/*
 * wpar_outside_give_up - have all that waits for servers of its file systems fail: what a process
 * waits for that is to end by force.
 * @ask	only of those that do not answer
 * Returns whether there is any such server.
 */
bool wpar_outside_give_up(const char *name, bool ask);

/* wpar_outside_read_record - that file; caller frees, NULL: there is none */
char *wpar_outside_read_record(const char *name);
/*
 * wpar_outside_needs_server - does a file system of a record lie on a server?  What is left of the
 * text
 * @record is the base directory.
 */
bool wpar_outside_needs_server(char *record);
/* wpar_outside_write_record - that file is of @p; after an error the one of before is there */
int wpar_outside_write_record(const char *name, const struct wpar_mount_plan *p);
