/* SPDX-License-Identifier: Apache-2.0 */
/* What two WPARs cannot both have. */
#pragma once

#include "wparctl/spec/claim.h"

enum wpar_clash {
	WPAR_CLASH_NONE,
	WPAR_CLASH_DIRECTORY, /* one's base directory is, or lies below, the other's */
	WPAR_CLASH_HOSTNAME,
	WPAR_CLASH_UUID,
	WPAR_CLASH_ADDRESS,
};

/* wpar_clash_find - the first thing of @s that @other has; itself is not its other */
enum wpar_clash wpar_clash_find(const struct wpar_spec *s, const struct wpar_spec *other);

/* wpar_clash_with - the same of an @other whose claim is all that is known of it */
enum wpar_clash wpar_clash_with(const struct wpar_spec *s, const struct wpar_claim *other);

/* wpar_clash_fail - says so: PAR_E_EXISTS */
int wpar_clash_fail(enum wpar_clash clash, const struct wpar_spec *s, const struct wpar_spec *other,
		    struct par_error **err);

/*
 * wpar_clash_avoid - give @s another one (mkwpar -a); an address is left out
 * @n	the number of the attempt, 1 and on: /wpars/NAME_1, the host name NAME-1
 * Errors: PAR_E_SYSTEM.
 */
int wpar_clash_avoid(enum wpar_clash clash, struct wpar_spec *s, unsigned int n,
		     const struct wpar_spec *other, struct par_error **err);
