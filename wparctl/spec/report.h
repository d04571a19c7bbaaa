/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines that an operation says about its steps.  A command prints them; library code prints
 * nothing itself.
 */
#pragma once

/* Which readers a line is for; its text has no newline. */
enum wpar_note {
	WPAR_NOTE_STEP,	   /* "Loading workload partition." */
	WPAR_NOTE_VERBOSE, /* only with -v: "Mounting /wpars/dev01/home" */
};

struct wpar_report {
	void (*say)(enum wpar_note kind, const char *text, void *user);
	void *user;
};

/*
 * wpar_report_say - one line to @report
 * Nothing when @report is NULL or has no say(); a line for which memory is missing is left out.
 */
void wpar_report_say(const struct wpar_report *report, enum wpar_note kind, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
