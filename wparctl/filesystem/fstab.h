/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of /etc/fstab for the file systems with a size of a WPAR, so that mount(8) knows them by
 * their place: `mount /wpars/dev01/ora`.  They say again what the specification says, which owns
 * it.
 */
#pragma once

#include "wparctl/spec/spec.h"

/*
 * wpar_fstab_text - @text with the lines of the WPAR @name replaced by those of @s
 * @s	NULL: it has none
 * Pure; other lines stay as they are, to the byte.  Errors: -ENOMEM.
 */
int wpar_fstab_text(const char *text, const char *name, const struct wpar_spec *s,
		    struct par_buf *out);

/* wpar_fstab_update - the same for /etc/fstab, written when it changes; PAR_E_SYSTEM */
int wpar_fstab_update(const char *name, const struct wpar_spec *s, struct par_error **err);
