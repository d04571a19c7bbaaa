/* SPDX-License-Identifier: Apache-2.0 */
/* Processes killed for want of memory: see oom.h. */
#include "wparctl/resources/oom.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int wpar_oom_open(int cgroup)
{
	return cgroup < 0 ? -1 : openat(cgroup, "memory.events", O_RDONLY | O_CLOEXEC);
}

/* Lines "KEY NUMBER"; "oom_group_kill" is another key. */
uint64_t wpar_oom_parse(const char *text)
{
	static const char key[] = "oom_kill ";

	for (const char *l = text; l && *l; l = strchr(l, '\n'), l = l ? l + 1 : NULL) {
		if (strncmp(l, key, sizeof(key) - 1) == 0)
			return strtoull(l + sizeof(key) - 1, NULL, 10);
	}
	return 0;
}

uint64_t wpar_oom_kills(int fd)
{
	char text[512];
	ssize_t n = fd < 0 ? -1 : pread(fd, text, sizeof(text) - 1, 0);

	if (n < 0)
		return 0;
	text[n] = '\0';
	return wpar_oom_parse(text);
}

int wpar_oom_error(uint64_t kills, struct par_error **err)
{
	return par_fail(err, PAR_E_NO_RESOURCES, 0,
			"out of memory: the kernel has killed %" PRIu64 " of its processes", kills);
}
