/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemons' log: one line each on stderr, "<LEVEL>text", with the syslog level that systemd and
 * others read.  The object of a line stands first: lpar=NAME job=ID peer=UID/PID.  Libraries do not
 * log: they return errors.
 */
#pragma once

#include <stdarg.h>

enum par_log_level {
	PAR_LOG_ERR = 3,
	PAR_LOG_WARNING = 4,
	PAR_LOG_NOTICE = 5,
	PAR_LOG_INFO = 6,
	PAR_LOG_DEBUG = 7,
};

/* par_log_set_level - drop what is less urgent than @max (start: PAR_LOG_INFO) */
void par_log_set_level(enum par_log_level max);

/*
 * par_log - one line, from any thread.  Control characters become '?', so that no text of a client
 * or a guest can forge a line.  Keeps errno.
 */
void par_log(enum par_log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
