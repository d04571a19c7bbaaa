/* SPDX-License-Identifier: Apache-2.0 */
/* The log: see log.h. */
#include "lpard/common/log.h"
#include "lpard/common/text.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_BYTES 1024

static _Atomic int max_level = PAR_LOG_INFO;

void par_log_set_level(enum par_log_level max)
{
	max_level = (int)max;
}

void par_log(enum par_log_level level, const char *fmt, ...)
{
	char line[LINE_MAX_BYTES + 1];
	int saved = errno, head, n;
	size_t len;
	va_list ap;

	if ((int)level > max_level)
		return;
	head = snprintf(line, sizeof(line), "<%d>", (int)level);
	va_start(ap, fmt);
	n = vsnprintf(line + head, sizeof(line) - 1 - (size_t)head, fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	par_text_clean(line + head, sizeof(line) - 1 - (size_t)head, PAR_TEXT_LINE);
	len = strlen(line);
	line[len++] = '\n';
	/* One write per line: lines of several threads do not mix. */
	(void)!write(STDERR_FILENO, line, len);
	errno = saved;
}
