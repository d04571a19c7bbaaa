/* SPDX-License-Identifier: Apache-2.0 */
/* What org.lpard.CheckMove answers, as tables. */
#pragma once

#include "lpard/common/error.h"

#include <json-c/json.h>
#include <stdbool.h>
#include <stdio.h>

/*
 * cli_move_print - the tests of a target; or, with @list, a line for each target, the best first,
 * and with @details the tests of each below it
 * Returns how many targets fit, or a negative errno: PAR_E_PROTOCOL.
 */
int cli_move_print(FILE *out, struct json_object *answer, bool list, bool details,
		   struct par_error **err);
