/* SPDX-License-Identifier: Apache-2.0 */
/* What a killed command has left of an LPAR. */
#pragma once

#include "lpard/common/attrs.h"

#include <stdbool.h>

/*
 * cli_lpar_is_unfinished - has an LPAR been made with these values, and never been activated?
 * @attrs	what its maker gave to org.lpard.Create; "name", "profile_name" and "boot_image" too
 *
 * False also when lpard does not say so.
 */
bool cli_lpar_is_unfinished(const char *system, const char *name, const struct par_attrs *attrs);
