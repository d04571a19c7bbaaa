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
 * wpar_event_log - a line "TIME NAME EVENT RESULT" (UTC; result: "ok" or "failed: REASON")
 * @why	NULL: it worked
 * A log that cannot be written is no error.
 */
void wpar_event_log(const char *name, const char *event, const struct par_error *why);

/* wpar_console_log - @len bytes that come from a WPAR: unprintable ones become '?' */
void wpar_console_log(const char *name, const char *data, size_t len);

/* wpar_console_log_remove - with the WPAR */
void wpar_console_log_remove(const char *name);

/* wpar_console_log_rename - with the WPAR */
void wpar_console_log_rename(const char *name, const char *new_name);
