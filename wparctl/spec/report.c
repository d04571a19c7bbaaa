/* SPDX-License-Identifier: Apache-2.0 */
/* Lines about the steps of an operation: see report.h. */
#include "wparctl/spec/report.h"

#include "lpard/common/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

void wpar_report_say(const struct wpar_report *report, enum wpar_note kind, const char *fmt, ...)
{
	autofree char *text = NULL;
	va_list ap;
	int n;

	if (!report || !report->say)
		return;
	va_start(ap, fmt);
	n = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (n < 0)
		text = NULL;
	else
		report->say(kind, text, report->user);
}
