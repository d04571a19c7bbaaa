/* SPDX-License-Identifier: Apache-2.0 */
/* The flags of mkwpar, and which of them do not go together. */
#pragma once

#include "lpard/common/cmd.h"
#include "wparctl/operations/populate.h"
#include "wparctl/operations/settings.h"
#include "wparctl/versioned/source.h"

struct mkwpar_args {
	struct wpar_settings settings;
	struct par_opt_value preserve;
	struct par_groups image_flags, copy_flags;
	const char *directory, *vg, *backup, *devexports, *secfile, *owner, *made_script;
	bool minimal, autostart, versioned, private_usr, resolver, start, verbose, dry_run,
		progress;
	char *root_hash;		 /* of -P; owned by mkwpar_run() */
	struct wpar_image_checked image; /* of -B; likewise */
	bool looked;			 /* ... for a specification that is written */
	const char *files_of;		 /* -B without -C and -t, which is then not @backup */
	struct wpar_populate populate;	 /* its files; owned by mkwpar_run() */
	bool resolve_clashes, force, ask_password, system_copy, override_vg, unknown_of_e;
};

/* mkwpar_is_versioned - is it to be one: by -C, or because that of -e or in -f is? */
bool mkwpar_is_versioned(const struct mkwpar_args *a, const struct wpar_spec *s);

/*
 * mkwpar_refuse - flags that do not go together
 * mkwpar_refuse_spec - ... with what -e or -f has: @s as it was read
 * Errors: PAR_E_USAGE, PAR_E_NOT_SUPPORTED.
 */
int mkwpar_refuse(const struct mkwpar_args *a, struct par_error **err);
int mkwpar_refuse_spec(const struct mkwpar_args *a, const struct wpar_spec *s,
		       struct par_error **err);

/*
 * mkwpar_forget_system - -C -B names another image than the one of -e, and file systems of this
 * system's own are none of it
 */
void mkwpar_forget_system(const struct mkwpar_args *a, struct wpar_spec *s);

/* mkwpar_read_copy - -t: of -e only what is no matter of its system counts; and -T */
int mkwpar_read_copy(const struct mkwpar_args *a, struct wpar_spec *s, struct par_error **err);
