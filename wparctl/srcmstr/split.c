/* SPDX-License-Identifier: Apache-2.0 */
/* Words out of a string: see split.h. */
#include "wparctl/srcmstr/split.h"

#include <ctype.h>
#include <errno.h>

/* One word from *text on, without its quotes. */
static int take_word(const char **text, struct par_buf *word)
{
	char quote = '\0';
	const char *c;

	for (c = *text; *c && (quote || !isspace((unsigned char)*c)); c++) {
		if (quote && *c == quote)
			quote = '\0';
		else if (!quote && (*c == '"' || *c == '\''))
			quote = *c;
		else if (*c == '\\' && quote != '\'' && !*++c)
			return -EINVAL;
		else
			par_buf_putc(word, *c);
	}
	*text = c;
	return quote ? -EINVAL : 0;
}

int wpar_split(const char *text, struct par_strv *ret)
{
	for (;;) {
		auto_buf word = { 0 };
		int r;

		while (isspace((unsigned char)*text))
			text++;
		if (!*text)
			return 0;
		r = take_word(&text, &word);
		if (r < 0)
			return r;
		r = word.failed ? -ENOMEM : par_strv_add(ret, word.data ? word.data : "");
		if (r < 0)
			return r;
	}
}
