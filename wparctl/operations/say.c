/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of an operation: see say.h. */
#include "wparctl/operations/say.h"

#include "lpard/common/cleanup.h"

#include <stdarg.h>

static void say_note(enum wpar_note kind, const char *text, void *user)
{
	const struct wpar_say *s = user;

	if (kind == WPAR_NOTE_VERBOSE && !s->verbose)
		return;
	fprintf(s->out, "%s\n", text);
	fflush(s->out);
}

struct wpar_report wpar_say_report(struct wpar_say *s)
{
	return (struct wpar_report){ .say = say_note, .user = s };
}

void wpar_say_line(FILE *out, const char *fmt, ...)
{
	autofree char *line = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&line, fmt, ap) < 0)
		line = NULL;
	va_end(ap);
	/* In one piece, also where nothing is buffered. */
	fprintf(out, "%s\n", line ? line : fmt);
	fflush(out);
}
