/* SPDX-License-Identifier: Apache-2.0 */
/* Which devices of this system WPARs may have: /etc/wpars/devexports, or the file of mkwpar -b. */
#pragma once

#include "wparctl/spec/spec.h"

/*
 * wpar_devices_export - @s gets the devices that the list exports by itself, and none that it does
 * not have; what -D says of one counts
 * @file	NULL: /etc/wpars/devexports, without which every device may be had
 * Errors: PAR_E_NOT_FOUND (@file), PAR_E_CORRUPT, PAR_E_NOT_PERMITTED (a device of @s).
 */
int wpar_devices_export(const char *file, struct wpar_spec *s, struct par_error **err);

/*
 * wpar_devices_check - only the latter: no device of @s is outside of /etc/wpars/devexports
 * @old		what has been there before, as it was, is not looked at; NULL: all is new
 */
int wpar_devices_check(const struct wpar_spec *old, const struct wpar_spec *s,
		       struct par_error **err);
