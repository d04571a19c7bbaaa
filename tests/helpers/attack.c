/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attack - tries, inside a WPAR, what a hostile root there would; static.  docs/SECURITY.md says
 * what must hold against it.
 *
 * attack NAME [ARG…] prints one line: "refused: STRERROR" or "done".  Names: mount, umount, userns,
 * setns, mknod, module, kexec, bpf, perf, uring, userfaultfd, keyring, rawsock, address, sti FD,
 * open PATH (for writing), clock, handle, vsock, alg, packet (sockets), fds (open ones beyond 2),
 * deep PATH (3,000 directories in each other; "done" is no attack yet).
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <termios.h>
#include <unistd.h>

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

static long attempt(const char *what, const char *arg)
{
	char byte = 'x';

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
	errno = EINVAL;
	return -2;
}

int main(int argc, char **argv)
{
	long r;

	if (argc < 2)
		return 2;
	if (strcmp(argv[1], "fds") == 0)
		return show_fds();
	r = attempt(argv[1], argv[2]);
	if (r == -2)
		return 2;
	if (r < 0)
		printf("refused: %s\n", strerror(errno));
	else
		puts("done");
	return 0;
}
