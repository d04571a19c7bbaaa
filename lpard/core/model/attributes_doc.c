/* SPDX-License-Identifier: Apache-2.0 */
/* The attributes of configuration data for manual pages, from the table that sets them. */
#include "lpard/core/model/attributes.h"

#include <string.h>

/* Attributes with another constant than the default are only listed. */
static bool is_settable(const struct lpar_attribute *a)
{
	return a->when != LPAR_WHEN_FIXED && a->show != LPAR_SHOW_HIDDEN &&
	       a->field.type != PAR_FIELD_NONE;
}

static void print_table(enum lpar_listing l, FILE *f)
{
	size_t n;
	const struct lpar_attribute *rows = lpar_attributes(l, &n);

	for (size_t i = 0; i < n; i++) {
		struct par_field entered = lpar_attribute_entered(&rows[i]);

		if (is_settable(&rows[i]))
			par_field_print_doc(&entered,
					    rows[i].list ? "+= and -= work on its elements" : NULL,
					    f);
	}
}

/* What is taken with one value only. */
static void print_constants(enum lpar_listing l, FILE *f)
{
	size_t n;
	const struct lpar_attribute *rows = lpar_attributes(l, &n);
	const char *sep = "";

	for (size_t i = 0; i < n; i++) {
		if (rows[i].when == LPAR_WHEN_FIXED || !rows[i].constant)
			continue;
		fprintf(f, "%s", sep);
		for (const char *c = rows[i].field.name; *c; c++)
			fprintf(f, *c == '_' ? "\\%c" : "%c", *c);
		fprintf(f, "=%s", rows[i].constant);
		sep = ", ";
	}
	fputs(".\n\n", f);
}

void lpar_attributes_print_doc(FILE *f)
{
	fputs("## Attributes of a partition (-r lpar)\n\n", f);
	print_table(LPAR_LIST_LPAR, f);
	fputs("These have one value only: ", f);
	print_constants(LPAR_LIST_LPAR, f);
	fputs("## Attributes of a profile (-r prof; -r lpar of mksyscfg too)\n\n", f);
	print_table(LPAR_LIST_PROF, f);
	fputs("These have one value only: ", f);
	print_constants(LPAR_LIST_PROF, f);
}
