/* SPDX-License-Identifier: Apache-2.0 */
/* What a new versioned WPAR starts. */
#pragma once

#include "wparctl/spec/spec.h"

/*
 * wpar_image_services - cron, syslogd, inetd and sshd of the image, as subsystems of the WPAR's SRC
 * In the empty folder of its changes; with an init of its own nothing.  Errors: PAR_E_SYSTEM.
 */
int wpar_image_services(const struct wpar_spec *s, struct par_error **err);

/*
 * wpar_image_command_lacks - of what layers say is to run: the user, the group or the program that
 * the image in the store does not have, as part of a sentence; caller frees.  NULL: nothing is
 * missing, or that cannot be told
 */
char *wpar_image_command_lacks(const struct wpar_spec *s);
