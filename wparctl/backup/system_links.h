/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Symbolic links of a system in the places where a copy of it has file systems: /home that leads to
 * /data/home.  A file system can only be at a directory.  So in the copy it is the other way round:
 * the files are in /home, and /data/home is a link to it; both names hold.
 */
#pragma once

#include "wparctl/backup/system_plan.h"
#include "wparctl/spec/spec.h"

struct wpar_system_links {
	struct wpar_system_link *v;
	size_t n;
};

#define auto_system_links par_cleanup(wpar_system_links_done) struct wpar_system_links

void wpar_system_links_done(struct wpar_system_links *l);

/*
 * wpar_system_links_find - those of the system whose root directory is @root
 * Errors: PAR_E_NOT_SUPPORTED (what one leads to is, or has in it, the place of another file system
 * of the WPAR), PAR_E_SYSTEM.
 */
int wpar_system_links_find(int root, const struct wpar_spec *s, struct wpar_system_links *ret,
			   struct par_error **err);

/*
 * wpar_system_real_path - where @path leads to in the system whose root directory is @root
 * NULL: nowhere, or there is no memory.  Caller frees.
 */
char *wpar_system_real_path(int root, const char *path);

/*
 * wpar_system_links_turn - @p, which has all else, as the copy has it; pure; 0 or -ENOMEM
 * Where nothing of what a link leads to is copied its place is an empty directory.
 */
int wpar_system_links_turn(struct wpar_system_plan *p, const struct wpar_system_facts *f);

/* wpar_system_links_name - what @path of the system is called in the copy; NULL: no memory */
char *wpar_system_links_name(const struct wpar_system_plan *p, const char *path);

/*
 * wpar_system_links_make - the links of @p, in a new WPAR whose other files are there
 * @top, @base	its base directory, open and by its path
 */
int wpar_system_links_make(const struct wpar_system_plan *p, const struct wpar_spec *s, int top,
			   const char *base, struct par_error **err);
