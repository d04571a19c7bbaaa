/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A subsystem of the System Resource Controller: one record of AIX's object class SRCsubsys, with
 * its names of the attributes.  Plain data; whoever fills one ends it with wpar_subsystem_done().
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/field.h"

#include <stdbool.h>
#include <stdint.h>

#define WPAR_SUBSYSTEM_NAME_MAX 30   /* bytes of a name, a synonym, a group: as on AIX */
#define WPAR_SUBSYSTEM_ARGS_MAX 1200 /* bytes of arguments: as on AIX */
#define WPAR_SUBSYSTEMS_MAX	256  /* definitions in one WPAR */

struct wpar_subsystem {
	char *name, *synonym, *group;
	char *path, *cmdargs;
	char *standin, *standout, *standerr;
	uint32_t uid;		    /* inside */
	uint32_t priority;	    /* 0..39, 20: as it is */
	uint32_t waittime;	    /* seconds that it has after a cancel */
	uint32_t signorm, sigforce; /* of contact=signals; 0: SIGTERM, SIGKILL */
	bool respawn;		    /* action=respawn: started again when it ends unasked */
	bool multi;		    /* several of it may run */
	bool signals;		    /* contact=signals */
	bool hide; /* display=no: lssrc -a and -g leave it out while it is inoperative */
};

struct wpar_subsystems {
	struct wpar_subsystem *v;
	size_t n;
};

#define auto_subsystem	par_cleanup(wpar_subsystem_done) struct wpar_subsystem
#define auto_subsystems par_cleanup(wpar_subsystems_done) struct wpar_subsystems

/* The attributes behind the name, a row each, in the order of the file. */
extern const struct par_field wpar_subsystem_fields[];
extern const size_t wpar_n_subsystem_fields;

void wpar_subsystem_done(struct wpar_subsystem *s);
void wpar_subsystems_done(struct wpar_subsystems *l);

/* wpar_subsystem_init - what mkssys fills in; @s is empty.  -ENOMEM, or 0 */
int wpar_subsystem_init(struct wpar_subsystem *s);

/*
 * wpar_subsystem_set - an attribute by its name; PAR_E_INVALID_ARGUMENT with what it must be
 * "subsysname" is the name itself.
 */
int wpar_subsystem_set(struct wpar_subsystem *s, const char *name, const char *value,
		       struct par_error **err);

/* wpar_subsystem_copy - a deep copy; -ENOMEM, or 0 */
int wpar_subsystem_copy(const struct wpar_subsystem *s, struct wpar_subsystem *ret);

/* wpar_subsystem_is_name - at most 30 bytes, no blank, none of : = " \ * # and no leading dash */
bool wpar_subsystem_is_name(const char *text);

/* wpar_subsystems_find - by name or synonym; NULL: it is not on file */
struct wpar_subsystem *wpar_subsystems_find(const struct wpar_subsystems *l, const char *name);

/* wpar_subsystems_has_group - is there one of that group? */
bool wpar_subsystems_has_group(const struct wpar_subsystems *l, const char *group);

/*
 * wpar_subsystems_add - takes what @s owns, and empties it
 * wpar_subsystems_remove - the one at @s, which is one of @l
 */
int wpar_subsystems_add(struct wpar_subsystems *l, struct wpar_subsystem *s);
void wpar_subsystems_remove(struct wpar_subsystems *l, struct wpar_subsystem *s);
