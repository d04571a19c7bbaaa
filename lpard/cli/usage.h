/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What LPARs say they use: `wparctl usage` in each of them, several at a time, through wparcmd, so
 * that an LPAR that hangs costs a time limit and nothing else.  Nothing that an LPAR says is
 * trusted.
 */
#pragma once

#include "lpard/common/error.h"

#include <json-c/json.h>

struct cli_usage_ask {
	const char *system, *lpar; /* borrowed */
	struct json_object *said;  /* owned; an object, or NULL: no answer in time */
};

/* cli_usage_ask - fill ->said of each of the @n; errors are only of this program (no memory) */
int cli_usage_ask(struct cli_usage_ask *asks, size_t n, struct par_error **err);
