/* SPDX-License-Identifier: Apache-2.0 */
/* Clears away what a WPAR has left.  Internal to runtime/. */
#pragma once

#include "lpard/common/error.h"

/* wpar_clear - end what still runs; remove the control group and the folder in /run */
int wpar_clear(const char *name, struct par_error **err);
