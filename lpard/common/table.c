/* SPDX-License-Identifier: Apache-2.0 */
/* Rows as the HMC prints them (table.h). */
#include "lpard/common/table.h"
#include "lpard/common/attrs.h"

#include <string.h>

static bool is_word(char c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* The first separator; for "a, b" and "a ,b" it is the comma. */
static char find_delimiter(const char *text)
{
	char found = ',';

	while (is_word(*text))
		text++;
	if (*text)
		found = *text;
	while (*text == ' ' || *text == '\t')
		text++;
	return *text && !is_word(*text) ? *text : found;
}

int par_table_fields(const char *text, struct par_strv *ret_names, char *ret_delimiter,
		     struct par_error **err)
{
	auto_strv names = { 0 };
	char delimiter = ',';

	if (text) {
		text += strspn(text, " \t");
		delimiter = find_delimiter(text);
	}
	while (text && *text) {
		const char *end = strchr(text, delimiter);
		size_t len = end ? (size_t)(end - text) : strlen(text);
		const char *next = text + len + (end ? 1 : 0);

		while (len && (*text == ' ' || *text == '\t')) {
			text++;
			len--;
		}
		while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
			len--;
		/* Blanks between names may be several, and one may end the list. */
		if ((len || (delimiter != ' ' && *next)) && par_strv_add_len(&names, text, len) < 0)
			return par_oom(err);
		text = next;
	}
	*ret_names = names;
	names = (struct par_strv){ 0 };
	*ret_delimiter = delimiter;
	return 0;
}

static void put_value(struct par_buf *b, char delimiter, const char *value)
{
	const char stop[] = { delimiter, '"', '\n', '\0' };
	size_t len = strcspn(value, stop);

	if (value[len] == '\0') {
		par_buf_put(b, value, len);
		return;
	}
	par_buf_putc(b, '"');
	for (; *value; value++) {
		if (*value == '"')
			par_buf_putc(b, '"');
		par_buf_putc(b, *value);
	}
	par_buf_putc(b, '"');
}

int par_table_put_header(struct par_buf *b, const struct par_table_format *f,
			 const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (i)
			par_buf_putc(b, f->delimiter);
		par_buf_puts(b, names[i]);
	}
	return par_buf_putc(b, '\n');
}

int par_table_put_row(struct par_buf *b, const struct par_table_format *f, const char *const *names,
		      const char *const *values, size_t n)
{
	bool first = true;

	for (size_t i = 0; i < n; i++) {
		if (!values[i] && !f->values_only)
			continue;
		if (!first)
			par_buf_putc(b, f->values_only ? f->delimiter : ',');
		first = false;
		if (f->values_only)
			put_value(b, f->delimiter, values[i] ? values[i] : "null");
		else
			par_attrs_put_pair(b, names[i], values[i]);
	}
	return par_buf_putc(b, '\n');
}
