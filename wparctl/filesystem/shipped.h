/* SPDX-License-Identifier: Apache-2.0 */
/* The services that a system WPAR has from the start (shipped.def), as subsystems of its SRC. */
#pragma once

#include "lpard/common/str.h"

#include <stdbool.h>

/* The lines of a WPAR's /etc/inittab that are there before those of services. */
extern const char wpar_shipped_inittab[];

/*
 * wpar_shipped_plan - the files of SRC and init for them
 * @has		is there that program in the WPAR's /usr?  It gets @user
 * @subsystems	the text of /etc/objrepos/SRCsubsys; empty: there are none
 * @inittab	lines to be appended to /etc/inittab
 * Pure.  Returns 0 or -ENOMEM.
 */
int wpar_shipped_plan(bool (*has)(const char *program, void *user), void *user,
		      struct par_buf *subsystems, struct par_buf *inittab);

/*
 * wpar_shipped_install - write them, and what the services themselves need, into the private root
 * @top	the root, being made: nobody else has it yet.  A negative errno, or 0
 */
int wpar_shipped_install(int top);

/*
 * wpar_shipped_install_image - the same for a versioned WPAR, as its image's own /usr has them
 * @upper	the folder of its changes, being made; @image: the root of its image, a stranger's
 * files
 * @services	false: no service is to start (mkwpar --minimal), but the SRC is there
 * Where the image has an /etc/inittab or an /etc/objrepos nothing is written: these say what
 * starts.  Nor where its /etc is no directory.  A negative errno, or 0
 */
int wpar_shipped_install_image(int upper, int image, bool services);

/*
 * wpar_shipped_install_command - what an image of layers says is to run, as the subsystem "image"
 * Nothing of its own starts besides, as in a container.
 * @text	of /etc/image.command (spec/image_command.h)
 */
int wpar_shipped_install_command(int upper, int image, const struct par_buf *text);
