/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The library that is loaded into criu: ioctl() with the repaired scan.  Everything else goes to
 * glibc's own ioctl() and not to the kernel: on powerpc glibc translates TCGETS and its kin.
 */
#include <dlfcn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "scan.h"

typedef int variadic_ioctl(int fd, unsigned long request, ...);

/* Asked each time: a constructor of another library may call before ours has run. */
static int call_real(int fd, unsigned long request, void *arg)
{
	return ((variadic_ioctl *)dlsym(RTLD_NEXT, "ioctl"))(fd, request, arg);
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
