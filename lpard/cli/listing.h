/* SPDX-License-Identifier: Apache-2.0 */
/* What all listing commands share: --filter, -F, --header, --json, and printing the answer. */
#pragma once

#include "lpard/cli/client.h"

struct listing_args {
	const char *filter;
	struct par_opt_value fields;
	bool header;
	bool json;
	bool attributes;
};

/* The options; @type has a member `listing`. */
#define LISTING_OPTS(type)                                                                       \
	OPT_STR(0, "filter", "FILTER", type, listing.filter,                                     \
		"Only what matches, as in \"lpar_names=lpar01,lpar_ids=3\""),                    \
		OPT_STR_OPTIONAL('F', NULL, "NAMES", type, listing.fields,                       \
				 "Values only, of these attributes, with the delimiter between " \
				 "their names",                                                  \
				 .values = "@fields"),                                           \
		OPT_FLAG(0, "header", type, listing.header, "With -F: the names first"),         \
		OPT_FLAG(0, "json", type, listing.json, "As a JSON array of objects"),           \
		OPT_FLAG(0, "attributes", type, listing.attributes,                              \
			 "Only the names that -F can have, one a line")

/*
 * cli_listing_run - ask lpard for a list and print it
 * @params	of org.lpard.List, without filter and fields; taken over, also on failure
 * Returns the exit status, or a negative errno with *err set.
 */
int cli_listing_run(const struct par_cmd_ctx *ctx, const struct listing_args *a,
		    struct json_object *params, struct par_error **err);

/* cli_listing_call - the same by another method that takes and answers what org.lpard.List does */
int cli_listing_call(const struct par_cmd_ctx *ctx, const struct listing_args *a,
		     const char *method, struct json_object *params, struct par_error **err);

/*
 * cli_listing_print - print a table as org.lpard.List answers it: {"names": […], "rows": [[…], …]}
 * @delimiter	of -F
 */
int cli_listing_print(FILE *out, const struct listing_args *a, char delimiter,
		      struct json_object *table, struct par_error **err);
