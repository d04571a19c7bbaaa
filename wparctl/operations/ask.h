/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to the one who runs a command: on standard error, answered on standard input. */
#pragma once

#include <stdbool.h>

/* wpar_ask_yes - "QUESTION y(es) n(o)? "; only y and yes count as yes, an end of input does not */
bool wpar_ask_yes(const char *question);
