/* SPDX-License-Identifier: Apache-2.0 */
/* The script of a WPAR (-u), which the global environment runs. */
#pragma once

#include "wparctl/spec/spec.h"

/* When it is run; its first operand is the word, the second the WPAR's name. */
#define WPAR_SCRIPT_START "start" /* before anything of the WPAR runs; a failure ends the start */
#define WPAR_SCRIPT_STOP  "stop"  /* when all of it has ended */

/*
 * wpar_script_check - is it an executable file that none but root can change, and no WPAR?
 * PAR_E_NOT_FOUND, PAR_E_INVALID_ARGUMENT, PAR_E_NOT_PERMITTED; 0 for a WPAR without one
 */
int wpar_script_check(const struct wpar_spec *s, struct par_error **err);

/*
 * wpar_script_check_made, _run_made - the same of the script of mkwpar -k, which is run once, with
 * the words "made" and the WPAR's name
 */
int wpar_script_check_made(const struct wpar_spec *s, const char *path, struct par_error **err);
int wpar_script_run_made(const struct wpar_spec *s, const char *path, struct par_error **err);

/*
 * wpar_script_run - check it, run it and wait for its end
 * stdin is /dev/null, stdout and stderr are the caller's stderr.
 * PAR_E_SYSTEM when it cannot be run or ends with another status than 0.
 */
int wpar_script_run(const struct wpar_spec *s, const char *word, struct par_error **err);
