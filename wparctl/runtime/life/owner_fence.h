/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records of who runs a WPAR on its file systems that lie on servers: there another LPAR finds
 * them, also one that cannot reach this one.  Root's own file in the directory of the server, which
 * the WPAR's root could remove: that harms nobody but itself.
 */
#pragma once

#include "wparctl/runtime/life/owner_record.h"
#include "wparctl/spec/spec.h"

/* What is decided by a record that was found (all zero: there is none), and locked meanwhile. */
struct wpar_fence_visit {
	/*
	 * 1: *o was changed, and is written; 0: it is as it was; an error ends all.  @where:
	 * "/export of the NFS server x".
	 */
	int (*visit)(struct wpar_owner *o, const char *where, void *user, struct par_error **err);
	void *user;
	bool patient; /* false: a server that does not answer, or a record that cannot be read, is
			 left alone */
};

/*
 * wpar_fence_visit - each writable file system of @s that lies on a server, the first one first
 * One that lets root write nothing has no record, and is passed by.
 * Errors: those of wpar_nfs_mount(), PAR_E_CORRUPT, PAR_E_BUSY (another LPAR is at it), the
 * visit's.
 */
int wpar_fence_visit(const struct wpar_spec *s, const struct wpar_fence_visit *v,
		     struct par_error **err);

/* wpar_fence_remove - those of @s, as far as its servers answer */
void wpar_fence_remove(const struct wpar_spec *s);
