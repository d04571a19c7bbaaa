/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemons' log: one line each.  The object of a line stands first: lpar=NAME job=ID
 * peer=UID/PID.  Libraries do not log: they return errors.
 *
 * When stderr is systemd's journal (JOURNAL_STREAM) a line is "<LEVEL>text": the journal has the
 * time and reads the level.  Elsewhere it is "2026-11-26T01:55:03.123+0100 notice text".
 */
#pragma once

#include <stdarg.h>
#include <stdint.h>

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
 * par_log_to - make a file stderr, so that libraries' words go there, too
 * @path	copied; made when missing, with mode 0640, appended to
 * @max_bytes	a larger file is renamed PATH.1, in place of the one before; 0: never
 * Returns 0 or a negative errno, and then stderr is what it was.
 */
int par_log_to(const char *path, uint64_t max_bytes);

/* par_log_reopen - go on in a new file when somebody has moved the one of par_log_to() away */
void par_log_reopen(void);

/*
 * par_log - one line, from any thread.  Filtered (text.h), so that no text of a client or a guest
 * can forge a line.  Keeps errno.
 */
void par_log(enum par_log_level level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
