/* SPDX-License-Identifier: Apache-2.0 */
/* The key of a WPAR and the range of ids that follows from it. */
#pragma once

#include "wparctl/spec/claims.h"

/*
 * wpar_id_range_pick - a key and an id range that no other WPAR has; s->name and s->type are set
 * @others	what all other WPARs have
 * A key and an idbase that @s has already are taken when they are free.
 * Two commands at the same moment get two.  The caller holds wpar_lock() of the name.
 * Errors: PAR_E_NO_RESOURCES (all 8,192 are taken), PAR_E_SYSTEM.
 */
int wpar_id_range_pick(struct wpar_spec *s, const struct wpar_claims *others,
		       struct par_error **err);

/*
 * wpar_id_range_claim - before a start: are the key and the ids of a specification, which somebody
 * may have written, such as wpar_id_range_pick() gives out, and has no other WPAR the same?
 * Errors: PAR_E_CORRUPT.
 */
int wpar_id_range_claim(const struct wpar_spec *s, struct par_error **err);

/* wpar_id_range_release - key and range may be given out again; wpar_exec() calls this itself */
void wpar_id_range_release(const struct wpar_spec *s);
