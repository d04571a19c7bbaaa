/* SPDX-License-Identifier: Apache-2.0 */
/* What this system is, for the question whether an image works on it. */
#pragma once

#include "wparctl/versioned/compat.h"

#include <sys/utsname.h>

struct wpar_here_facts {
	struct utsname uname;
	struct wpar_here here; /* points into @uname: not to be copied */
};

/* wpar_here_get - from the kernel; what cannot be told is as if there were none of it */
void wpar_here_get(struct wpar_here_facts *ret);
