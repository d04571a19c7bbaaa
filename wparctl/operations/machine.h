/* SPDX-License-Identifier: Apache-2.0 */
/* What a specification names on this machine: is it there, and is it what it must be? */
#pragma once

#include "wparctl/spec/spec.h"

#include <stdio.h>

/*
 * wpar_machine_check_devices - the devices (-D); a type that is not given is filled in
 * wpar_machine_check_files - the sources of file systems (-M) and the script (-u)
 * wpar_machine_check_file_systems - are the base directory and the sources on file systems that a
 * WPAR can have?  PAR_E_NOT_SUPPORTED
 * Errors: PAR_E_NOT_FOUND, PAR_E_INVALID_ARGUMENT, PAR_E_NOT_PERMITTED (a script that others than
 * root can change).
 */
int wpar_machine_check_devices(const struct wpar_spec *old, struct wpar_spec *s,
			       struct par_error **err);
int wpar_machine_check_files(const struct wpar_spec *s, struct par_error **err);
int wpar_machine_check_file_systems(const struct wpar_spec *s, struct par_error **err);

/* wpar_machine_fail_controller - the error of a limit (-R) that this machine cannot set */
int wpar_machine_fail_controller(const char *controller, struct par_error **err);

/*
 * wpar_machine_tell_limits - a line for each sort of limits (-R) that this machine cannot set: of a
 * WPAR that was defined where it could
 */
void wpar_machine_tell_limits(const struct wpar_spec *s, FILE *out);

/*
 * wpar_machine_check_start - the same for one that is to start: a device that has gone since does
 * not hold it up, and is told to @out
 */
int wpar_machine_check_start(const struct wpar_spec *s, FILE *out, struct par_error **err);
