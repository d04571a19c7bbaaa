/* SPDX-License-Identifier: Apache-2.0 */
/* Lines with parts between colons: see colon_file.h. */
#include "lpard/common/colon_file.h"

#include <errno.h>
#include <string.h>

static bool cut(char *line, char **part, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		part[i] = strsep(&line, ":");
		if (!part[i])
			return false;
	}
	return line == NULL;
}

int par_colon_next(const char **text, struct par_buf *line, char **part, size_t n)
{
	while (*text && **text) {
		size_t len = strcspn(*text, "\n");

		par_buf_clear(line);
		if (par_buf_put(line, *text, len) < 0)
			return -ENOMEM;
		*text += len + ((*text)[len] == '\n');
		if (len > 0 && cut(line->data, part, n))
			return 1;
	}
	return 0;
}
