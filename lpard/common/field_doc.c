/* SPDX-License-Identifier: Apache-2.0 */
/* What manuals say of a typed field: see field.h. */
#include "lpard/common/field.h"

#include <string.h>

/* In scdoc * and _ are markup; a backslash in front makes them plain. */
static void put_plain(const char *s, FILE *f)
{
	for (; *s; s++) {
		if (strchr("*_\\#<>`[]", *s))
			fputc('\\', f);
		fputc(*s, f);
	}
}

static bool ends_in_question(const char *s)
{
	return s && *s && s[strlen(s) - 1] == '?';
}

void par_field_print_doc(const struct par_field *f, const char *note, FILE *out)
{
	auto_buf value = { 0 };

	par_field_describe(f, &value);
	fputc('*', out);
	put_plain(f->name, out);
	fputs("*\n\t", out);
	put_plain(f->help ? f->help : "", out);
	if (value.len) {
		fputs(ends_in_question(f->help) ? " Value: " : ". Value: ", out);
		put_plain(value.data, out);
	}
	if (f->preset) {
		fputs(". Default: ", out);
		put_plain(f->preset, out);
	}
	fputs(note ? ". " : ".\n\n", out);
	if (note) {
		put_plain(note, out);
		fputs(".\n\n", out);
	}
}
