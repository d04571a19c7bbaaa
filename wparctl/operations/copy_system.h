/* SPDX-License-Identifier: Apache-2.0 */
/* A workload partition that is a copy of this system, or of an image of it (mkwpar -t). */
#pragma once

#include "wparctl/spec/report.h"
#include "wparctl/spec/spec.h"
#include "wparctl/versioned/source.h"

/*
 * wpar_copy_system_settings - what a copy has where nothing else was asked for: /usr and /opt of
 * its own, and file systems without a limit, for nobody has said how much the system holds
 * @like	its settings are another WPAR's (-e), whose /usr and /opt are not meant
 */
void wpar_copy_system_settings(struct wpar_spec *s, bool like);
/* wpar_copy_system_sizes - the latter, when all its file systems are known */
void wpar_copy_system_sizes(struct wpar_spec *s);

/*
 * wpar_copy_system_places - where this system has links its file systems can have their places:
 * see backup/system_links.h
 */
int wpar_copy_system_places(const struct wpar_spec *s, struct par_error **err);

/*
 * wpar_copy_system_check - can a copy be made of an image?  Nothing is made
 * Fills src->checked.  Errors: PAR_E_NOT_SUPPORTED (it is of another level), those of
 * wpar_image_look().
 */
int wpar_copy_system_check(const struct wpar_image_source *src, struct par_error **err);

/*
 * wpar_copy_system_create - the file systems of @s, whose specification is saved as being created
 * @src		NULL: of the running system; else its checked has been filled
 * An image is in the store meanwhile, and the specification on disk names it.
 * Errors: those of wpar_rootfs_create() and wpar_image_take().  After one @s names what of these
 * wpar_definition_remove() is to remove.
 */
int wpar_copy_system_create(const struct wpar_image_source *src, struct wpar_spec *s, bool progress,
			    const struct wpar_report *report, struct par_error **err);
