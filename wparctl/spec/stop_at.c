/* SPDX-License-Identifier: Apache-2.0 */
/* A command that kills itself: see stop_at.h. */
#include "wparctl/spec/stop_at.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

void wpar_test_stop_at(const char *step)
{
	const char *at = getenv("WPAR_STOP_AT");

	if (at && strcmp(at, step) == 0)
		raise(SIGKILL);
}
