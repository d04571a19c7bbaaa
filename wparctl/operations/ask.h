/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to the one who runs a command: on standard error, answered on standard input. */
#pragma once

#include "lpard/common/error.h"

#include <stdbool.h>
#include <stddef.h>

/* wpar_ask_yes - "QUESTION y(es) n(o)? "; only y and yes count as yes, an end of input does not */
bool wpar_ask_yes(const char *question);

/*
 * wpar_ask_password - a line of standard input, which a terminal does not show; asked twice there
 * @prompt	"root's new password"
 * @twice	a terminal's user gives it again
 * @ret		@size bytes; the caller wipes it
 * PAR_E_INVALID_ARGUMENT: none was given, it is too long, or the two differ.
 */
int wpar_ask_password(const char *prompt, bool twice, char *ret, size_t size,
		      struct par_error **err);
