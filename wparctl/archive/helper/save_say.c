/* SPDX-License-Identifier: Apache-2.0 */
/* What the mode "write" says, and why it fails: see save.h. */
#include "wparctl/archive/helper/save.h"

#include <stdarg.h>

int save_fail(struct save *s, int errnum, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s->why, sizeof(s->why), fmt, ap);
	va_end(ap);
	return -errnum;
}

void save_say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	fflush(stdout);
}

void save_say_name(const char *word, const char *name, const char *text)
{
	printf("%s ", word);
	for (; *name; name++)
		printf("%02x", (unsigned char)*name);
	printf(text ? " %s\n" : "\n", text);
	fflush(stdout);
}
