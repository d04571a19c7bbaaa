/* SPDX-License-Identifier: Apache-2.0 */
/* A listing of lpard's as rows of named values, for commands that put several together. */
#pragma once

#include "lpard/cli/client.h"

/* { 0 } is empty */
struct cli_rows {
	struct json_object *table; /* owned */
	struct json_object *rows;  /* borrowed from it */
	size_t n;
};

void cli_rows_done(struct cli_rows *r);
#define auto_rows par_cleanup(cli_rows_done) struct cli_rows

/*
 * cli_rows_fetch - org.lpard.List
 * @level	NULL: the resource has none
 * @system	NULL: all of them (resource sys)
 * @fields	names with commas between them, known to the listing
 * Errors: those of the method; PAR_E_PROTOCOL (the answer is no table).
 */
int cli_rows_fetch(const char *resource, const char *level, const char *system, const char *fields,
		   struct cli_rows *ret, struct par_error **err);

/* cli_rows_get - the value of @column (as in @fields, from 0), borrowed; NULL: does not apply */
const char *cli_rows_get(const struct cli_rows *r, size_t row, size_t column);

/* cli_rows_find - the first row whose first column is @name, or -1 */
int cli_rows_find(const struct cli_rows *r, const char *name);
