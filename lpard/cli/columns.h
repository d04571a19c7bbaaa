/* SPDX-License-Identifier: Apache-2.0 */
/* Tables for people: aligned columns, states in colour where the output is a terminal. */
#pragma once

#include "lpard/common/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define CLI_COLUMNS_MAX 16

enum cli_colour {
	CLI_PLAIN,
	CLI_GOOD,  /* green */
	CLI_FAINT, /* grey */
	CLI_BAD,   /* red */
};

struct cli_column {
	const char *title;
	bool right; /* numbers */
};

struct cli_columns;

/* cli_columns_new - an empty table; @columns (n of them) must stay; NULL: no memory */
struct cli_columns *cli_columns_new(const struct cli_column *columns, size_t n);
void cli_columns_free(struct cli_columns **c);
#define auto_columns par_cleanup(cli_columns_free) struct cli_columns *

/*
 * cli_columns_add - a row; what is not set stays empty
 * @cells	n texts, copied and made fit for a terminal; NULL: empty
 * @colour	of column @coloured
 */
int cli_columns_add(struct cli_columns *c, const char *const *cells, size_t coloured,
		    enum cli_colour colour);

/* cli_columns_print - all of it; colours only when @colour (see cli_wants_colour) */
void cli_columns_print(const struct cli_columns *c, FILE *out, bool colour);

/* cli_wants_colour - is @out a terminal that can do it?  NO_COLOR (no-color.org) says no. */
bool cli_wants_colour(FILE *out);

/* cli_state_colour - of an LPAR's, a WPAR's or a system's state */
enum cli_colour cli_state_colour(const char *state);

/* cli_put_size - "640K", "512M", "1.5G", "2.0T" of @bytes; @size has room for 16 bytes */
void cli_put_size(char *size, uint64_t bytes);

/* cli_put_duration - "42s", "5m", "2h 05m", "12d 3h"; @text has room for 32 bytes */
void cli_put_duration(char *text, uint64_t seconds);
