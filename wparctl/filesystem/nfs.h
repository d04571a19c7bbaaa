/* SPDX-License-Identifier: Apache-2.0 */
/*
 * File systems of a WPAR that lie on a server: mounted by the global environment, from its own
 * address, by the kernel's NFS client alone (NFSv4; no program of nfs-common takes part).  Ids are
 * not mapped: docs/adr/0008-nfs.md.
 */
#pragma once

#include "lpard/common/error.h"

#include <stdbool.h>

/*
 * wpar_nfs_mount - the directory @path of the server @host, as a detached mount (nodev)
 * @options	comma list of wpar_nfs_has_option()'s words, or NULL
 *
 * Ends within about half a minute whatever the server does.
 * Errors: PAR_E_NOT_FOUND (the host has no address, the server no such directory),
 * PAR_E_TIMED_OUT (no answer), PAR_E_NOT_PERMITTED, PAR_E_NOT_SUPPORTED, PAR_E_SYSTEM.
 */
int wpar_nfs_mount(const char *host, const char *path, const char *options, struct par_error **err);

/*
 * wpar_nfs_give_up - have all that waits for the servers of file systems below the base directory
 * @directory fail, as far as they do not answer: for a forced stop, whose processes could not end
 * otherwise
 * @ask	a server that takes a connection is left alone; false: it may be one that takes
 *		connections and does nothing else
 */
void wpar_nfs_give_up(const char *directory, bool ask);

/*
 * wpar_nfs_is_alone - is no file system of the device "0:57" mounted outside of @directory?  The
 * kernel makes one device of all mounts of an export.  Pure.
 * @mountinfo	text of /proc/self/mountinfo
 */
bool wpar_nfs_is_alone(const char *mountinfo, const char *device, const char *directory);

/* wpar_nfs_detach - take the NFS mount off the base directory @directory, if one is there */
void wpar_nfs_detach(const char *directory);
