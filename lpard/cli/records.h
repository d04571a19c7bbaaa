/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration data of mksyscfg and chsyscfg: -i DATA, or -f FILE with one record per line. */
#pragma once

#include "lpard/cli/client.h"

/*
 * cli_records_send - call org.lpard.@method once for each record
 * @ctx		its operands are more words of @data: an HMC takes the words up to the next option
 *as one text, so that `-i name=a, profile_name=p` needs no quotes
 * @data, @file	exactly one of them is given
 * @base	parameters all calls have (borrowed); "attributes" is added to a copy
 *
 * All records are parsed before the first is sent.  The first failure ends it; in a file of several
 * records the message begins with the line number.
 */
int cli_records_send(const struct par_cmd_ctx *ctx, const char *method, struct json_object *base,
		     const char *data, const char *file, struct par_error **err);
