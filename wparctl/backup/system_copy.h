/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of the running system, or of an image of it, into the file systems of a WPAR that is
 * being made (mkwpar -t).  They are read as savewpar reads those of a WPAR, and written as restwpar
 * writes them; between both there is a pipe.
 */
#pragma once

#include "wparctl/filesystem/rootfs.h"

struct wpar_system_copy {
	const char *image_digest; /* of an image in the store, held; NULL: the running system */
	bool keep_private, keep_wpars; /* system_plan.h */
	bool progress;
};

/*
 * wpar_system_copier - @c as what fills a new base directory (filesystem/rootfs.h)
 * What changes while it is read is read again, as long as the system runs: it is not of one moment.
 * Errors: PAR_E_NO_SPACE, PAR_E_NOT_FOUND (the image), PAR_E_SYSTEM.
 */
struct wpar_rootfs_source wpar_system_copier(struct wpar_system_copy *c);
