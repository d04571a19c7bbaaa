/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signals that end a command by having it undo what it has begun: see interrupt.h.  The handler
 * sets a number, kills the children that were named to it, and writes to an eventfd: all of that is
 * async-signal-safe.
 */
#include "lpard/common/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_CHILDREN 4

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGPIPE };

static volatile sig_atomic_t noted; /* the first of them; 0: none */
static _Atomic pid_t children[MOST_CHILDREN];
static int event = -1;

static void kill_children(void)
{
	for (size_t i = 0; i < MOST_CHILDREN; i++) {
		pid_t pid = atomic_load(&children[i]);

		if (pid > 0)
			kill(pid, SIGKILL);
	}
}

static void note(int signo)
{
	const uint64_t one = 1;
	const int saved = errno;

	if (!noted)
		noted = signo;
	kill_children();
	if (event >= 0 && write(event, &one, sizeof(one)) < 0) {
		/* It says so already. */
	}
	errno = saved;
}

void par_interrupt_begin(void)
{
	struct sigaction sa = { .sa_handler = note, .sa_flags = SA_RESTART };

	/* The next of several of one command: what was noted stays. */
	if (event >= 0)
		return;
	event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct sigaction before;

		if (sigaction(signals[i], NULL, &before) == 0 && before.sa_handler == SIG_DFL)
			sigaction(signals[i], &sa, NULL);
	}
}

void par_interrupt_pass(void)
{
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		struct sigaction now;

		if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler == note)
			signal(signals[i], SIG_DFL);
	}
}

void par_interrupt_end(void)
{
	const int signo = noted;

	par_interrupt_pass();
	noted = 0;
	if (event >= 0)
		close(event);
	event = -1;
	if (signo)
		raise(signo);
}

bool par_interrupted(void)
{
	return noted != 0;
}

int par_interrupt_check(struct par_error **err)
{
	const int signo = noted;

	if (!signo)
		return 0;
	return par_fail(err, PAR_E_INTERRUPTED, 0,
			"interrupted (%s), and what was begun is undone; run it again",
			signo == SIGPIPE  ? "nobody reads its output"
			: signo == SIGHUP ? "SIGHUP: its terminal has gone"
			: signo == SIGINT ? "SIGINT"
					  : "SIGTERM");
}

int par_interrupt_explain(int r, struct par_error **err)
{
	return r < 0 && noted ? par_interrupt_check(err) : r;
}

void par_interrupt_child(pid_t pid)
{
	for (size_t i = 0; i < MOST_CHILDREN; i++) {
		pid_t none = 0;

		if (atomic_compare_exchange_strong(&children[i], &none, pid))
			break;
	}
	/* One that came before it was known here. */
	if (noted)
		kill_children();
}

int par_interrupt_wait(pid_t pid, int *ret_status)
{
	siginfo_t info;

	/* It has its number until it is reaped, and nobody kills who has the number then. */
	while (waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT) < 0) {
		if (errno != EINTR)
			break;
	}
	for (size_t i = 0; i < MOST_CHILDREN; i++) {
		pid_t it = pid;

		if (atomic_compare_exchange_strong(&children[i], &it, 0))
			break;
	}
	while (waitpid(pid, ret_status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

int par_interrupt_sleep(int ms)
{
	struct pollfd p = { .fd = event, .events = POLLIN };

	if (!noted)
		poll(&p, event >= 0 ? 1 : 0, ms); /* ignoring: who calls looks again */
	return noted ? -EINTR : 0;
}

int par_interrupt_poll(int fd)
{
	struct pollfd p[2] = { { .fd = fd, .events = POLLIN }, { .fd = event, .events = POLLIN } };

	for (;;) {
		if (noted)
			return -EINTR;
		if (poll(p, event >= 0 ? 2 : 1, -1) < 0 && errno != EINTR)
			return -errno;
		if (p[0].revents && !noted)
			return 0;
	}
}
