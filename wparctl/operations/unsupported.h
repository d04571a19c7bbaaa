/* SPDX-License-Identifier: Apache-2.0 */
/* Flags of AIX that nothing here does yet: said, never ignored. */
#pragma once

#include "lpard/common/cmd.h"

/*
 * wpar_refuse_unsupported - PAR_E_NOT_SUPPORTED for the first option that was given and has no help
 * @opts	the command's table: an AIX command's option without help is one that is not done
 * @args	the struct that the options have landed in
 */
int wpar_refuse_unsupported(const struct par_opt *opts, const void *args, struct par_error **err);
