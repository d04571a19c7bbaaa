/* SPDX-License-Identifier: Apache-2.0 */
/* What of its version keeps a WPAR from being checkpointed. */
#pragma once

#include "wparctl/spec/spec.h"

/* wpar_version_keeps - why, and what to do: a sentence; NULL: nothing does */
const char *wpar_version_keeps(const struct wpar_version *v);

/* wpar_version_checkpointable - PAR_E_NOT_SUPPORTED: @s is marked to be, and cannot be */
int wpar_version_checkpointable(const struct wpar_spec *s, struct par_error **err);
