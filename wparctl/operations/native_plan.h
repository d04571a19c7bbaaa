/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A versioned WPAR that becomes a native one (migwpar -C): what its specification is then, and
 * which of its files come along.  Pure.
 */
#pragma once

#include "wparctl/spec/spec.h"

/*
 * wpar_native_spec - of the versioned WPAR @old as a native one
 * @notes	a sentence for each setting that is not kept
 *
 * It has a /usr and an /opt of its own, as it had.  Its directories had no size, and have none, so
 * that its files find room; ids, name, addresses, limits and all else stay.
 * Errors: PAR_E_INVALID_ARGUMENT (it is none), those of wpar_spec_check_rules().
 */
int wpar_native_spec(const struct wpar_spec *old, struct wpar_spec *ret, struct par_strv *notes,
		     struct par_error **err);

/* What becomes of a file of the old system. */
enum wpar_keeping {
	WPAR_KEEP_PART,	   /* a folder, some of which is kept */
	WPAR_KEEP_HERE,	   /* it comes along with all that is in it, to the same place */
	WPAR_KEEP_ASIDE,   /* the system's: it goes where the administrator finds it */
	WPAR_KEEP_CHANGED, /* the same, but only what was changed or added in the WPAR */
	WPAR_KEEP_NOT,	   /* it is made anew by each start, or was nothing but the image's */
};

/*
 * wpar_native_keeping - by its path from the root, without a slash at its ends: "var/lib/mysql"
 * For a path in a folder that is not WPAR_KEEP_PART the answer is that folder's.
 */
enum wpar_keeping wpar_native_keeping(const char *path);

/* wpar_native_splits - is a path below @path named, whose answer may be another one? */
bool wpar_native_splits(const char *path);

/*
 * wpar_native_choice - what is copied of the old system's files, all else but these
 * @changed	directories of which only the WPAR's own changes are: "/usr/bin"
 * @left_out	what is not copied at all
 * wpar_native_pattern - the pattern of grep for such a name in a backup, and for what is below it
 * 0 or -ENOMEM.
 */
int wpar_native_choice(struct par_strv *changed, struct par_strv *left_out);
int wpar_native_pattern(const char *directory, struct par_strv *patterns);
