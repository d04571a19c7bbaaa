/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of a WPAR were like when the LPAR gave them: a list for each WPAR, by which
 * syncwpar tells what the WPAR has changed.  That of the root part is mostly its generation's own
 * list, by another name (template.h); it stays when the generation goes.
 */
#pragma once

#include "wparctl/filesystem/inventory.h"
#include "wparctl/spec/level.h"

enum wpar_origin {
	WPAR_ORIGIN_ROOT,    /* what came from the template */
	WPAR_ORIGIN_PRIVATE, /* /usr and /opt of mkwpar -l */
};

/* wpar_origin_take - the WPAR @name has its root part from the generation in @folder; -errno */
int wpar_origin_take(const char *name, int folder);
/* wpar_origin_write - replace a list; -errno */
int wpar_origin_write(const char *name, enum wpar_origin which, const struct wpar_inventory *l);
/*
 * wpar_origin_read - 1; 0 when there is none (the WPAR is older than these lists, or was kept by
 * rmwpar -p under another name), or a negative errno
 */
int wpar_origin_read(const char *name, enum wpar_origin which, struct wpar_inventory *ret);
/*
 * wpar_origin_note_level - the level of the system whose files the WPAR has; -errno
 * @level	NULL, or one that is no printable text: it is not known
 * @lasting	it is on the disk when this returns; else with the next sync(2)
 * wpar_origin_level - false: it is not known
 */
int wpar_origin_note_level(const char *name, const char *level, bool lasting);
bool wpar_origin_level(const char *name, char ret[WPAR_LEVEL_MAX]);

/* wpar_origin_copy - the lists and the level of @old are those of @new, too: it gets another name
 */
void wpar_origin_copy(const char *old, const char *new);
void wpar_origin_remove(const char *name);
