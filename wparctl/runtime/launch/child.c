/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The inner half of a start: the first process of a WPAR, from clone to exec (or to its own loop).
 * That process has all capabilities, but only in the WPAR's user namespace, and gives up what is
 * not the WPAR's before it runs any program of the WPAR.
 */
#include "wparctl/runtime/launch/child.h"

#include "lpard/common/fs.h"
#include "wparctl/filesystem/mount_apply.h"
#include "wparctl/network/apply.h"
#include "wparctl/runtime/launch/clock.h"
#include "wparctl/runtime/launch/own_groups.h"
#include "wparctl/runtime/launch/security.h"
#include "wparctl/runtime/launch/sync.h"
#include "wparctl/spec/stop_at.h"
#include "wparctl/versioned/uname_notify.h"

#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* Dies with the outer half from here on; it may have died before. */
static int child_hang_on_parent(int sync)
{
	char byte;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return -errno;
	return recv(sync, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0 ? -EPIPE : 0;
}

/*
 * The network namespace is made here, in the WPAR's user namespace: so the LPAR's device events do
 * not reach it, and its connections can be checkpointed.  Its root can change nothing in it, for it
 * never gets CAP_NET_ADMIN, and CAP_NET_RAW only by the privilege PV_NET_RAWSOCK (-S).
 */
static int child_new_network(struct par_error **err)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	autofd int s = -1;

	if (unshare(CLONE_NEWNET | CLONE_NEWCGROUP) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno,
				"network and control group namespaces cannot be made");
	s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s < 0 || ioctl(s, SIOCSIFFLAGS, &lo) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno,
				"the loopback interface cannot be set up");
	return 0;
}

static int child_take_links(const struct wpar_launch *l, int sync, struct par_error **err)
{
	int r;

	if (l->network.n == 0)
		return 0;
	r = wpar_sync_wait_step(sync, WPAR_STEP_NETWORK, err);
	return r < 0 ? r : wpar_net_apply_inner(&l->network, err);
}

/* Ports below 1024 and ping for the WPAR's own users; after its ids are mapped. */
static void child_open_network(void)
{
	/* A kernel without these files keeps its own rules. */
	par_fs_write_str(AT_FDCWD, "/proc/sys/net/ipv4/ip_unprivileged_port_start", "0");
	par_fs_write_str(AT_FDCWD, "/proc/sys/net/ipv4/ping_group_range", "0 65535");
}

/*
 * The prepared mounts, sent when the ids are set, or prepared here; in between, while /proc is the
 * LPAR's and may be written to, what is set there.
 */
static int child_take_mounts(const struct wpar_launch *l, int sync, int fds[WPAR_MOUNTS_MAX],
			     size_t *ret_n, struct par_error **err)
{
	const bool global = wpar_mounts_is_global(&l->plan);
	int r = global ? wpar_sync_wait_step(sync, WPAR_STEP_MAPPED, err)
		       : wpar_sync_receive_mounts(sync, fds, ret_n, err);

	if (r < 0)
		return r;
	child_open_network();
	return global ? wpar_mounts_prepare_global(&l->plan, fds, ret_n, err) : 0;
}

static int child_set_up(const struct wpar_launch *l, int sync, struct par_error **err)
{
	const char *host = l->spec->hostname ? l->spec->hostname : l->spec->name;
	int fds[WPAR_MOUNTS_MAX];
	size_t n = 0;
	int r;

	/* /proc/PID/exe of this process is the global program: nobody inside may open it. */
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	umask(022);
	r = child_new_network(err);
	if (r < 0)
		return r;
	if (l->network.n > 0)
		wpar_sync_step(sync, WPAR_STEP_NETWORK);
	wpar_clock_begin(l->boot);
	r = child_take_mounts(l, sync, fds, &n, err);
	if (r < 0)
		return r;
	if (sethostname(host, strlen(host)) < 0)
		return par_fail(err, PAR_E_SYSTEM, errno, "the host name '%s' cannot be set", host);
	wpar_test_wait_at("inside");
	r = wpar_mounts_attach(&l->plan, fds, n, err);
	if (r < 0)
		return r;
	if (l->spec->init && wpar_init_is_systemd(l->spec->init)) {
		r = wpar_own_groups_mount(&l->plan, err);
		if (r < 0)
			return r;
	}
	r = wpar_interpreters_mount(&l->interpreters, err);
	if (r < 0)
		return r;
	r = child_take_links(l, sync, err);
	if (r < 0)
		return r;
	if (l->steps > 0)
		wpar_sync_step(l->steps, WPAR_STEP_MOUNTED);
	r = l->die_with_parent ? child_hang_on_parent(sync) : 0;
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the command that starts it has ended");
	r = l->stdio ? wpar_stdio_install(l->stdio) : 0;
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "the terminal cannot be set up");
	/* Descriptors of the global environment end here; only the sync socket stays. */
	r = wpar_close_others(sync, l->uname < 0 ? sync : l->uname);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "descriptors cannot be closed");
	wpar_process_reset();
	wpar_test_wait_at("rights");
	r = wpar_inner_limits_take(&l->inner);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "its limits cannot be set");
	r = wpar_uname_server_join(l->uname);
	if (r < 0)
		return par_fail(err, PAR_E_SYSTEM, r, "uname's answers cannot be set up");
	r = wpar_security_apply(l->own_ids ? wpar_security_job_caps() : wpar_security_caps(l->spec),
				l->no_new_privs);
	return r < 0 ? par_fail(err, PAR_E_SYSTEM, r, "the rights cannot be limited") : 0;
}

void wpar_launch_child(const struct wpar_launch *l, int sync)
{
	struct par_error *err = NULL;

	if (child_set_up(l, sync, &err) < 0) {
		wpar_sync_fail(sync, err);
		_exit(1);
	}
	_exit(l->inside(l, sync));
}
