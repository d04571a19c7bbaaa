/* SPDX-License-Identifier: Apache-2.0 */
/*
 * File systems of a WPAR with a size of their own (-M vfs=jfs2, ext4, xfs): an image file beside
 * the base directory, in a folder that is root's alone, all of its blocks reserved on the disk.
 * What it is called is in spec/volumes.c.  The WPAR writes to the file system and never to the
 * image.
 */
#pragma once

#include "wparctl/spec/spec.h"

/*
 * wpar_volume_image - open an image, if it is root's alone and no link leads there
 * Errors: PAR_E_NOT_FOUND, PAR_E_NOT_PERMITTED, PAR_E_SYSTEM.
 */
int wpar_volume_image(const char *path, struct par_error **err);

/*
 * wpar_volume_mount - the file system of the image @path as a detached mount; the caller closes it
 * @fstype	as the kernel calls it
 * @name	what the mount shows as its source; NULL: the loop device
 * The image is not trusted: an error in it makes the mount read-only, set-user-ID programs get no
 * other ids, and its device nodes do not work.
 */
int wpar_volume_mount(const char *path, const char *fstype, const char *name,
		      struct par_error **err);

/*
 * A clone of an image that a running WPAR writes to, where the file system has reflinks (btrfs,
 * xfs): a file without a name, which goes with its last descriptor (volume_clone.c).
 */
struct wpar_volume_clone {
	int image, file;
	int mount; /* of the volume as the WPAR has it */
	char *path;
};

#define WPAR_NO_CLONE ((struct wpar_volume_clone){ .image = -1, .file = -1, .mount = -1 })

/*
 * wpar_volume_clone_begin - can there be one?
 * @path	of the image
 * @bytes	bytes of the disk that other clones may come to need; this one's are added.  What
 *		the WPAR writes meanwhile takes new room, though its images are reserved
 * @ret_why	half a sentence, when there can be none
 * Returns 1, 0 (there can be none), or a negative errno; errors as of wpar_volume_mount().
 */
int wpar_volume_clone_begin(const char *path, const char *fstype, uint64_t *bytes,
			    struct wpar_volume_clone *ret, const char **ret_why,
			    struct par_error **err);
/* wpar_volume_clone_take - it has what the file system has now; -errno */
int wpar_volume_clone_take(const struct wpar_volume_clone *c);
/* wpar_volume_clone_mount - mount it, read-only and detached; the caller closes it */
int wpar_volume_clone_mount(const struct wpar_volume_clone *c, const char *fstype,
			    struct par_error **err);
void wpar_volume_clone_done(struct wpar_volume_clone *c);

/*
 * wpar_volumes_begin - the images that @new has and @old has not, and the larger size of others
 * @base	the base directory, where they are now; prefix included
 * What a killed command has left is made anew.  After an error no new one is left; one that has
 * grown stays so.  Of a rename or a move see wpar_volumes_move().
 * Errors: PAR_E_NO_SPACE, PAR_E_NOT_SUPPORTED (mkfs is not installed), PAR_E_SYSTEM.
 */
int wpar_volumes_begin(const char *base, const struct wpar_spec *old, const struct wpar_spec *new,
		       struct par_error **err);
/*
 * wpar_volume_folder_make - the folder of the images of a base directory, where there is none yet
 * @ret		its path; the caller frees it
 * Errors: PAR_E_NOT_PERMITTED (somebody else can write to it), PAR_E_NO_SPACE, PAR_E_SYSTEM.
 */
int wpar_volume_folder_make(const char *base, char **ret, struct par_error **err);
/* wpar_volumes_undo - the images that @new has and @old has not go again */
void wpar_volumes_undo(const char *base, const struct wpar_spec *old, const struct wpar_spec *new);

/*
 * wpar_volumes_take - what a new WPAR has in its base directory @top at the places of its volumes
 * goes into them
 */
int wpar_volumes_take(const struct wpar_spec *s, const char *base, int top, struct par_error **err);

/* wpar_volumes_adopt - the volumes that rmwpar -p has kept become part of @s (mkwpar -p) */
int wpar_volumes_adopt(struct wpar_spec *s, struct par_error **err);
/* wpar_volumes_exist - are there images of a base directory? */
bool wpar_volumes_exist(const char *base);

/* wpar_volume_remove - one image, under all its names; absent: 0.  -errno */
int wpar_volume_remove(const char *base, const struct wpar_mount *m);
/*
 * wpar_volume_link - the image of @from is that of @to, too; done already: 0.  -errno
 * At each moment the name that the specification has is that of the image: so the new name first,
 * then the specification, then wpar_volume_unlink() of the old name.
 */
int wpar_volume_link(const char *base, const struct wpar_mount *from, const struct wpar_mount *to);
/* wpar_volume_unlink - this name of an image that has another; absent: 0.  -errno */
int wpar_volume_unlink(const char *base, const struct wpar_mount *m);
/* wpar_volumes_remove, _move - all images of a base directory; -errno */
int wpar_volumes_remove(const char *base);
int wpar_volumes_move(const char *from, const char *to);

/*
 * Volumes in the global environment's own mount namespace: /wpars/dev01/ora (volume_outside.c).
 * wpar_volume_show - mount it there, nosuid and nodev; PAR_E_EXISTS: something is mounted there
 * wpar_volume_hide - take it away; PAR_E_BUSY: it is in use.  Not mounted: 0
 * wpar_volumes_hide - all of them, also those in use
 */
int wpar_volume_show(const struct wpar_spec *s, const struct wpar_mount *m, struct par_error **err);
int wpar_volume_hide(const struct wpar_spec *s, const struct wpar_mount *m, struct par_error **err);
void wpar_volumes_hide(const struct wpar_spec *s);
/* wpar_volume_mount_point - make its place below the base directory, or (@remove) take it away */
int wpar_volume_mount_point(const struct wpar_spec *s, const struct wpar_mount *m, bool remove,
			    struct par_error **err);
