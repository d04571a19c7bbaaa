/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The stages on the console, "lpard-init: TEXT", one a line.  lpard reads reference codes from
 * them, so those in images/README.md may be added to, but not changed.  The kernel log gets a
 * copy, which adds the time.
 */
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "init.h"

static int console_fd = -1;

/* init_say_reset - the console is found in another /dev from now on */
void init_say_reset(void)
{
	if (console_fd >= 0)
		close(console_fd);
	console_fd = -1;
}

/* init_say - one line, at most 200 characters */
void init_say(const char *fmt, ...)
{
	char line[256] = "<6>lpard-init: ";
	size_t prefix = strlen(line);
	va_list args;
	int len, kmsg;

	va_start(args, fmt);
	len = vsnprintf(line + prefix, sizeof(line) - prefix - 1, fmt, args);
	va_end(args);
	if (len < 0)
		return;
	len = (int)strlen(line);
	line[len++] = '\n';
	if (console_fd < 0)
		console_fd = open("/dev/console", O_WRONLY | O_NOCTTY | O_CLOEXEC);
	if (console_fd >= 0 && write(console_fd, line + 3, len - 3) < 0)
		init_say_reset();
	kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
	if (kmsg >= 0) {
		if (write(kmsg, line, len) < 0) {
			/* The log is a copy only. */
		}
		close(kmsg);
	}
}
