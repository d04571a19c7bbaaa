/* SPDX-License-Identifier: Apache-2.0 */
/* The commands that ordinary users can have carried out (operations/user_request.c). */
#pragma once

#include "lpard/common/cmd.h"

/* wpar_user_commands - sorted by name, NULL-terminated */
extern const struct par_cmd *const wpar_user_commands[];
