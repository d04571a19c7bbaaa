/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inner half of a start: the first process of a WPAR, from clone to exec (or to its own loop).
 * It has all capabilities, but only in the WPAR's user namespace, and gives up what is not the
 * WPAR's before it runs anything of it.
 */
#include "wparctl/filesystem/mount_apply.h"
#include "wparctl/runtime/launch.h"
#include "wparctl/runtime/security.h"
#include "wparctl/versioned/uname_notify.h"

#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* The prepared mounts, or -EPIPE when the outer half has died. */
static int receive_mounts(int sync, int *fds, size_t *ret_n)
{
	union {
		char room[CMSG_SPACE(sizeof(int) * WPAR_MOUNTS_MAX)];
		struct cmsghdr align;
	} control = { 0 };
	size_t n = 0;
	struct iovec iov = { .iov_base = &n, .iov_len = sizeof(n) };
	struct msghdr msg = { .msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = control.room,
			      .msg_controllen = sizeof(control.room) };
	ssize_t got = recvmsg(sync, &msg, MSG_CMSG_CLOEXEC);
	struct cmsghdr *c = got > 0 ? CMSG_FIRSTHDR(&msg) : NULL;

	if (got < 0)
		return -errno;
	if (got != sizeof(n) || !c || c->cmsg_type != SCM_RIGHTS || n > WPAR_MOUNTS_MAX ||
	    c->cmsg_len != CMSG_LEN(sizeof(int) * n))
		return -EPIPE;
	memcpy(fds, CMSG_DATA(c), sizeof(int) * n);
	*ret_n = n;
	return 0;
}

/* What exec and fork hand on by default is the global environment's. */
void wpar_process_reset(void)
{
	static const struct {
		int resource;
		rlim_t soft, hard;
	} limits[] = {
		{ RLIMIT_NOFILE, 1024, 524288 },
		{ RLIMIT_CORE, 0, RLIM_INFINITY },
		{ RLIMIT_MEMLOCK, 8 << 20, 8 << 20 },
	};
	struct sigaction dfl = { .sa_handler = SIG_DFL };
	sigset_t none;

	for (size_t i = 0; i < PAR_ARRAY_SIZE(limits); i++) {
		struct rlimit l = { limits[i].soft, limits[i].hard }, now;

		if (getrlimit((__rlimit_resource_t)limits[i].resource, &now) == 0 &&
		    now.rlim_max < l.rlim_max)
			l.rlim_max = now.rlim_max;
		if (l.rlim_cur > l.rlim_max)
			l.rlim_cur = l.rlim_max;
		setrlimit((__rlimit_resource_t)limits[i].resource, &l);
	}
	for (int s = 1; s < 32; s++)
		sigaction(s, &dfl, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(022);
}

/* Dies with the outer half from here on; it may have died before. */
static int hang_on_parent(int sync)
{
	char byte;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return -errno;
	return recv(sync, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0 ? -EPIPE : 0;
}

static int set_up(const struct wpar_launch *l, int sync, struct par_error **err)
{
	const char *host = l->spec->hostname ? l->spec->hostname : l->spec->name;
	int fds[WPAR_MOUNTS_MAX];
	size_t n = 0;
	int r;

	/* /proc/PID/exe of this process is the global program: nobody inside may open it. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	r = receive_mounts(sync, fds, &n);
	if (r < 0)
		return r;
	if (unshare(CLONE_NEWCGROUP) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "no cgroup namespace can be made");
	if (sethostname(host, strlen(host)) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the host name '%s' cannot be set", host);
	r = wpar_mounts_attach(&l->plan, fds, n, err);
	if (r < 0)
		return r;
	r = l->die_with_parent ? hang_on_parent(sync) : 0;
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the command that starts it has ended");
	r = l->console ? wpar_console_install(l->console) : 0;
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the terminal cannot be set up");
	/* Descriptors of the global environment end here; only the sync socket stays. */
	r = wpar_close_others(sync, l->uname < 0 ? sync : l->uname);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "descriptors cannot be closed");
	wpar_process_reset();
	r = wpar_uname_server_join(l->uname);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "uname's answers cannot be set up");
	r = wpar_security_apply(wpar_security_caps(l->spec), l->no_new_privs);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "the rights cannot be limited") : 0;
}

static int close_between(unsigned int first, unsigned int last)
{
	return first <= last && syscall(SYS_close_range, first, last, 0u) < 0 ? -errno : 0;
}

int wpar_close_others(int keep, int keep_too)
{
	unsigned int a = (unsigned int)(keep < keep_too ? keep : keep_too);
	unsigned int b = (unsigned int)(keep < keep_too ? keep_too : keep);
	int r = close_between(3, a - 1);

	if (r == 0 && b > a)
		r = close_between(a + 1, b - 1);
	return r < 0 ? r : close_between(b + 1, ~0u);
}

void wpar_launch_child(const struct wpar_launch *l, int sync)
{
	struct par_error *err = NULL;

	if (set_up(l, sync, &err) < 0) {
		wpar_sync_fail(sync, err);
		_exit(1);
	}
	_exit(l->inside(l, sync));
}
