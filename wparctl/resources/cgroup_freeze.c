/* SPDX-License-Identifier: Apache-2.0 */
/* Waits for a control group to stand still: see cgroup_freeze.h. */
#include "wparctl/resources/cgroup_freeze.h"

#include "lpard/common/cleanup.h"
#include "lpard/common/now.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* The kernel says it in cgroup.events, whose changes can be waited for. */
int wpar_cgroup_wait_frozen(int cgroup, unsigned int most_ms)
{
	autofd int events = openat(cgroup, "cgroup.events", O_RDONLY | O_CLOEXEC);
	const uint64_t end = par_now_ms() + most_ms;

	if (events < 0)
		return -errno;
	for (;;) {
		struct pollfd p = { .fd = events, .events = POLLPRI };
		char text[256];
		ssize_t n = pread(events, text, sizeof(text) - 1, 0);

		if (n < 0)
			return -errno;
		text[n] = '\0';
		if (strstr(text, "frozen 1") || strstr(text, "populated 0"))
			return 0;
		if (par_left_ms(end) == 0)
			return -ETIMEDOUT;
		poll(&p, 1, par_left_ms(end));
	}
}
