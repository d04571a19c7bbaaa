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
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
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

/* Numbers of the calls that make sockets: libseccomp calls some by numbers of its own. */
struct abi {
	uint32_t arch;				     /* 0: none */
	unsigned int socket, socketpair, socketcall; /* 0: it has none */
};

static const struct {
	const char *name;
	struct abi abi, extra; /* extra: a second ABI of the same kernel */
	int big;	       /* byte order */
} archs[] = {
	{ "x86_64", { SCMP_ARCH_X86_64, 41, 53, 0 }, { SCMP_ARCH_X86, 359, 360, 102 }, 0 },
	{ "ppc64le", { SCMP_ARCH_PPC64LE, 326, 333, 102 }, { 0 }, 0 },
	{ "ppc64", { SCMP_ARCH_PPC64, 326, 333, 102 }, { SCMP_ARCH_PPC, 326, 333, 102 }, 1 },
	{ "aarch64", { SCMP_ARCH_AARCH64, 198, 199, 0 }, { SCMP_ARCH_ARM, 281, 288, 0 }, 0 },
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
 * Requests of ioctl(2): input put into a terminal, and those for which the kernel loads a module
 * without asking who wants it.  The same numbers on all of the architectures above.
 */
static int refuse_ioctls(scmp_filter_ctx ctx)
{
	static const unsigned int requests[] = {
		0x5412,		/* TIOCSTI */
		0x541c,		/* TIOCLINUX */
		0x5423,		/* TIOCSETD: line disciplines */
		0x8940, 0x8941, /* SIOCGIFBR, SIOCSIFBR: bridge */
		0x89a0, 0x89a1, /* SIOCBRADDBR, SIOCBRDELBR */
		0x89a2, 0x89a3, /* SIOCBRADDIF, SIOCBRDELIF */
		0x8980, 0x8981, /* SIOCADDDLCI, SIOCDELDLCI: frame relay */
		0x8982, 0x8983, /* SIOCGIFVLAN, SIOCSIFVLAN: 8021q */
	};

	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		/* The kernel looks at 32 bits of the request only, so the filter does too. */
		const struct scmp_arg_cmp request =
			SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, requests[i]);
		int r = seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1,
					       &request);

		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * Commands of fcntl(2): leases.  Whoever opens a file that has one waits for its holder, for
 * /proc/sys/fs/lease-break-time seconds and again the next time; and the files of the LPAR's /usr
 * belong to a WPAR's root too, as far as the kernel asks for an owner there.
 */
static int refuse_leases(scmp_filter_ctx ctx)
{
	static const unsigned int commands[] = {
		1024, /* F_SETLEASE */
		1040, /* F_SETDELEG: the same of a folder, and for renames, since Linux 6.19 */
	};

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const struct scmp_arg_cmp command =
			SCMP_A1(SCMP_CMP_MASKED_EQ, 0xffffffff, commands[i]);
		int r = seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(fcntl), 1,
					       &command);

		if (r < 0)
			return r;
		/* The 32-bit ABIs have two of them. */
		r = seccomp_rule_add_array(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(fcntl64), 1,
					   &command);
		if (r < 0)
			return r;
	}
	return 0;
}

/*
 * Sockets.  The kernel loads the module of a family or protocol for whoever asks (sctp, llc, dccp,
 * tipc …), and some families know no network namespaces (vsock leads to the hypervisor).  So only
 * these are let through, written by hand in front of what libseccomp makes: it knows no "none but".
 *
 *	UNIX; INET and INET6: stream, datagram, raw (which the kernel refuses) of IP, ICMP, TCP and
 *	UDP; NETLINK: ROUTE, AUDIT and KOBJECT_UEVENT, which are always there
 *
 * Other families: EAFNOSUPPORT; types: ESOCKTNOSUPPORT; protocols: EPROTONOSUPPORT.
 */
struct program {
	struct sock_filter code[128];
	unsigned char n;
};

static void put(struct program *p, unsigned short code, unsigned int k, unsigned char jt,
		unsigned char jf)
{
	p->code[p->n++] = (struct sock_filter){ .code = code, .jt = jt, .jf = jf, .k = k };
}

/* Loads the lower half of an argument: the kernel takes an int. */
static void put_load_argument(struct program *p, unsigned int number, int big)
{
	put(p, BPF_LD | BPF_W | BPF_ABS,
	    (unsigned int)offsetof(struct seccomp_data, args) + number * 8 + (big ? 4 : 0), 0, 0);
}

static void put_return(struct program *p, unsigned int errnum)
{
	put(p, BPF_RET | BPF_K, errnum ? SECCOMP_RET_ERRNO | errnum : SECCOMP_RET_ALLOW, 0, 0);
}

/* Returns when what is loaded is one of @values: allowed; otherwise @errnum. */
static void put_one_of(struct program *p, const unsigned int *values, unsigned char n,
		       unsigned int errnum)
{
	for (unsigned char i = 0; i < n; i++)
		put(p, BPF_JMP | BPF_JEQ | BPF_K, values[i], (unsigned char)(n - i), 0);
	put_return(p, errnum);
	put_return(p, 0);
}

static void put_inet(struct program *p, int big, unsigned int icmp)
{
	/* The last is a raw socket's whose owner writes the headers, too. */
	const unsigned int protocols[] = { 0, icmp, 6, 17, 255 };

	put_load_argument(p, 1, big);
	put(p, BPF_ALU | BPF_AND | BPF_K, 0xf, 0, 0); /* the rest are flags */
	put(p, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
	put(p, BPF_JMP | BPF_JGT | BPF_K, 3, 0, 1);
	put_return(p, ESOCKTNOSUPPORT);
	put_load_argument(p, 2, big);
	put_one_of(p, protocols, sizeof(protocols) / sizeof(protocols[0]), EPROTONOSUPPORT);
}

/* What is to be known of one kind of socket: its family is @family, or the next is tried. */
static void put_family(struct program *p, int big, unsigned int family)
{
	static const unsigned int netlink[] = { 0, 9, 15 };
	unsigned char at = p->n;

	put(p, BPF_JMP | BPF_JEQ | BPF_K, family, 0, 0);
	switch (family) {
	case AF_UNIX:
		put_return(p, 0);
		break;
	case AF_NETLINK:
		put_load_argument(p, 2, big);
		put_one_of(p, netlink, 3, EPROTONOSUPPORT);
		break;
	default:
		put_inet(p, big, family == AF_INET ? 1 : 58);
	}
	p->code[at].jf = (unsigned char)(p->n - at - 1);
}

static void put_socket(struct program *p, int big)
{
	put_load_argument(p, 0, big);
	put_family(p, big, AF_UNIX);
	put_family(p, big, AF_INET);
	put_family(p, big, AF_INET6);
	put_family(p, big, AF_NETLINK);
	put_return(p, EAFNOSUPPORT);
}

/*
 * The old call for all of sockets has its arguments in memory, where a filter cannot see them: new
 * sockets by it are refused.  Only 32-bit programs of x86 with a glibc older than 2.39 use it.
 */
static void put_socketcall(struct program *p, int big)
{
	put_load_argument(p, 0, big);
	put(p, BPF_JMP | BPF_JEQ | BPF_K, 1, 1, 0); /* SYS_SOCKET */
	put(p, BPF_JMP | BPF_JEQ | BPF_K, 8, 0, 1); /* SYS_SOCKETPAIR */
	put_return(p, ENOSYS);
	put_return(p, 0);
}

/* Instructions that jump to a place which is not known yet. */
struct jumps {
	unsigned char from[8], n;
};

/* To that place from here, if what is loaded is @value. */
static void put_jump_if(struct program *p, unsigned int value, struct jumps *j)
{
	j->from[j->n++] = p->n;
	put(p, BPF_JMP | BPF_JEQ | BPF_K, value, 0, 0);
}

static void put_jump(struct program *p, struct jumps *j)
{
	j->from[j->n++] = p->n;
	put(p, BPF_JMP | BPF_JA, 0, 0, 0);
}

/* Here is the place. */
static void land(struct program *p, const struct jumps *j)
{
	for (unsigned char i = 0; i < j->n; i++) {
		struct sock_filter *f = &p->code[j->from[i]];
		const unsigned char far = (unsigned char)(p->n - j->from[i] - 1);

		if (f->code == (BPF_JMP | BPF_JA))
			f->k = far;
		else
			f->jt = far;
	}
}

/* Where the calls of one ABI go: those that make sockets, the one for all of sockets, the others.
 */
struct ways {
	struct jumps socket, socketcall, others;
};

static void put_abi(struct program *p, const struct abi *abi, struct ways *w)
{
	const unsigned char at = p->n;

	if (!abi->arch)
		return;
	put(p, BPF_JMP | BPF_JEQ | BPF_K, abi->arch, 0, 0);
	put(p, BPF_LD | BPF_W | BPF_ABS, (unsigned int)offsetof(struct seccomp_data, nr), 0, 0);
	put_jump_if(p, abi->socket, &w->socket);
	put_jump_if(p, abi->socketpair, &w->socket);
	if (abi->socketcall)
		put_jump_if(p, abi->socketcall, &w->socketcall);
	put_jump(p, &w->others);
	p->code[at].jf = (unsigned char)(p->n - at - 1);
}

/*
 * SCMP_ARCH_X86 and its like are the kernel's AUDIT_ARCH_X86 …  What is looked at is the same for
 * both calls and for both ABIs, so it is there once: each start pays for each instruction.
 */
static void write_sockets(const struct abi *abi, const struct abi *extra, int big)
{
	struct program p = { .n = 0 };
	struct ways w = { .socket = { .n = 0 } };

	put(&p, BPF_LD | BPF_W | BPF_ABS, (unsigned int)offsetof(struct seccomp_data, arch), 0, 0);
	put_abi(&p, abi, &w);
	put_abi(&p, extra, &w);
	put_jump(&p, &w.others);
	land(&p, &w.socketcall);
	if (w.socketcall.n)
		put_socketcall(&p, big);
	land(&p, &w.socket);
	put_socket(&p, big);
	land(&p, &w.others);
	for (unsigned char i = 0; i < p.n; i++)
		printf("{ 0x%04x, %u, %u, 0x%08x },\n", p.code[i].code, p.code[i].jt, p.code[i].jf,
		       p.code[i].k);
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
	    seccomp_arch_add(ctx, archs[a].abi.arch) < 0 ||
	    (archs[a].extra.arch && seccomp_arch_add(ctx, archs[a].extra.arch) < 0) ||
	    seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS)) < 0 ||
	    seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2) < 0 ||
	    refuse(ctx, not_permitted, sizeof(not_permitted) / sizeof(not_permitted[0]), EPERM) <
		    0 ||
	    refuse(ctx, not_there, sizeof(not_there) / sizeof(not_there[0]), ENOSYS) < 0 ||
	    refuse_userns(ctx) < 0 || refuse_ioctls(ctx) < 0 || refuse_leases(ctx) < 0) {
		fprintf(stderr, "seccomp_gen: the rules cannot be made\n");
		return 1;
	}
	printf("/* Made by seccomp_gen; struct sock_filter { code, jt, jf, k } */\n");
	write_sockets(&archs[a].abi, &archs[a].extra, archs[a].big);
	if (write_filter(ctx, archs[a].big) < 0) {
		fprintf(stderr, "seccomp_gen: the filter cannot be made\n");
		return 1;
	}
	seccomp_release(ctx);
	return 0;
}
