/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The logs of WPARs in their LPAR, both bounded: /var/adm/wpars/event.log, a line for each thing
 * that happened to any of them, and /var/adm/wpars/NAME.console, what the WPAR's PID 1 and what it
 * started have written.  A full one becomes FILE.1, in the place of the one before.
 */
#pragma once

#include "lpard/common/error.h"

#include <stddef.h>

#define WPAR_LOG_DIR "/var/adm/wpars"

/*
 * wpar_event_log - a line "TIME NAME EVENT WHO RESULT"
 *
 * The time is UTC, WHO is USER/PROGRAM (log_who.h), RESULT is "ok", "ok: DETAIL" or "failed:
 * REASON".
 * @detail	of what worked, or NULL
 * @why		NULL: it worked
 * A log that cannot be written is no error.
 */
void wpar_event_log(const char *name, const char *event, const struct par_error *why);
void wpar_event_log_detail(const char *name, const char *event, const char *detail,
			   const struct par_error *why);

/* wpar_console_log_begin - the console's log is there from the first start on, empty until then */
void wpar_console_log_begin(const char *name);

/* wpar_console_log - @len bytes that come from a WPAR: unprintable ones become '?' */
void wpar_console_log(const char *name, const char *data, size_t len);

/* wpar_console_log_remove - with the WPAR */
void wpar_console_log_remove(const char *name);

/* wpar_console_log_rename - with the WPAR */
void wpar_console_log_rename(const char *name, const char *new_name);
