/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The buffer of 1 KiB in which a WPAR's start, checkpoint and the like leave messages for whoever
 * looks later: wparerr puts them in, wparprnterr takes them out.  /run/wpars/.errors/NAME, a line
 * for each, which ends with the machine as AIX's does, and with the WPAR.
 */
#pragma once

#include "lpard/common/error.h"
#include "lpard/common/str.h"

#define WPAR_ERROR_BUFFER 1024 /* bytes, line ends included */

/*
 * wpar_error_buffer_add - one message, cleaned, as one line
 * Errors: PAR_E_NO_SPACE when it does not fit: nothing of it is kept then.
 */
int wpar_error_buffer_add(const char *name, const char *message, struct par_error **err);

/* wpar_error_buffer_take - all of them, oldest first; the buffer is empty then */
int wpar_error_buffer_take(const char *name, struct par_buf *ret, struct par_error **err);

/* wpar_error_buffer_remove - with the WPAR */
void wpar_error_buffer_remove(const char *name);

/* wpar_error_buffer_rename - with the WPAR */
void wpar_error_buffer_rename(const char *name, const char *new_name);

/*
 * wpar_error_format - a message from a format and the texts for it, as printf(3) would: %s, %c, %d,
 * %i, %u, %x, %X, %o with h, l, ll, z and j before them, %% and %N$s; no flags, widths, precisions
 * The format is a user's, or a catalogue's.  Errors: PAR_E_INVALID_ARGUMENT.
 */
int wpar_error_format(const char *format, char *const *args, size_t n, struct par_buf *ret,
		      struct par_error **err);
