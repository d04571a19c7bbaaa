/* SPDX-License-Identifier: Apache-2.0 */
/* Capabilities, seccomp, keyring: see security.h. */
#include "wparctl/runtime/launch/security.h"

#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/keyctl.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define CAP(x)	 (1ull << CAP_##x)
#define LAST_CAP 63

/*
 * What the root user of a system needs on its own users, files and processes.  All of it counts
 * only within the WPAR's user namespace.  CAP_SYS_ADMIN is not in it: no mounts, no name spaces.
 */
#define DEFAULT_CAPS                                                                          \
	(CAP(CHOWN) | CAP(DAC_OVERRIDE) | CAP(DAC_READ_SEARCH) | CAP(FOWNER) | CAP(FSETID) |  \
	 CAP(KILL) | CAP(SETGID) | CAP(SETUID) | CAP(SETPCAP) | CAP(NET_BIND_SERVICE) |       \
	 CAP(IPC_OWNER) | CAP(SYS_CHROOT) | CAP(SYS_PTRACE) | CAP(SYS_BOOT) | CAP(SYS_NICE) | \
	 CAP(AUDIT_WRITE) | CAP(SETFCAP) | CAP(LINUX_IMMUTABLE))

/* What the privileges of AIX stand for. */
static const struct {
	const char *name;
	uint64_t caps;
} privileges[] = {
#define P(name, caps)	 { name, caps },
#define MORE(name, caps) { name, caps },
#include "wparctl/spec/privs.def"
#undef MORE
#undef P
};

uint64_t wpar_security_caps(const struct wpar_spec *s)
{
	uint64_t caps = DEFAULT_CAPS;

	for (size_t i = 0; i < s->privs.n; i++) {
		const char *name = s->privs.v[i];
		bool drop = name[0] == '-';

		if (drop || name[0] == '+')
			name++;
		for (size_t p = 0; p < PAR_ARRAY_SIZE(privileges); p++) {
			if (strcmp(privileges[p].name, name) != 0)
				continue;
			caps = drop ? caps & ~privileges[p].caps : caps | privileges[p].caps;
		}
	}
	return caps;
}

uint64_t wpar_security_job_caps(void)
{
	return CAP(SETUID) | CAP(SETGID) | CAP(CHOWN);
}

static int security_limit_caps(uint64_t caps)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	for (int c = 0; c <= LAST_CAP; c++) {
		if (caps & (1ull << c))
			continue;
		if (prctl(PR_CAPBSET_DROP, c, 0, 0, 0) < 0) {
			if (errno == EINVAL) /* past the last one of this kernel */
				break;
			return -errno;
		}
	}
	for (int i = 0; i < 2; i++) {
		data[i].permitted = (uint32_t)(caps >> (32 * i));
		data[i].effective = data[i].permitted;
	}
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0 ||
	    syscall(SYS_capset, &head, data) < 0)
		return -errno;
	return 0;
}

static int security_install_filter(void)
{
	static const struct sock_filter filter[] = {
#include "seccomp_filter.inc"
	};
	const struct sock_fprog prog = { PAR_ARRAY_SIZE(filter), (struct sock_filter *)filter };

	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) < 0)
		return -errno;
	return 0;
}

int wpar_security_apply(uint64_t caps, bool no_new_privs)
{
	int r;

	/* A kernel without keyrings has none to share. */
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL) < 0 && errno != ENOSYS)
		return -errno;
	if (no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	/* Before the capabilities go: without no_new_privs a filter takes CAP_SYS_ADMIN. */
	r = security_install_filter();
	if (r < 0)
		return r;
	return security_limit_caps(caps);
}
