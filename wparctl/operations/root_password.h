/* SPDX-License-Identifier: Apache-2.0 */
/* The password of a WPAR's root user, asked for and set from outside: mkwpar -P, chwpar -P. */
#pragma once

#include "wparctl/spec/spec.h"

/*
 * wpar_root_password_ask - asks for it; what /etc/shadow is to have is the caller's
 * Errors: PAR_E_INVALID_ARGUMENT (none, an empty one, two that differ).
 */
int wpar_root_password_ask(const struct wpar_spec *s, char **ret_hash, struct par_error **err);

/*
 * wpar_root_password_allowed - are the files of the WPAR's root where they can be reached?
 * PAR_E_NOT_SUPPORTED: they lie on a server, or over an image.
 */
int wpar_root_password_allowed(const struct wpar_spec *s, struct par_error **err);

/* wpar_root_password_set - into the WPAR's /etc/shadow, whole or not; no link there is followed */
int wpar_root_password_set(const struct wpar_spec *s, const char *hash, struct par_error **err);
