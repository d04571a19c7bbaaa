/* SPDX-License-Identifier: Apache-2.0 */
/* Answers uname(2) for a versioned WPAR: see uname_notify.h. */
#include "wparctl/versioned/uname_notify.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define ARCH AUDIT_ARCH_PPC64LE
#elif defined(__powerpc64__)
#define ARCH AUDIT_ARCH_PPC64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "which audit architecture is this?"
#endif

int wpar_uname_filter_install(int *ret_listener)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		/* 32-bit programs on amd64 see the kernel's own answer. */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 0, 2),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_uname, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
	};
	struct sock_fprog prog = { .len = PAR_ARRAY_SIZE(code), .filter = code };
	int fd = (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
			      SECCOMP_FILTER_FLAG_NEW_LISTENER, &prog);

	if (fd < 0)
		return -errno;
	*ret_listener = fd;
	return 0;
}

static void put(char *field, size_t size, const char *value)
{
	if (value)
		snprintf(field, size, "%s", value);
}

int wpar_uname_make(const struct wpar_spec *s, struct utsname *ret)
{
	if (uname(ret) < 0)
		return -errno;
	put(ret->nodename, sizeof(ret->nodename), s->hostname);
	put(ret->release, sizeof(ret->release), s->version.kernel_release);
	put(ret->version, sizeof(ret->version), s->version.kernel_version);
	return 0;
}

/* Into the asker's memory, with the kernel asked afterwards whether it is still the asker. */
static int write_answer(int listener, const struct seccomp_notif *n, const struct utsname *answer)
{
	__u64 id = n->id;
	char path[32];
	autofd int fd = -1;

	snprintf(path, sizeof(path), "/proc/%u/mem", n->pid);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -EFAULT;
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) < 0)
		return -ESRCH;
	if (pwrite(fd, answer, sizeof(*answer), (off_t)n->data.args[0]) != sizeof(*answer))
		return -EFAULT;
	return 0;
}

int wpar_uname_answer(int listener, const struct utsname *answer)
{
	struct seccomp_notif n = { 0 };
	struct seccomp_notif_resp resp = { 0 };
	int r;

	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &n) < 0)
		return errno == ENOENT || errno == EINTR ? 0 : -errno;
	resp.id = n.id;
	r = write_answer(listener, &n, answer);
	if (r == -ESRCH)
		return 0;
	resp.error = r;
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &resp) < 0 && errno != ENOENT)
		return -errno;
	return 0;
}

char *wpar_uname_proc_version(const struct utsname *a)
{
	return par_strdup_printf("%s version %s %s\n", a->sysname, a->release, a->version);
}

char *wpar_uname_osrelease(const struct utsname *a)
{
	return par_strdup_printf("%s\n", a->release);
}
