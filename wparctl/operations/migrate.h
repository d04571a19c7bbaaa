/* SPDX-License-Identifier: Apache-2.0 */
/*
 * migwpar: WPARs after an upgrade of the LPAR.  The files that a native one has from the LPAR
 * become those of the LPAR's new level; a versioned one is looked at anew, for its image may no
 * longer work on the new kernel.
 */
#pragma once

#include "wparctl/operations/synchronize.h"
#include "wparctl/versioned/here.h"
#include "wparctl/versioned/image_list.h"

/* What the report says of an image, which several WPARs may have. */
struct wpar_image_fit {
	const struct wpar_stored_image *image; /* NULL: none was looked at yet */
	struct wpar_here_facts here;
	struct wpar_fit_rows rows;
};

struct wpar_migration {
	bool versioned; /* -V: versioned ones, and no others */
	bool to_native; /* -C: a versioned one, which becomes native */
	char level[WPAR_LEVEL_MAX];
	struct wpar_sync sync[2]; /* what the LPAR has to give; [1]: /usr and /opt, too */
	bool has_sync[2];
	struct wpar_stored_images images;
	struct wpar_image_fit fit; /* of the image that was looked at last */
};

#define auto_migration par_cleanup(wpar_migration_done) struct wpar_migration

/*
 * wpar_migration_init - @m->versioned is set, the rest is empty
 * Errors: PAR_E_NOT_FOUND (the LPAR's level is not known), those of wpar_stored_images_get().
 */
int wpar_migration_init(struct wpar_migration *m, struct par_error **err);
void wpar_migration_done(struct wpar_migration *m);

/* wpar_migration_is_for - would -A take this WPAR? */
bool wpar_migration_is_for(const struct wpar_migration *m, const struct wpar_spec *s);

/*
 * wpar_migration_check - can this WPAR be migrated?
 * Errors: PAR_E_INVALID_ARGUMENT (an application WPAR), PAR_E_NOT_SUPPORTED (a versioned one
 * without -V or -C, another with one of these).
 */
int wpar_migration_check(const struct wpar_migration *m, const struct wpar_spec *s,
			 struct par_error **err);

/*
 * wpar_migrate - one WPAR, with the lines about it; its lock is held
 * Killed or failed in between, it is done again and does the rest: the new level is noted last.
 * Errors: those of wpar_migration_check(), PAR_E_WRONG_STATE (it runs, or is newer than the LPAR),
 * PAR_E_NOT_SUPPORTED (its image does not work here any more), those of wpar_sync_wpar(), …
 */
int wpar_migrate(struct wpar_migration *m, const struct wpar_spec *s, struct wpar_say *say,
		 struct par_error **err);

/*
 * wpar_migrate_to_native - a versioned one, or one of which that was interrupted; migrate_native.c
 * Up to the moment when the native specification is saved a failure leaves all as it was.
 */
int wpar_migrate_to_native(const struct wpar_spec *s, struct wpar_say *say, struct par_error **err);

/* wpar_migrate_image - that of a versioned one; migrate_image.c */
int wpar_migrate_image(struct wpar_migration *m, const struct wpar_spec *s, struct wpar_say *say,
		       struct par_error **err);
