/* SPDX-License-Identifier: Apache-2.0 */
/* Changes of the administrator's rows of the overlay list. */
#pragma once

#include "wparctl/versioned/overlay_list.h"

/*
 * wpar_overlay_change - put a row behind the others of /etc/wpars/overlay, in the place of one for
 * the same path and system; what else is in the file, comments too, stays
 * Errors: PAR_E_INVALID_ARGUMENT, PAR_E_NOT_FOUND (its program), PAR_E_CORRUPT (the file),
 * PAR_E_SYSTEM.
 */
int wpar_overlay_change(const struct wpar_overlay_row *row, struct par_error **err);

/* wpar_overlay_drop - take such a row out again; PAR_E_NOT_FOUND when there is none */
int wpar_overlay_drop(const struct wpar_overlay_row *row, struct par_error **err);

/*
 * wpar_overlay_without - the text without the rows for the path and the system of @row
 * Returns how many those were, or -ENOMEM.  @text is one that wpar_overlay_parse() has taken.
 */
int wpar_overlay_without(const char *text, const struct wpar_overlay *rows,
			 const struct wpar_overlay_row *row, struct par_buf *ret);
