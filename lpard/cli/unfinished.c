/* SPDX-License-Identifier: Apache-2.0 */
/* LPARs that a killed command has left: see unfinished.h. */
#include "lpard/cli/unfinished.h"

#include "lpard/cli/rows.h"
#include "lpard/common/str.h"

#include <stdlib.h>
#include <string.h>

/* "0.50" is "0.5". */
static bool same_value(const char *a, const char *b)
{
	char *end_a, *end_b;
	double x = strtod(a, &end_a), y = strtod(b, &end_b);

	if (end_a != a && end_b != b && !*end_a && !*end_b)
		return x - y < 1e-6 && y - x < 1e-6;
	return strcmp(a, b) == 0;
}

/* Not Activated as after its making: then no profile is its current one. */
static bool was_never_activated(const char *system, const char *name, const char *image)
{
	auto_rows rows = { 0 };
	const char *state, *has;
	int at = -1;

	if (cli_rows_fetch("lpar", NULL, system, "name,state,curr_profile,boot_image", &rows,
			   NULL) == 0)
		at = cli_rows_find(&rows, name);
	if (at < 0)
		return false;
	state = cli_rows_get(&rows, (size_t)at, 1);
	has = cli_rows_get(&rows, (size_t)at, 3);
	return (par_streq(state, "Not Activated") || par_streq(state, "Error")) &&
	       par_streq(cli_rows_get(&rows, (size_t)at, 2), "") &&
	       (!image || par_streq(has, image));
}

static bool is_of_profile(const struct par_attr *a)
{
	return strcmp(a->name, "name") != 0 && strcmp(a->name, "profile_name") != 0 &&
	       strcmp(a->name, "boot_image") != 0;
}

/* Has row @at the values of @attrs, behind the two columns of names? */
static bool has_values(const struct cli_rows *rows, size_t at, const struct par_attrs *attrs)
{
	size_t column = 2;

	for (size_t i = 0; i < attrs->n; i++) {
		const char *has;

		if (!is_of_profile(&attrs->v[i]))
			continue;
		has = cli_rows_get(rows, at, column++);
		if (!has || !same_value(has, attrs->v[i].value))
			return false;
	}
	return true;
}

static bool has_profile(const char *system, const char *name, const struct par_attrs *attrs)
{
	const char *profile = par_attrs_get(attrs, "profile_name");
	auto_buf fields = { 0 };
	auto_rows rows = { 0 };

	par_buf_puts(&fields, "lpar_name,name");
	for (size_t i = 0; i < attrs->n; i++) {
		if (is_of_profile(&attrs->v[i]))
			par_buf_printf(&fields, ",%s", attrs->v[i].name);
	}
	if (fields.failed || cli_rows_fetch("prof", NULL, system, fields.data, &rows, NULL) < 0)
		return false;
	for (size_t i = 0; i < rows.n; i++) {
		if (par_streq(cli_rows_get(&rows, i, 0), name) &&
		    par_streq(cli_rows_get(&rows, i, 1), profile))
			return has_values(&rows, i, attrs);
	}
	return false;
}

bool cli_lpar_is_unfinished(const char *system, const char *name, const struct par_attrs *attrs)
{
	return was_never_activated(system, name, par_attrs_get(attrs, "boot_image")) &&
	       has_profile(system, name, attrs);
}
