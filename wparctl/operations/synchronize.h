/* SPDX-License-Identifier: Apache-2.0 */
/* syncwpar: bring the files that a WPAR has from the LPAR up to the LPAR as it is now. */
#pragma once

#include "wparctl/filesystem/inventory.h"
#include "wparctl/filesystem/template.h"
#include "wparctl/operations/say.h"
#include "wparctl/spec/level.h"
#include "wparctl/spec/spec.h"

/* What the LPAR has to give, looked at once for all WPARs of a command. */
struct wpar_sync {
	bool preview;		    /* say what would be done, and do nothing */
	bool additional;	    /* -a */
	bool detached;		    /* -D: WPARs with /usr and /opt of their own */
	bool versioned;		    /* -c: versioned ones, and their overlay alone */
	bool migrates;		    /* migwpar: also those of an older release */
	char level[WPAR_LEVEL_MAX]; /* of the LPAR; "": not known */
	struct wpar_template template;
	struct wpar_inventory root, private; /* private: with -D */
	int top;			     /* the LPAR's root directory, for the latter */
};

#define auto_sync par_cleanup(wpar_sync_done) struct wpar_sync

/* wpar_sync_init - look at the LPAR; the words above are set; PAR_E_NO_SPACE, PAR_E_SYSTEM */
int wpar_sync_init(struct wpar_sync *sync, struct par_error **err);
void wpar_sync_done(struct wpar_sync *sync);

/* wpar_sync_is_for - would -A take this WPAR? */
bool wpar_sync_is_for(const struct wpar_sync *sync, const struct wpar_spec *s);

/*
 * wpar_sync_check - can this WPAR be synchronized?
 * Errors: PAR_E_INVALID_ARGUMENT (an application WPAR), PAR_E_NOT_SUPPORTED (a versioned one
 * without -c, or another with it), PAR_E_USAGE (-D is needed, or given for nothing).
 */
int wpar_sync_check(const struct wpar_sync *sync, const struct wpar_spec *s,
		    struct par_error **err);

/*
 * wpar_sync_wpar - one WPAR, with the lines about it; its lock is held
 * Killed or failed in between, it is done again and does the rest.  When nothing is left to do its
 * level is noted as the LPAR's.
 * Errors: those of wpar_sync_check(), PAR_E_WRONG_STATE (an older release, too), PAR_E_NO_SPACE,
 * PAR_E_SYSTEM, …
 */
int wpar_sync_wpar(const struct wpar_sync *sync, const struct wpar_spec *s, struct wpar_say *say,
		   struct par_error **err);
