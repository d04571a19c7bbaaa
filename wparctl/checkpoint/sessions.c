/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions of clogin: see sessions.h.  The signal goes to clogin, not into the WPAR: it hangs up
 * its terminal, has patience with who needs a moment, and ends who takes no notice.
 */
#include "wparctl/checkpoint/sessions.h"

#include "lpard/common/fs.h"
#include "lpard/common/now.h"
#include "wparctl/resources/cgroup_members.h"
#include "wparctl/runtime/session/session.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#define HANGUP_MS 5000	/* what a hang-up takes at most, clogin's patience with it included */
#define TERM_MS	  15000 /* the same for SIGTERM: who was started by nohup minds that only */

/* The value tells clogin what for; only root can give it. */
static int send(int pidfd, int signo)
{
	siginfo_t info = { 0 };

	info.si_signo = signo;
	info.si_code = SI_QUEUE;
	info.si_value.sival_int = WPAR_HANGUP_CHECKPOINT;
	return syscall(SYS_pidfd_send_signal, pidfd, signo, &info, 0) < 0 && errno != ESRCH ? -errno
											    : 0;
}

/* 1: it has ended */
static int await(int pidfd, int timeout_ms)
{
	const uint64_t end = par_now_ms() + (uint64_t)timeout_ms;
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	int r;

	do
		r = poll(&p, 1, par_left_ms(end));
	while (r < 0 && errno == EINTR);
	return r < 0 ? -errno : r;
}

static int end_clogin(pid_t pid, struct par_error **err)
{
	static const struct {
		int signo, timeout_ms;
	} ways[] = { { SIGHUP, HANGUP_MS }, { SIGTERM, TERM_MS } };
	autofd int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (pidfd < 0)
		return errno == ESRCH ? 0
				      : par_fail(err, PAR_E_SYSTEM, errno,
						 "clogin, process %d, cannot be ended", (int)pid);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(ways); i++) {
		int r = send(pidfd, ways[i].signo);

		if (r < 0)
			return par_fail(err, PAR_E_SYSTEM, r, "clogin, process %d, cannot be ended",
					(int)pid);
		if (await(pidfd, ways[i].timeout_ms) > 0)
			return 0;
	}
	return par_fail(err, PAR_E_TIMED_OUT, 0,
			"clogin, process %d, does not end its session; end it by hand", (int)pid);
}

int wpar_sessions_end(const struct wpar_ckpt_snapshot *s, struct par_error **err)
{
	const struct wpar_ckpt_process *p;

	for (size_t i = 0; (p = wpar_precheck_stranger(s, i)); i++) {
		int r = p->clogin ? end_clogin(p->parent, err) : 0;

		if (r < 0)
			return r;
	}
	return 0;
}

static pid_t parent_of(pid_t pid)
{
	auto_buf text = { 0 };
	const char *at;
	char path[48];

	snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
	if (par_fs_read(path, 1 << 20, &text) < 0 || !text.data)
		return 0;
	at = strstr(text.data, "\nPPid:");
	return at ? (pid_t)strtol(at + strlen("\nPPid:"), NULL, 10) : 0;
}

static int add_member(pid_t pid, const char *group, void *user)
{
	struct wpar_ckpt_process p = { .pid = pid, .parent = parent_of(pid) };

	(void)group;
	return p.parent ? wpar_ckpt_add_process(user, &p) : 0;
}

bool wpar_sessions_any(int cgroup, pid_t init)
{
	auto_ckpt_snapshot s = { .init = init };

	if (wpar_cgroup_members(cgroup, add_member, &s) < 0)
		return false;
	return wpar_precheck_stranger(&s, 0) != NULL;
}
