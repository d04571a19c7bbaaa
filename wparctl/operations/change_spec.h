/* SPDX-License-Identifier: Apache-2.0 */
/* What chwpar changes: from its flags and the specification there is to the new one. */
#pragma once

#include "wparctl/operations/settings.h"
#include "wparctl/runtime/life/state.h"

/* The flags of chwpar that change something. */
struct wpar_change_flags {
	struct wpar_settings settings;
	struct par_opt_value script;
	const char *directory, *owner;
	bool autostart;
	bool restore; /* -K: the flags take away, or restore the default */
};

/*
 * wpar_change_words - the operands before the name: pairs and attributes that stand behind -K
 * ("-N -K address=x", "-K -R CPU") go to the flag that they belong to
 * Errors: PAR_E_USAGE.
 */
int wpar_change_words(struct wpar_change_flags *f, char *const *words, size_t n,
		      struct par_error **err);

/*
 * wpar_change_spec - what @old becomes; pure but for a new UUID
 * Errors: PAR_E_USAGE (flags that do not go together, nothing to change), PAR_E_NOT_FOUND (-K of
 * what is not there), PAR_E_INVALID_ARGUMENT, PAR_E_NOT_SUPPORTED.
 */
int wpar_change_spec(const struct wpar_change_flags *f, const struct wpar_spec *old,
		     struct wpar_spec *ret, struct par_error **err);

/* wpar_change_gives_anything - does a flag give, or take away, anything of the specification? */
bool wpar_change_gives_anything(const struct wpar_change_flags *f);

/* wpar_change_allowed_in - can it be done in that state? PAR_E_WRONG_STATE */
int wpar_change_allowed_in(enum wpar_state st, const struct wpar_spec *old,
			   const struct wpar_spec *new, struct par_error **err);

/*
 * wpar_change_missing - a controller ("memory") that limits which @new sets anew need, and that is
 * not one of those that @has says are there; NULL: none
 */
const char *wpar_change_missing(const struct wpar_spec *old, const struct wpar_spec *new,
				bool (*has)(const char *controller));

/*
 * wpar_change_later - a line for each thing that a running WPAR gets at its next start only
 * ("The privileges (-S) of …"), behind @lines
 */
int wpar_change_later(const struct wpar_spec *old, const struct wpar_spec *new,
		      struct par_strv *lines);
