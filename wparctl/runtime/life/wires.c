/* SPDX-License-Identifier: Apache-2.0 */
/* The pipes of a WPAR's PID 1: see wires.h. */
#include "wparctl/runtime/life/wires.h"

#include "lpard/common/str.h"
#include "wparctl/runtime/inside/inside.h"
#include "wparctl/runtime/life/wpar_log.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

static void make_pipe(int reading, int writing, int keep)
{
	int fds[2];

	if (keep == reading || keep == writing || pipe2(fds, O_NONBLOCK | O_CLOEXEC) < 0)
		return;
	/* The copies survive exec; PID 1 itself sees to it that nobody inherits them. */
	dup2(fds[0], reading);
	dup2(fds[1], writing);
	close(fds[0]);
	close(fds[1]);
}

/* /dev/console, so that what is written to it is read, too; a pipe where it was left out (-D). */
static void make_console(int keep)
{
	const int reading = WPAR_INIT_CONSOLE_READ, writing = WPAR_INIT_CONSOLE;
	int fd = open("/dev/console", O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode)) {
		make_pipe(reading, writing, keep);
	} else if (keep != reading && keep != writing) {
		dup2(fd, reading);
		dup2(fd, writing);
	}
	if (fd >= 0)
		close(fd);
}

void wpar_wires_make(int keep)
{
	make_console(keep);
	make_pipe(WPAR_INIT_END_READ, WPAR_INIT_END, keep);
}

/*
 * The WPAR's root can put anything in the place of a descriptor of PID 1: only a FIFO is opened,
 * without waiting for who writes.
 */
static int open_pipe(pid_t init, int number)
{
	char path[64];
	autofd int fd = -1;
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/fd/%d", (int)init, number);
	fd = open(path, O_PATH | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISFIFO(st.st_mode))
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
}

struct wpar_wires wpar_wires_open(pid_t init)
{
	return (struct wpar_wires){
		.console = open_pipe(init, WPAR_INIT_CONSOLE_READ),
		.end = open_pipe(init, WPAR_INIT_END_READ),
	};
}

size_t wpar_wires_pump(struct wpar_wires *w, const char *name)
{
	char text[4096];
	ssize_t n = w->console < 0 ? 0 : read(w->console, text, sizeof(text));

	if (n > 0) {
		wpar_console_log(name, text, (size_t)n);
		return (size_t)n;
	}
	if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		if (w->console >= 0)
			close(w->console);
		w->console = -1;
	}
	return 0;
}

bool wpar_wires_wants_restart(const struct wpar_wires *w)
{
	char byte = 0;

	return w->end >= 0 && read(w->end, &byte, 1) == 1 && byte == WPAR_INIT_RESTART;
}
