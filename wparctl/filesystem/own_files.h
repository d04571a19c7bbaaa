/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A WPAR's own files as they lie on the LPAR's disk and in the WPAR's images, whether it runs or
 * not: nothing that is mounted over them is seen, and nothing is mounted in the global
 * environment.  The WPAR's root may change them at any moment: each path is resolved within the
 * file system that it belongs to, and a symbolic link on the way is an error.
 */
#pragma once

#include "wparctl/filesystem/inventory.h"
#include "wparctl/spec/spec.h"

/* A file system of the WPAR's own, or a place of its tree where something else is mounted. */
struct wpar_own_part {
	char *prefix; /* from the root, without a slash at its ends; "": the root itself */
	int top;      /* O_PATH; -1: not the WPAR's own */
};

struct wpar_own_files {
	struct wpar_own_part *v;
	size_t n;
};

#define auto_own_files par_cleanup(wpar_own_files_close) struct wpar_own_files

/*
 * wpar_own_files_open - of a native system WPAR
 * Errors: PAR_E_NOT_SUPPORTED (its root lies on a server), PAR_E_SYSTEM, those of
 * wpar_volume_mount().
 */
int wpar_own_files_open(const struct wpar_spec *s, struct wpar_own_files *ret,
			struct par_error **err);
void wpar_own_files_close(struct wpar_own_files *f);

/*
 * wpar_own_files_part - the file system that @path lies in, and its path there
 * NULL: it is not the WPAR's own, or is the place where another one is mounted.
 */
const struct wpar_own_part *wpar_own_files_part(const struct wpar_own_files *f, const char *path,
						const char **ret_rest);

/*
 * wpar_own_files_look - append what the WPAR has at the path of @before and @after, of which one
 * may be NULL
 * The digest is made only where times differ and sizes do not, so that nothing is read that is
 * larger than what the LPAR gave.  Nothing is appended when the path is not there, or leads over a
 * link.  Returns 0 or a negative errno.
 */
int wpar_own_files_look(const struct wpar_own_files *f, const struct wpar_entry *before,
			const struct wpar_entry *after, struct wpar_inventory *ret);

/* wpar_own_files_list - the same for all paths of two lists, sorted */
int wpar_own_files_list(const struct wpar_own_files *f, const struct wpar_inventory *before,
			const struct wpar_inventory *after, struct wpar_inventory *ret);
