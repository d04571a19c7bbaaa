/* SPDX-License-Identifier: Apache-2.0 */
/* A running WPAR that stands still: see still.h. */
#include "wparctl/operations/still.h"

#include "wparctl/resources/cgroup.h"
#include "wparctl/resources/cgroup_freeze.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MOST_MS 10000 /* what its processes get to come out of the kernel */

/* Lives until its pipe ends: then all goes on, unless it has heard that it does already. */
__attribute__((noreturn)) static void guard(int pipe, int cgroup)
{
	char done = 0;

	setsid();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	prctl(PR_SET_PDEATHSIG, 0);
	prctl(PR_SET_NAME, "savewpar_guard");
	/* No lock, no mount and no pipe of the command's stays open here. */
	if (dup2(pipe, 0) < 0 || dup2(cgroup, 1) < 0)
		_exit(1);
	syscall(SYS_close_range, 2, ~0u, 0);
	while (read(0, &done, 1) < 0 && errno == EINTR)
		;
	if (!done)
		wpar_cgroup_freeze(1, false);
	_exit(0);
}

static int start_guardian(struct wpar_standstill *s, struct par_error **err)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "could not make a pipe");
	fflush(stdout);
	s->guardian = fork();
	if (s->guardian == 0) {
		/* Of numbers that the two do not overwrite. */
		int pipe = fcntl(fds[0], F_DUPFD_CLOEXEC, 3);
		int cgroup = fcntl(s->cgroup, F_DUPFD_CLOEXEC, 3);

		close(fds[1]);
		guard(pipe, cgroup);
	}
	close(fds[0]);
	s->guard = fds[1];
	return s->guardian < 0 ? par_fail(err, PAR_E_SYSTEM, errno, "could not start a process")
			       : 0;
}

static void end_guardian(struct wpar_standstill *s, bool done)
{
	if (s->guard >= 0) {
		if (done && write(s->guard, "d", 1) < 0) {
			/* It has been killed, or lets go what goes on already. */
		}
		close(s->guard);
	}
	if (s->guardian > 0)
		waitpid(s->guardian, NULL, 0);
	if (s->cgroup >= 0)
		close(s->cgroup);
	s->guard = s->cgroup = -1;
	s->guardian = 0;
}

static int fail_still(const struct wpar_standstill *s, int r, struct par_error **err)
{
	return par_fail(
		err, r == -ETIMEDOUT ? PAR_E_TIMED_OUT : PAR_E_SYSTEM, r == -ETIMEDOUT ? 0 : r,
		r == -ETIMEDOUT ? "Workload partition %s does not stand still: one of its "
				  "processes waits in the kernel, as for a server that is gone."
				: "Workload partition %s cannot be made to stand still.",
		s->name);
}

static int freeze(int cgroup)
{
	int r = wpar_cgroup_freeze(cgroup, true);

	return r < 0 ? r : wpar_cgroup_wait_frozen(cgroup, MOST_MS);
}

int wpar_standstill_begin(struct wpar_standstill *s, struct par_error **err)
{
	int r;

	s->cgroup = wpar_cgroup_open(s->name, false, err);
	if (s->cgroup < 0)
		return s->cgroup;
	r = start_guardian(s, err);
	if (r < 0) {
		end_guardian(s, false);
		return r;
	}
	r = freeze(s->cgroup);
	if (r < 0) {
		wpar_cgroup_freeze(s->cgroup, false);
		end_guardian(s, true);
		return fail_still(s, r, err);
	}
	return 0;
}

int wpar_standstill_end(struct wpar_standstill *s, struct par_error **err)
{
	int r = wpar_cgroup_freeze(s->cgroup, false);

	/* When it did not work here, the guardian tries. */
	end_guardian(s, r == 0);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "Workload partition %s cannot go on", s->name)
		     : 0;
}
