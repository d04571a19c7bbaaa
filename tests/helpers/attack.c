/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attack - tries, inside a WPAR, what a hostile root there would; static.  docs/SECURITY.md says
 * what must hold against it.
 *
 * attack NAME [ARG…] prints one line: "refused: STRERROR" or "done".  Names: mount, umount, userns,
 * setns, mknod, module, kexec, bpf, perf, uring, userfaultfd, keyring, rawsock, address, sti FD,
 * open PATH (for writing), clock, handle, vsock, alg, packet (sockets), fds (open ones beyond 2),
 * deep PATH (3,000 directories in each other; "done" is no attack yet), socket FAMILY TYPE
 * PROTOCOL, socketpair FAMILY, socketcall FAMILY (by the old system call), sockctl REQUEST (an
 * ioctl of a socket), discipline N (of a terminal), lease PATH and lease-read PATH (fcntl(2)'s
 * leases of a file), delegation PATH (the same of a folder), project PATH (leave the quota that
 * counts a file: another project, or what is made in a folder not counted; three ways).
 *
 * Attacks that take until nothing is left print how many they got, and hold them for SECONDS:
 * inotify SECONDS, queues SECONDS (bytes of message queues), timers SECONDS, signals SECONDS, files
 * SECONDS, aio SECONDS (events of asynchronous I/O), hugepages SECONDS.  events SECONDS prints what
 * the kernel says of devices meanwhile.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/fs.h>
#include <linux/netlink.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

struct deleg {
	unsigned int flags;
	unsigned short type, padding;
};

static long open_for_writing(const char *path)
{
	int fd = open(path, O_WRONLY | O_NONBLOCK);

	return fd;
}

static long set_address(void)
{
	struct ifreq r = { .ifr_name = "lo" };
	struct sockaddr_in a = { .sin_family = AF_INET };
	int s = socket(AF_INET, SOCK_DGRAM, 0);

	a.sin_addr.s_addr = htonl(0x0a000001);
	memcpy(&r.ifr_addr, &a, sizeof(a));
	return s < 0 ? s : ioctl(s, SIOCSIFADDR, &r);
}

static long use_bpf(void)
{
	union bpf_attr a = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1
	};

	return syscall(SYS_bpf, BPF_MAP_CREATE, &a, sizeof(a));
}

static long use_perf(void)
{
	struct perf_event_attr a = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(a) };

	return syscall(SYS_perf_event_open, &a, -1, 0, -1, 0);
}

static long set_clock(void)
{
	struct timeval tv = { .tv_sec = 1 };

	return settimeofday(&tv, NULL);
}

static int show_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	struct dirent *e;

	while (d && (e = readdir(d))) {
		int fd = atoi(e->d_name);

		if (e->d_name[0] != '.' && fd > 2 && fd != dirfd(d))
			printf("open: %d\n", fd);
	}
	puts("done");
	return 0;
}

/* More levels than a process has descriptors: whoever removes it must not need one for each. */
static long make_deep(const char *path)
{
	if (chdir(path) < 0)
		return -1;
	for (int i = 0; i < 3000; i++) {
		if (mkdir("d", 0700) < 0 || chdir("d") < 0)
			return -1;
	}
	return 0;
}

static int by_old_call(const char *family)
{
#ifdef SYS_socketcall
	long args[] = { atoi(family), SOCK_STREAM, 0 };

	return (int)syscall(SYS_socketcall, 1 /* SYS_SOCKET */, args);
#elif defined(__x86_64__)
	/* The 32-bit call, from a 64-bit program: its arguments must lie below 4 GiB. */
	int *args = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	long r;

	args[0] = atoi(family);
	args[1] = SOCK_STREAM;
	args[2] = 0;
	__asm__ volatile("int $0x80"
			 : "=a"(r)
			 : "a"(102L), "b"(1L), "c"((long)args)
			 : "r8", "r9", "r10", "r11", "memory");
	if (r < 0)
		errno = (int)-r;
	return r < 0 ? -1 : (int)r;
#else
	(void)family;
	errno = ENOSYS;
	return -1;
#endif
}

static int set_discipline(int number)
{
	int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY);

	return fd < 0 ? fd : ioctl(fd, TIOCSETD, &number);
}

static long leave_project(const char *path)
{
	int fd = open(path, O_RDONLY);
	struct fsxattr is, x;
	long flags;

	if (fd < 0 || ioctl(fd, FS_IOC_FSGETXATTR, &is) < 0 || is.fsx_projid == 0)
		return -2;
	x = is;
	x.fsx_projid = 0;
	if (ioctl(fd, FS_IOC_FSSETXATTR, &x) == 0)
		return 0;
	/* A file has nothing that could inherit. */
	if (!(is.fsx_xflags & FS_XFLAG_PROJINHERIT))
		return -1;
	x = is;
	x.fsx_xflags &= ~(unsigned int)FS_XFLAG_PROJINHERIT;
	if (ioctl(fd, FS_IOC_FSSETXATTR, &x) == 0)
		return 0;
	if (ioctl(fd, FS_IOC_GETFLAGS, &flags) < 0)
		return -2;
	flags &= ~(long)FS_PROJINHERIT_FL;
	return ioctl(fd, FS_IOC_SETFLAGS, &flags);
}

/* @command: F_SETLEASE, with F_WRLCK or F_RDLCK; or F_SETDELEG (Linux 6.19), with a struct deleg */
static long take_lease(const char *path, int command, long argument)
{
	int fd = open(path, O_RDONLY);

	return fd < 0 ? fd : syscall(SYS_fcntl, fd, command, argument);
}

/* Of those that the administrator has set aside; mmap() reserves it. */
static long take_huge_page(void)
{
	size_t size = 2048 * 1024;
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);

	return p == MAP_FAILED ? -1 : 1;
}

/* One more of what is taken; the size of it, or -1 when there is no more. */
static long take_one(const char *what, long n)
{
	struct mq_attr attr = { .mq_maxmsg = 10, .mq_msgsize = 8192 };
	char name[32];
	timer_t timer;

	if (strcmp(what, "inotify") == 0)
		return inotify_init() < 0 ? -1 : 1;
	if (strcmp(what, "files") == 0)
		return open("/dev/null", O_RDONLY) < 0 ? -1 : 1;
	if (strcmp(what, "timers") == 0)
		return timer_create(CLOCK_MONOTONIC, NULL, &timer) < 0 ? -1 : 1;
	if (strcmp(what, "signals") == 0)
		return sigqueue(getpid(), SIGRTMIN, (union sigval){ 0 }) < 0 ? -1 : 1;
	if (strcmp(what, "aio") == 0)
		return syscall(SYS_io_setup, 256, &(unsigned long){ 0 }) < 0 ? -1 : 256;
	if (strcmp(what, "hugepages") == 0)
		return take_huge_page();
	snprintf(name, sizeof(name), "/attack%ld", n);
	return mq_open(name, O_CREAT | O_RDWR, 0600, &attr) < 0 ? -1 : 10 * 8192;
}

static int take_all(const char *what, unsigned int seconds)
{
	struct rlimit files = { 65536, 65536 };
	long taken = 0, one;
	sigset_t set;

	setrlimit(RLIMIT_NOFILE, &files);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (long n = 0; (one = take_one(what, n)) > 0; n++)
		taken += one;
	printf("%ld\n", taken);
	fflush(stdout);
	sleep(seconds);
	return 0;
}

/* The kernel's messages of devices, as udev gets them. */
static int show_events(unsigned int seconds)
{
	struct sockaddr_nl a = { .nl_family = AF_NETLINK, .nl_groups = 1 };
	int s = socket(AF_NETLINK, SOCK_RAW, 15);
	struct timeval limit = { .tv_sec = seconds };
	char text[4096];
	ssize_t n;

	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0)
		return printf("refused: %s\n", strerror(errno)), 0;
	setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	puts("listening");
	fflush(stdout);
	while ((n = recv(s, text, sizeof(text) - 1, 0)) > 0) {
		text[n] = '\0';
		printf("event: %s\n", text);
		fflush(stdout);
	}
	return 0;
}

static long attempt(const char *what, char **args)
{
	const char *arg = args[0];
	char byte = 'x';
	int pair[2];

	if (strcmp(what, "mount") == 0)
		return mount("none", "/mnt", "tmpfs", 0, NULL);
	if (strcmp(what, "umount") == 0)
		return umount2(arg ? arg : "/usr", MNT_DETACH);
	if (strcmp(what, "userns") == 0)
		return unshare(CLONE_NEWUSER);
	if (strcmp(what, "clone-userns") == 0) {
		long pid = syscall(SYS_clone, CLONE_NEWUSER | 17, NULL, NULL, NULL, NULL);

		if (pid == 0)
			_exit(0);
		return pid;
	}
	if (strcmp(what, "setns") == 0)
		return setns(open("/proc/self/ns/mnt", O_RDONLY), 0);
	if (strcmp(what, "mknod") == 0)
		return mknod("/tmp/sda", S_IFBLK | 0600, makedev(254, 0));
	if (strcmp(what, "module") == 0)
		return syscall(SYS_init_module, &byte, 1, "");
	if (strcmp(what, "kexec") == 0)
		return syscall(SYS_kexec_load, 0, 0, NULL, 0);
	if (strcmp(what, "bpf") == 0)
		return use_bpf();
	if (strcmp(what, "perf") == 0)
		return use_perf();
	if (strcmp(what, "uring") == 0)
		return syscall(425, 1, NULL);
	if (strcmp(what, "userfaultfd") == 0)
		return syscall(SYS_userfaultfd, 1);
	if (strcmp(what, "keyring") == 0)
		return syscall(SYS_add_key, "user", "x", "y", 1, -4);
	if (strcmp(what, "rawsock") == 0)
		return socket(AF_INET, SOCK_RAW, 1);
	if (strcmp(what, "vsock") == 0)
		return socket(40, SOCK_STREAM, 0);
	if (strcmp(what, "alg") == 0)
		return socket(38, SOCK_SEQPACKET, 0);
	if (strcmp(what, "packet") == 0)
		return socket(AF_PACKET, SOCK_RAW, 0);
	if (strcmp(what, "deep") == 0)
		return make_deep(arg);
	if (strcmp(what, "address") == 0)
		return set_address();
	if (strcmp(what, "sti") == 0)
		return ioctl(0, TIOCSTI, &byte);
	if (strcmp(what, "open") == 0)
		return open_for_writing(arg);
	if (strcmp(what, "clock") == 0)
		return set_clock();
	if (strcmp(what, "handle") == 0)
		return syscall(SYS_open_by_handle_at, AT_FDCWD, &byte, 0);
	if (strcmp(what, "socket") == 0)
		return socket(atoi(arg), atoi(args[1]), atoi(args[2]));
	if (strcmp(what, "socketpair") == 0)
		return socketpair(atoi(arg), SOCK_STREAM, 0, pair);
	if (strcmp(what, "socketcall") == 0)
		return by_old_call(arg);
	if (strcmp(what, "sockctl") == 0)
		return ioctl(socket(AF_INET, SOCK_DGRAM, 0), strtoul(arg, NULL, 0), &byte);
	if (strcmp(what, "discipline") == 0)
		return set_discipline(atoi(arg));
	if (strcmp(what, "lease") == 0)
		return take_lease(arg, F_SETLEASE, F_WRLCK);
	if (strcmp(what, "lease-read") == 0)
		return take_lease(arg, F_SETLEASE, F_RDLCK);
	if (strcmp(what, "delegation") == 0)
		return take_lease(arg, 1040, (long)&(struct deleg){ 0, F_RDLCK, 0 });
	if (strcmp(what, "project") == 0)
		return leave_project(arg);
	errno = EINVAL;
	return -2;
}

int main(int argc, char **argv)
{
	static const char *const takes[] = { "inotify", "files", "timers",   "signals",
					     "queues",	"aio",	 "hugepages" };
	long r;

	if (argc < 2)
		return 2;
	if (strcmp(argv[1], "fds") == 0)
		return show_fds();
	if (strcmp(argv[1], "events") == 0)
		return show_events((unsigned int)atoi(argv[2]));
	for (size_t i = 0; i < sizeof(takes) / sizeof(takes[0]); i++) {
		if (argc > 2 && strcmp(argv[1], takes[i]) == 0)
			return take_all(argv[1], (unsigned int)atoi(argv[2]));
	}
	r = attempt(argv[1], argv + 2);
	if (r == -2)
		return 2;
	if (r < 0)
		printf("refused: %s\n", strerror(errno));
	else
		puts("done");
	return 0;
}
