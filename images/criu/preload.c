/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The library that is loaded into criu: ioctl() with the repaired scan, and of a restore ptrace()
 * and clone3() with what restore.h repairs.  Everything else goes to glibc's own functions and not
 * to the kernel: on powerpc glibc's ioctl() translates TCGETS and its kin.
 */
#include <dlfcn.h>
#include <elf.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>
#ifdef __powerpc64__
#include <asm/ptrace.h>
#endif

#include "restore.h"
#include "scan.h"

static bool restores;

typedef int variadic_ioctl(int fd, unsigned long request, ...);

/* Asked each time: a constructor of another library may call before ours has run. */
static int call_real(int fd, unsigned long request, void *arg)
{
	return ((variadic_ioctl *)dlsym(RTLD_NEXT, "ioctl"))(fd, request, arg);
}

/* "criu", "restore" …, as criu was called */
__attribute__((constructor)) static void see_what_is_done(void)
{
	char text[4096] = "";
	FILE *f = fopen("/proc/self/cmdline", "re");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;
	size_t first = strlen(text) + 1;

	restores = first < n && strcmp(text + first, "restore") == 0;
	if (f)
		fclose(f);
}

/* The programs that criu runs do not get this library: some run where the file is not there. */
__attribute__((constructor)) static void forget_preload(void)
{
	const char *list = getenv("LD_PRELOAD");
	const char *rest = list ? strchr(list, ':') : NULL;

	if (rest)
		setenv("LD_PRELOAD", rest + 1, 1);
	else
		unsetenv("LD_PRELOAD");
}

int ioctl(int fd, unsigned long request, ...)
{
	va_list args;
	void *arg;

	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	if (request == CRIU_PAGEMAP_SCAN)
		return criu_scan_repaired(call_real, fd, arg);
	return call_real(fd, request, arg);
}

typedef long variadic_syscall(long number, ...);

/* As many as the kernel takes: what was not given it does not look at. */
long syscall(long number, ...)
{
	long a[6];
	va_list args;

	va_start(args, number);
	for (int i = 0; i < 6; i++)
		a[i] = va_arg(args, long);
	va_end(args);
#ifdef SYS_clone3
	/* The flags are the first word of what it points to. */
	if (restores && number == SYS_clone3)
		*(uint64_t *)a[0] = criu_clone_flags(*(uint64_t *)a[0]);
#endif
	return ((variadic_syscall *)dlsym(RTLD_NEXT, "syscall"))(number, a[0], a[1], a[2], a[3],
								 a[4], a[5]);
}

#ifdef __powerpc64__
typedef long variadic_ptrace(enum __ptrace_request request, ...);

static bool get_registers(variadic_ptrace *real, pid_t pid, struct pt_regs *ret)
{
	struct iovec all = { ret, sizeof(*ret) };

	return real(PTRACE_GETREGSET, pid, (void *)NT_PRSTATUS, &all) == 0 &&
	       all.iov_len == sizeof(*ret);
}

long ptrace(enum __ptrace_request request, ...)
{
	variadic_ptrace *real = (variadic_ptrace *)dlsym(RTLD_NEXT, "ptrace");
	struct pt_regs now = { 0 }, regs = { 0 };
	struct iovec all = { &regs, sizeof(regs) };
	const struct iovec *given;
	void *address, *data;
	va_list args;
	pid_t pid;

	va_start(args, request);
	pid = va_arg(args, pid_t);
	address = va_arg(args, void *);
	data = va_arg(args, void *);
	va_end(args);
	given = data;
	if (!restores || request != PTRACE_SETREGSET || (uintptr_t)address != NT_PRSTATUS ||
	    given->iov_len != sizeof(regs) || !get_registers(real, pid, &now))
		return real(request, pid, address, data);
	memcpy(&regs, given->iov_base, sizeof(regs));
	if (criu_frame_is_used(now.nip, now.gpr[1], regs.nip, regs.gpr[1]))
		regs.gpr[1] -= CRIU_FRAME_BELOW;
	return real(request, pid, address, &all);
}
#endif
