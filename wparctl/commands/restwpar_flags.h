/* SPDX-License-Identifier: Apache-2.0 */
/* The flags of mkwpar that restwpar takes in one word (-M). */
#pragma once

#include "wparctl/operations/settings.h"

struct restwpar_flags {
	struct wpar_settings settings; /* its texts are part of @text */
	bool refused[16];	       /* flags of mkwpar that are none of these */
	const char *refused_value[10];
	struct par_groups refused_pairs[2];
	char *text;
};

/*
 * restwpar_read_flags - @text is cut into words at blanks; what is in quotes stays together
 * @ret	zeroed; freed by restwpar_flags_done(), after an error, too
 * Errors: PAR_E_USAGE, PAR_E_NOT_SUPPORTED (a flag that restwpar has itself, or that is of no use
 * where there is a backup).
 */
int restwpar_read_flags(const char *text, struct restwpar_flags *ret, struct par_error **err);
void restwpar_flags_done(struct restwpar_flags *f);
