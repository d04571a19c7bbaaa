/* SPDX-License-Identifier: Apache-2.0 */
/* See columns.h. */
#include "lpard/cli/columns.h"

#include "lpard/common/str.h"
#include "lpard/common/text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CELL_MAX 256 /* bytes that are shown of one value */

struct row {
	char *cells[CLI_COLUMNS_MAX]; /* NULL: empty */
	size_t coloured;
	enum cli_colour colour;
};

struct cli_columns {
	const struct cli_column *columns;
	size_t n;
	struct row *rows;
	size_t n_rows;
};

struct cli_columns *cli_columns_new(const struct cli_column *columns, size_t n)
{
	struct cli_columns *c = calloc(1, sizeof(*c));

	if (c)
		*c = (struct cli_columns){ .columns = columns, .n = n };
	return c;
}

void cli_columns_free(struct cli_columns **c)
{
	if (!*c)
		return;
	for (size_t i = 0; i < (*c)->n_rows; i++) {
		for (size_t k = 0; k < (*c)->n; k++)
			free((*c)->rows[i].cells[k]);
	}
	free((*c)->rows);
	free(*c);
	*c = NULL;
}

int cli_columns_add(struct cli_columns *c, const char *const *cells, size_t coloured,
		    enum cli_colour colour)
{
	struct row *rows = reallocarray(c->rows, c->n_rows + 1, sizeof(*rows));
	struct row *row;

	if (!rows)
		return -ENOMEM;
	c->rows = rows;
	row = &rows[c->n_rows++];
	*row = (struct row){ .coloured = coloured, .colour = colour };
	for (size_t i = 0; i < c->n; i++) {
		if (!cells[i])
			continue;
		row->cells[i] = strdup(cells[i]);
		if (!row->cells[i])
			return -ENOMEM;
		par_text_clean(row->cells[i], CELL_MAX, PAR_TEXT_LINE);
	}
	return 0;
}

static int column_width(const struct cli_columns *c, size_t column)
{
	int width = (int)par_columns(c->columns[column].title);

	for (size_t i = 0; i < c->n_rows; i++) {
		int w = (int)par_columns(c->rows[i].cells[column]);

		width = w > width ? w : width;
	}
	return width;
}

static const char *colour_code(enum cli_colour colour)
{
	switch (colour) {
	case CLI_GOOD:
		return "\033[32m";
	case CLI_FAINT:
		return "\033[90m";
	case CLI_BAD:
		return "\033[31m";
	case CLI_PLAIN:
		break;
	}
	return "";
}

/* Blanks at the end of a line are left out. */
static void print_row(const struct cli_columns *c, const char *const *cells, const int *widths,
		      size_t coloured, const char *code, FILE *out)
{
	int owed = 0;

	for (size_t i = 0; i < c->n; i++) {
		const char *text = cells[i] ? cells[i] : "";
		int fill = widths[i] - (int)par_columns(text);
		bool coloured_here = i == coloured && code[0];

		if (i)
			owed += 2;
		if (c->columns[i].right)
			owed += fill;
		if (!text[0]) {
			owed += c->columns[i].right ? 0 : fill;
			continue;
		}
		fprintf(out, "%*s%s%s%s", owed, "", coloured_here ? code : "", text,
			coloured_here ? "\033[0m" : "");
		owed = c->columns[i].right ? 0 : fill;
	}
	fputc('\n', out);
}

void cli_columns_print(const struct cli_columns *c, FILE *out, bool colour)
{
	const char *titles[CLI_COLUMNS_MAX] = { NULL };
	int widths[CLI_COLUMNS_MAX] = { 0 };

	for (size_t i = 0; i < c->n; i++) {
		titles[i] = c->columns[i].title;
		widths[i] = column_width(c, i);
	}
	print_row(c, titles, widths, 0, "", out);
	for (size_t i = 0; i < c->n_rows; i++)
		print_row(c, (const char *const *)c->rows[i].cells, widths, c->rows[i].coloured,
			  colour ? colour_code(c->rows[i].colour) : "", out);
}

bool cli_wants_colour(FILE *out)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return isatty(fileno(out)) && !(no && no[0]) && term && strcmp(term, "dumb") != 0;
}

enum cli_colour cli_state_colour(const char *state)
{
	static const char *const good[] = { "Operating", "Running", "Active", NULL };
	static const char *const off[] = { "Not Activated", "Defined", "Power Off", NULL };
	static const char *const bad[] = { "Error", "Broken", "No Connection", "Not Available",
					   NULL };

	for (size_t i = 0; state && good[i]; i++) {
		if (strcmp(state, good[i]) == 0)
			return CLI_GOOD;
	}
	for (size_t i = 0; state && off[i]; i++) {
		if (strcmp(state, off[i]) == 0)
			return CLI_FAINT;
	}
	for (size_t i = 0; state && bad[i]; i++) {
		if (strcmp(state, bad[i]) == 0)
			return CLI_BAD;
	}
	return CLI_PLAIN;
}

void cli_put_size(char *size, uint64_t bytes)
{
	uint64_t mib = (bytes + (1 << 19)) >> 20;

	if (bytes < 10 << 20)
		snprintf(size, 16, "%lluK", (unsigned long long)(bytes + 1023) >> 10);
	else if (mib < 1024)
		snprintf(size, 16, "%lluM", (unsigned long long)mib);
	else if (mib < 1024 * 1024)
		snprintf(size, 16, "%.1fG", (double)mib / 1024);
	else
		snprintf(size, 16, "%.1fT", (double)mib / 1024 / 1024);
}

void cli_put_duration(char *text, uint64_t seconds)
{
	unsigned long long s = seconds;

	if (s < 60)
		snprintf(text, 32, "%llus", s);
	else if (s < 3600)
		snprintf(text, 32, "%llum", s / 60);
	else if (s < 86400)
		snprintf(text, 32, "%lluh %02llum", s / 3600, s / 60 % 60);
	else
		snprintf(text, 32, "%llud %lluh", s / 86400, s / 3600 % 24);
}
