/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control groups that a WPAR with a first process of its own has made, as a checkpoint keeps
 * them: criu restores processes and no groups.  Pure; groups.h reads and makes them.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/json.h"

#include <stdbool.h>
#include <stdint.h>

/* As many, and as deep, as the WPAR's root can make (resources/cgroup_below.h), and its own two. */
#define WPAR_CKPT_GROUPS_MOST 1026

struct wpar_ckpt_group {
	char *path;		       /* below the WPAR's own: "inside/system.slice" */
	uint32_t uid, gid;	       /* who has made it, as inside: its files are theirs */
	uint32_t given_uid, given_gid; /* who may make groups in it and move processes to it */
	struct par_strv settings;      /* "memory.max=67108864", "user.x=" and hexadecimal */
	uint32_t *processes;	       /* numbers inside */
	size_t n_processes;
};

struct wpar_ckpt_groups {
	struct wpar_ckpt_group *v; /* one that lies in another comes after that */
	size_t n;
};

void wpar_ckpt_groups_done(struct wpar_ckpt_groups *g);

/* wpar_ckpt_groups_add - a new one with a copy of @path; NULL: no memory */
struct wpar_ckpt_group *wpar_ckpt_groups_add(struct wpar_ckpt_groups *g, const char *path);

/* wpar_ckpt_group_add_process - 0 or -ENOMEM */
int wpar_ckpt_group_add_process(struct wpar_ckpt_group *g, uint32_t pid);

/* wpar_ckpt_groups_of - the group of the process @pid; NULL: it is in none of them */
const struct wpar_ckpt_group *wpar_ckpt_groups_of(const struct wpar_ckpt_groups *g, uint32_t pid);

/*
 * wpar_ckpt_setting_is_known - is @name (@len bytes) a file of a group whose content is kept, or an
 * attribute "user.…" of its folder?
 * None of them gives more than the group above has.
 */
bool wpar_ckpt_setting_is_known(const char *name, size_t len);

/* wpar_ckpt_setting - the kept files' names, the controllers first; NULL at the end of them */
const char *wpar_ckpt_setting(size_t i);
#define WPAR_CKPT_CONTROLLERS "cgroup.subtree_control"

/* wpar_ckpt_groups_put - as the member "groups" of @all; none: nothing is put.  0 or -ENOMEM */
int wpar_ckpt_groups_put(struct json_object *all, const struct wpar_ckpt_groups *g);

/* wpar_ckpt_groups_get - back; it is foreign.  PAR_E_CORRUPT, PAR_E_INVALID_ARGUMENT */
int wpar_ckpt_groups_get(struct json_object *all, struct wpar_ckpt_groups *ret,
			 struct par_error **err);
