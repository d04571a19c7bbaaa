/* SPDX-License-Identifier: Apache-2.0 */
/* The services that a system WPAR has from the start (shipped.def), as subsystems of its SRC. */
#pragma once

#include "lpard/common/str.h"

#include <stdbool.h>

/*
 * wpar_shipped_plan - the files of SRC and init for them
 * @has		is there that program in the WPAR's /usr?
 * @subsystems	the text of /etc/objrepos/SRCsubsys; empty: there are none
 * @inittab	lines to be appended to /etc/inittab
 * Pure.  Returns 0 or -ENOMEM.
 */
int wpar_shipped_plan(bool (*has)(const char *program), struct par_buf *subsystems,
		      struct par_buf *inittab);

/*
 * wpar_shipped_install - write them, and what the services themselves need, into the private root
 * @top	the root, being made: nobody else has it yet.  A negative errno, or 0
 */
int wpar_shipped_install(int top);
