/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seccomp_gen - run at build time, natively: writes the seccomp filter of WPARs for one target
 * architecture as C text, so that the start path needs no libseccomp.
 *
 * Use: seccomp_gen ARCH > filter.inc   (x86_64, ppc64le, ppc64, aarch64)
 *
 * What is refused is what a WPAR's root could use against the kernel that everybody shares, or
 * against the terminal of who entered it.  The rest is bounded by the user namespace.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* EPERM: programs expect that an unprivileged caller may not. */
static const char *const not_permitted[] = {
	"mount",
	"umount",
	"umount2",
	"pivot_root",
	"move_mount",
	"open_tree",
	"fsopen",
	"fsconfig",
	"fsmount",
	"fspick",
	"mount_setattr",
	"open_tree_attr",
	"init_module",
	"finit_module",
	"delete_module",
	"create_module",
	"query_module",
	"kexec_load",
	"kexec_file_load",
	"bpf",
	"perf_event_open",
	"lookup_dcookie",
	"add_key",
	"request_key",
	"keyctl",
	"open_by_handle_at",
	"swapon",
	"swapoff",
	"acct",
	"quotactl",
	"quotactl_fd",
	"syslog",
	"settimeofday",
	"clock_settime",
	"clock_settime64",
	"clock_adjtime",
	"clock_adjtime64",
	"adjtimex",
	"stime",
	"iopl",
	"ioperm",
	"vm86",
	"vm86old",
	"nfsservctl",
	"setns",
	"fanotify_init",
	"pciconfig_read",
	"pciconfig_write",
	"pciconfig_iobase",
	"rtas",
	"spu_create",
	"spu_run",
	"subpage_prot",
	"sys_debug_setcontext",
	"uselib",
	"_sysctl",
	"sysfs",
	"ustat",
	"vhangup",
	"set_mempolicy",
	"mbind",
	"migrate_pages",
	"move_pages",
	"kcmp",
};

/* ENOSYS: programs have another way then. */
static const char *const not_there[] = {
	"io_uring_setup", "io_uring_enter", "io_uring_register", "userfaultfd", "clone3",
};

static const struct {
	const char *name;
	uint32_t arch;
	uint32_t extra; /* a second ABI of the same kernel; 0: none */
	int big;	/* byte order */
} archs[] = {
	{ "x86_64", SCMP_ARCH_X86_64, SCMP_ARCH_X86, 0 },
	{ "ppc64le", SCMP_ARCH_PPC64LE, 0, 0 },
	{ "ppc64", SCMP_ARCH_PPC64, SCMP_ARCH_PPC, 1 },
	{ "aarch64", SCMP_ARCH_AARCH64, SCMP_ARCH_ARM, 0 },
};

static int refuse(scmp_filter_ctx ctx, const char *const *names, size_t n, int errnum)
{
	for (size_t i = 0; i < n; i++) {
		int nr = seccomp_syscall_resolve_name(names[i]);

		/* Unknown to this libseccomp, or not a system call of this architecture. */
		if (nr == __NR_SCMP_ERROR)
			continue;
		if (seccomp_rule_add(ctx, SCMP_ACT_ERRNO((unsigned int)errnum), nr, 0) < 0)
			return -1;
	}
	return 0;
}

/* New user namespaces are where most ways into the kernel start. */
static int refuse_userns(scmp_filter_ctx ctx)
{
	const uint32_t no = SCMP_ACT_ERRNO(EPERM);

	const struct scmp_arg_cmp flag = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER);
	int r = seccomp_rule_add_array(ctx, no, SCMP_SYS(unshare), 1, &flag);

	if (r < 0)
		return r;
	return seccomp_rule_add_array(ctx, no, SCMP_SYS(clone), 1, &flag);
}

/*
 * Kinds of sockets that no network namespace keeps apart (vsock leads to the hypervisor), or that
 * are mostly ways into the kernel.  The same numbers on all of the architectures above.
 */
static int refuse_sockets(scmp_filter_ctx ctx)
{
	static const unsigned int families[] = {
		21, /* RDS */
		29, /* CAN */
		30, /* TIPC */
		31, /* Bluetooth */
		38, /* ALG: the kernel's cryptography */
		40, /* VSOCK */
		44, /* XDP */
	};

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		const struct scmp_arg_cmp family =
			SCMP_A0(SCMP_CMP_MASKED_EQ, 0xffffffff, families[i]);

		int r = seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EAFNOSUPPORT), SCMP_SYS(socket),
					       1, &family);

		if (r < 0)
			return r;
	}
	return 0;
}

/* The same numbers on all of the architectures above. */
static int refuse_terminal_input(scmp_filter_ctx ctx)
{
	const unsigned int tiocsti = 0x5412, tioclinux = 0x541c;
	const uint32_t no = SCMP_ACT_ERRNO(EPERM);

	/* The kernel looks at 32 bits of the request only, so the filter does too. */
	const struct scmp_arg_cmp sti = SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, tiocsti);
	const struct scmp_arg_cmp console = SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, tioclinux);
	int r = seccomp_rule_add_array(ctx, no, SCMP_SYS(ioctl), 1, &sti);

	if (r < 0)
		return r;
	return seccomp_rule_add_array(ctx, no, SCMP_SYS(ioctl), 1, &console);
}

/* libseccomp writes struct sock_filter with the byte order of the target. */
static int write_filter(scmp_filter_ctx ctx, int big)
{
	unsigned char b[8];
	FILE *f = tmpfile();
	size_t n = 0;

	if (!f || seccomp_export_bpf(ctx, fileno(f)) < 0)
		return -1;
	lseek(fileno(f), 0, SEEK_SET);
	printf("/* Made by seccomp_gen; struct sock_filter { code, jt, jf, k } */\n");
	for (; read(fileno(f), b, sizeof(b)) == (ssize_t)sizeof(b); n++)
		printf("{ 0x%02x%02x, %u, %u, 0x%02x%02x%02x%02x },\n", b[!big], b[big], b[2], b[3],
		       b[big ? 4 : 7], b[big ? 5 : 6], b[big ? 6 : 5], b[big ? 7 : 4]);
	fclose(f);
	return n > 0 && n < 4096 ? 0 : -1;
}

int main(int argc, char **argv)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	size_t a;

	for (a = 0; argc == 2 && a < sizeof(archs) / sizeof(archs[0]); a++) {
		if (strcmp(archs[a].name, argv[1]) == 0)
			break;
	}
	if (!ctx || argc != 2 || a == sizeof(archs) / sizeof(archs[0])) {
		fprintf(stderr, "seccomp_gen: unknown architecture\n");
		return 2;
	}
	/* Other ABIs than these (x32) are refused: a filter that does not see them is none. */
	if (seccomp_arch_remove(ctx, SCMP_ARCH_NATIVE) < 0 ||
	    seccomp_arch_add(ctx, archs[a].arch) < 0 ||
	    (archs[a].extra && seccomp_arch_add(ctx, archs[a].extra) < 0) ||
	    seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS)) < 0 ||
	    seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2) < 0 ||
	    refuse(ctx, not_permitted, sizeof(not_permitted) / sizeof(not_permitted[0]), EPERM) <
		    0 ||
	    refuse(ctx, not_there, sizeof(not_there) / sizeof(not_there[0]), ENOSYS) < 0 ||
	    refuse_userns(ctx) < 0 || refuse_terminal_input(ctx) < 0 || refuse_sockets(ctx) < 0 ||
	    write_filter(ctx, archs[a].big) < 0) {
		fprintf(stderr, "seccomp_gen: the filter cannot be made\n");
		return 1;
	}
	seccomp_release(ctx);
	return 0;
}
