/* SPDX-License-Identifier: Apache-2.0 */
/* check_criu_repair.c - the repaired PAGEMAP_SCAN, and the library that brings it into criu */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "images/criu/restore.h"
#include "images/criu/scan.h"
#include "harness.h"

#define TOP	   0x400000000000ULL /* of a process on a ppc64le kernel with 4 KiB pages */
#define PAGE	   4096ULL
#define GUARDS_MAX 8

/* A kernel of our own: what it refuses, and the guard pages it finds. */
static struct {
	uint64_t refused_from; /* scans that end here or later: EFAULT */
	int errnum;	       /* other than 0: every scan fails with it */
	uint64_t guards[GUARDS_MAX];
	size_t n_guards;
	bool exact_walk_end; /* not rounded up to a page */
	int calls;
} kernel;

static uint64_t found[GUARDS_MAX];

static int fake_ioctl(int fd, unsigned long request, void *arg)
{
	struct criu_scan *scan = arg;
	int n = 0;

	ck_assert_int_eq(fd, 7);
	ck_assert_uint_eq(request, CRIU_PAGEMAP_SCAN);
	kernel.calls++;
	if (kernel.errnum || scan->end >= kernel.refused_from) {
		errno = kernel.errnum ? kernel.errnum : EFAULT;
		return -1;
	}
	scan->walk_end = kernel.exact_walk_end ? scan->end : (scan->end + PAGE - 1) & ~(PAGE - 1);
	for (size_t i = 0; i < kernel.n_guards; i++) {
		if (kernel.guards[i] < scan->start || kernel.guards[i] >= scan->end)
			continue;
		if ((uint64_t)n == scan->vec_len) {
			scan->walk_end = kernel.guards[i];
			break;
		}
		found[n++] = kernel.guards[i];
	}
	return n;
}

static void kernel_is(uint64_t refused_from)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.refused_from = refused_from;
}

static struct criu_scan whole(void)
{
	return (struct criu_scan){ .size = sizeof(struct criu_scan), .end = TOP, .vec_len = 2 };
}

START_TEST(layout_is_the_kernel_s)
{
	ck_assert_uint_eq(sizeof(struct criu_scan), 96);
	ck_assert_uint_eq(CRIU_PAGEMAP_SCAN, 0xc0000000 | 96 << 16 | 'f' << 8 | 16);
}
END_TEST

START_TEST(sound_kernel_is_asked_once)
{
	struct criu_scan scan = whole();

	kernel_is(TOP + 1);
	ck_assert_int_eq(criu_scan_repaired(fake_ioctl, 7, &scan), 0);
	ck_assert_int_eq(kernel.calls, 1);
	ck_assert_uint_eq(scan.walk_end, TOP);
}
END_TEST

START_TEST(top_is_reached_where_it_is_refused)
{
	for (int exact = 0; exact < 2; exact++) {
		struct criu_scan scan = whole();

		kernel_is(TOP);
		kernel.exact_walk_end = exact;
		ck_assert_int_eq(criu_scan_repaired(fake_ioctl, 7, &scan), 0);
		ck_assert_int_eq(kernel.calls, 2);
		ck_assert_uint_eq(scan.end, TOP);
		ck_assert_uint_eq(scan.walk_end, TOP);
	}
}
END_TEST

/* As criu goes on where the last answer ended, until that is the end. */
START_TEST(guards_are_found_in_several_scans)
{
	struct criu_scan scan = whole();
	int n = 0, r;

	kernel_is(TOP);
	kernel.n_guards = 5;
	for (size_t i = 0; i < kernel.n_guards; i++)
		kernel.guards[i] = i < 4 ? i << 20 : TOP - PAGE;
	do {
		scan.start = scan.walk_end;
		r = criu_scan_repaired(fake_ioctl, 7, &scan);
		ck_assert_int_gt(r, 0);
		n += r;
	} while (scan.walk_end != TOP);
	ck_assert_int_eq(n, 5);
	ck_assert_uint_eq(found[0], TOP - PAGE);
}
END_TEST

START_TEST(what_fails_either_way_fails_as_before)
{
	struct criu_scan scan = whole();

	kernel_is(1);
	ck_assert_int_eq(criu_scan_repaired(fake_ioctl, 7, &scan), -1);
	ck_assert_int_eq(errno, EFAULT);
	ck_assert_int_eq(kernel.calls, 2);
	ck_assert_uint_eq(scan.end, TOP);

	kernel_is(TOP);
	kernel.errnum = EINVAL;
	ck_assert_int_eq(criu_scan_repaired(fake_ioctl, 7, &scan), -1);
	ck_assert_int_eq(errno, EINVAL);
	ck_assert_int_eq(kernel.calls, 1);

	kernel_is(TOP);
	scan.start = TOP;
	ck_assert_int_eq(criu_scan_repaired(fake_ioctl, 7, &scan), -1);
	ck_assert_int_eq(kernel.calls, 1);
	ck_assert_uint_eq(scan.end, TOP);
}
END_TEST

/* To be closed by dlclose(): the next test loads it anew, in the same process when Check forks
 * none. */
static void *load(void)
{
	char path[4096];
	void *library;

	ck_assert_ptr_nonnull(getenv("PAR_TEST_BUILD"));
	snprintf(path, sizeof(path), "%s/images/criu-repair.so", getenv("PAR_TEST_BUILD"));
	library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	ck_assert_msg(library, "%s", dlerror());
	return library;
}

START_TEST(library_hands_on_other_requests)
{
	void *library = load();
	int (*its_ioctl)(int, unsigned long, ...) =
		(int (*)(int, unsigned long, ...))dlsym(library, "ioctl");
	int fds[2], n = 0;

	ck_assert_ptr_nonnull(its_ioctl);
	ck_assert(its_ioctl != ioctl);
	ck_assert_int_eq(pipe(fds), 0);
	ck_assert_int_eq(write(fds[1], "abc", 3), 3);
	ck_assert_int_eq(its_ioctl(fds[0], FIONREAD, &n), 0);
	ck_assert_int_eq(n, 3);
	ck_assert_int_eq(its_ioctl(-1, FIONREAD, &n), -1);
	ck_assert_int_eq(errno, EBADF);
	close(fds[0]);
	close(fds[1]);
	dlclose(library);
}
END_TEST

/* The lowest end this machine's kernel refuses with EFAULT; 0 when it has no such scan. */
static uint64_t first_refused(int fd)
{
	uint64_t taken = PAGE, refused = UINT64_MAX;

	while (refused - taken > 1) {
		uint64_t middle = taken + (refused - taken) / 2;
		struct criu_scan scan = { .size = sizeof(scan), .end = middle };

		if (ioctl(fd, CRIU_PAGEMAP_SCAN, &scan) >= 0)
			taken = middle;
		else if (errno == EFAULT)
			refused = middle;
		else
			return 0;
	}
	return refused;
}

START_TEST(library_repairs_scans)
{
	void *library = load();
	int (*its_ioctl)(int, unsigned long, ...) =
		(int (*)(int, unsigned long, ...))dlsym(library, "ioctl");
	struct criu_scan scan = { .size = sizeof(scan) };
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	scan.end = first_refused(fd);
	if (scan.end) {
		ck_assert_int_eq(its_ioctl(fd, CRIU_PAGEMAP_SCAN, &scan), 0);
		ck_assert_uint_ge(scan.walk_end, scan.end - PAGE);
	} else {
		ck_assert_int_eq(its_ioctl(fd, CRIU_PAGEMAP_SCAN, &scan), -1);
		ck_assert_int_ne(errno, EFAULT);
	}
	close(fd);
	dlclose(library);
}
END_TEST

START_TEST(library_is_not_inherited)
{
	setenv("LD_PRELOAD", "criu-repair.so", 1);
	dlclose(load());
	ck_assert_ptr_null(getenv("LD_PRELOAD"));
}
END_TEST

START_TEST(another_preload_stays)
{
	setenv("LD_PRELOAD", "criu-repair.so:other.so:third.so", 1);
	dlclose(load());
	ck_assert_str_eq(getenv("LD_PRELOAD"), "other.so:third.so");
	unsetenv("LD_PRELOAD");
}
END_TEST

START_TEST(a_stack_is_lowered_for_criu_s_own_functions_only)
{
	ck_assert(criu_frame_is_used(0x1000, 0x3ff0, 0x2000, 0x3ff0));
	/* A stack of its own, and what is put back afterwards */
	ck_assert(!criu_frame_is_used(0x1000, 0x3ff0, 0x2000, 0x5000));
	ck_assert(!criu_frame_is_used(0x2000, 0x3ff0 - CRIU_FRAME_BELOW, 0x1000, 0x3ff0));
	ck_assert(!criu_frame_is_used(0x1000, 0x3ff0, 0x1000, 0x3ff0));
	/* POWER's convention: 16 bytes; below it, 512 may be in use */
	ck_assert_int_eq(CRIU_FRAME_BELOW % 16, 0);
	ck_assert_int_gt(CRIU_FRAME_BELOW, 512);
}
END_TEST

START_TEST(a_helper_shares_less)
{
	ck_assert_uint_eq(criu_clone_flags(CLONE_FS | CLONE_FILES), CLONE_FILES);
	ck_assert_uint_eq(criu_clone_flags(CLONE_FS | CLONE_FILES | CLONE_NEWPID),
			  CLONE_FILES | CLONE_NEWPID);
	/* Not threads, nor what shares one of both */
	ck_assert_uint_eq(criu_clone_flags(CLONE_FS | CLONE_FILES | CLONE_VM),
			  CLONE_FS | CLONE_FILES | CLONE_VM);
	ck_assert_uint_eq(criu_clone_flags(CLONE_FS), CLONE_FS);
	ck_assert_uint_eq(criu_clone_flags(0), 0);
}
END_TEST

START_TEST(library_hands_on_system_calls)
{
	void *library = load();
	long (*its_syscall)(long, ...) = (long (*)(long, ...))dlsym(library, "syscall");

	ck_assert_int_eq(its_syscall(SYS_getpid), getpid());
	ck_assert_int_eq(its_syscall(SYS_close, -1), -1);
	ck_assert_int_eq(errno, EBADF);
	dlclose(library);
}
END_TEST

static Suite *repair_suite(void)
{
	Suite *suite = suite_create("criu repair");
	TCase *tc = tcase_create("scan");

	tcase_add_test(tc, layout_is_the_kernel_s);
	tcase_add_test(tc, sound_kernel_is_asked_once);
	tcase_add_test(tc, top_is_reached_where_it_is_refused);
	tcase_add_test(tc, guards_are_found_in_several_scans);
	tcase_add_test(tc, what_fails_either_way_fails_as_before);
	suite_add_tcase(suite, tc);
	tc = tcase_create("library");
	tcase_add_test(tc, library_hands_on_other_requests);
	tcase_add_test(tc, library_repairs_scans);
	tcase_add_test(tc, library_hands_on_system_calls);
	tcase_add_test(tc, library_is_not_inherited);
	tcase_add_test(tc, another_preload_stays);
	suite_add_tcase(suite, tc);
	tc = tcase_create("restore");
	tcase_add_test(tc, a_stack_is_lowered_for_criu_s_own_functions_only);
	tcase_add_test(tc, a_helper_shares_less);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(repair_suite)
