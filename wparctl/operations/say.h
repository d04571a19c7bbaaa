/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of an operation, printed one by one: they show how far it is. */
#pragma once

#include "wparctl/spec/report.h"

#include <stdbool.h>
#include <stdio.h>

/* Where the lines of an operation go. */
struct wpar_say {
	FILE *out;
	bool verbose; /* -v: the lines of WPAR_NOTE_VERBOSE too */
};

/* wpar_say_report - a report that prints to @say, a line each, flushed; @say must outlive it */
struct wpar_report wpar_say_report(struct wpar_say *say);

/* wpar_say_line - one line of the command's own, flushed */
void wpar_say_line(FILE *out, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
