/* SPDX-License-Identifier: Apache-2.0 */
/* The files that processes of a checkpoint have mapped, as they are in this LPAR. */
#pragma once

#include "wparctl/checkpoint/ckpt_manifest.h"
#include "wparctl/filesystem/mount_plan.h"

/* One for each of a manifest's mapped files, in their order. */
struct wpar_mapped_here {
	bool known; /* false: it lies where only a mount would show it; criu looks at it then */
	bool there;
	uint64_t size;
	char *build_id; /* NULL: it has none */
};

/*
 * wpar_mapped_here_get - what @m->mapped are where @plan would mount them from
 * @ret	an array of m->n_mapped, for wpar_mapped_here_free()
 * A file of the WPAR's own is foreign: nothing but a regular file is opened.  -ENOMEM.
 */
int wpar_mapped_here_get(const struct wpar_ckpt_manifest *m, const struct wpar_mount_plan *plan,
			 struct wpar_mapped_here **ret);
void wpar_mapped_here_free(struct wpar_mapped_here *v, size_t n);
