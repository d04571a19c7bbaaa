/* SPDX-License-Identifier: Apache-2.0 */
/* Flags of AIX that Linux has nothing for: said, with the reason, never ignored. */
#pragma once

#include "lpard/common/cmd.h"

/*
 * wpar_refuse_options - PAR_E_NOT_SUPPORTED, and why, for the first option that was given and is
 * one of those that the table refuses
 * @opts	the command's table
 * @args	the struct that the options have landed in
 */
int wpar_refuse_options(const struct par_opt *opts, const void *args, struct par_error **err);
