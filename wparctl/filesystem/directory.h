/* SPDX-License-Identifier: Apache-2.0 */
/* The base directory that a new WPAR is to have: is it free? */
#pragma once

#include "wparctl/spec/spec.h"

/*
 * wpar_directory_expect_kept - PAR_E_NOT_FOUND unless something lies in it (mkwpar -p)
 * PAR_E_NOT_PERMITTED when other users reach it.
 */
int wpar_directory_expect_kept(const char *directory, struct par_error **err);

/*
 * wpar_directory_in_use - 1 when there is something in it, 0 when it is empty or not there
 * Errors: PAR_E_INVALID_ARGUMENT when it cannot be looked at.
 */
int wpar_directory_in_use(const char *directory, struct par_error **err);
