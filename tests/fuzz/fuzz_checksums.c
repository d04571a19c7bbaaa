/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of checksums of a backup, of any bytes: no crash, it ends only with all of its files,
 * and each name survives being written as a word.  And what image.data says of the rest, likewise:
 * within its limits, or refused.
 */
#include "wparctl/archive/helper/checksums.h"
#include "wparctl/archive/helper/declared.h"
#include "wparctl/archive/helper/entry_text.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const char *name)
{
	auto_buf word = { 0 };

	wpar_entry_put_name(&word, name);
	if (*name && (!word.data || strpbrk(word.data, " \n") || !wpar_entry_take_name(word.data) ||
		      strcmp(word.data, name) != 0))
		abort();
}

static void check_declared(const char *text)
{
	unsigned int format = 0;
	struct extract a = { 0 };

	if (wpar_declared_take(&a, text, &format) < 0) {
		if (!*a.why || !par_printable(a.why))
			abort();
		return;
	}
	if (a.declared_members > WPAR_ARCHIVE_MEMBERS || a.declared_bytes > WPAR_ARCHIVE_BYTES ||
	    format < PAR_CONTENTS_ZEROS || format > PAR_CONTENTS_EXTENTS)
		abort();
}

/* What begins with "+" is a line that the next file should have, with "=" the list's format. */
static void take_line(struct extract *a, struct checksums *c, char *line)
{
	static const char entries[] = "00";

	check_name(line);
	if (*line == '=')
		c->format = line[1] == '2' ? PAR_CONTENTS_EXTENTS : PAR_CONTENTS_ZEROS;
	else if (*line == '+')
		wpar_checksums_expect(c, line + 1);
	else
		wpar_checksums_line(a, c, line, entries, 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size), *save = NULL;
	struct checksums c = { .format = PAR_CONTENTS_ZEROS };
	struct extract a = { 0 };

	if (text)
		check_declared(text);
	for (char *l = text ? strtok_r(text, "\n", &save) : NULL; l && !c.ended;
	     l = strtok_r(NULL, "\n", &save))
		take_line(&a, &c, l);
	if (c.ended && c.n_files > c.n_expected)
		abort();
	for (size_t i = 0; i < c.removed.n; i++) {
		if (!*c.removed.v[i])
			abort();
	}
	par_strv_done(&c.removed);
	free(c.expected);
	free(text);
	return 0;
}
