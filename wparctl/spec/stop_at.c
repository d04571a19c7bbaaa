/* SPDX-License-Identifier: Apache-2.0 */
/* A command that kills itself, or waits: see stop_at.h. */
#include "wparctl/spec/stop_at.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void wpar_test_stop_at(const char *step)
{
	const char *at = getenv("WPAR_STOP_AT");

	if (at && strcmp(at, step) == 0)
		raise(SIGKILL);
}

void wpar_test_wait_at(const char *step)
{
	const struct timespec moment = { .tv_nsec = 10 * 1000 * 1000 };
	const char *at = getenv("WPAR_WAIT_AT"), *file = getenv("WPAR_WAIT_FILE");
	char here[4096];
	int fd;

	if (!at || !file || strcmp(at, step) != 0)
		return;
	snprintf(here, sizeof(here), "%s.here", file);
	fd = open(here, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd >= 0)
		close(fd);
	while (access(file, F_OK) == 0)
		nanosleep(&moment, NULL);
}
