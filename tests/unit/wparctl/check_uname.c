/* SPDX-License-Identifier: Apache-2.0 */
/* check_uname.c - uname(2) is answered for the old system, for children too, and nothing stays */
#include "harness.h"
#include "wparctl/versioned/uname_notify.h"

#include <dirent.h>
#include <sys/mman.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/* With the pid: on this machine others may run the same test. */
static char name[WPAR_NAME_MAX + 1];

static struct wpar_spec spec = {
	.name = name,
	.hostname = (char *)"oldhost",
	.version = { .image_digest = (char *)"00",
		     .kernel_release = (char *)"5.10.0-32-test",
		     .kernel_version = (char *)"#1 SMP Debian 5.10",
		     .architecture = (char *)"sparc64" },
};

static int asks(void)
{
	struct utsname u;
	int r = uname(&u);

	return r == 0 && strcmp(u.release, "5.10.0-32-test") == 0 &&
	       strcmp(u.version, "#1 SMP Debian 5.10") == 0 && strcmp(u.nodename, "oldhost") == 0 &&
	       strcmp(u.machine, "sparc64") == 0 && strcmp(u.sysname, "Linux") == 0;
}

#ifdef __x86_64__
static long small_call(long number, char *room)
{
	long r;

	memset(room, 'x', 400);
	__asm__ volatile("int $0x80" : "=a"(r) : "a"(number), "b"(room) : "memory");
	return r;
}

/* By the three numbers of a 32-bit program: 390 bytes, 325, and five fields of 9. */
static bool small_ask(void)
{
	char *room = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (room == MAP_FAILED)
		return false;
	if (small_call(122, room) == -ENOSYS) /* a kernel without 32-bit programs */
		return true;
	return small_call(122, room) == 0 && strcmp(room + 130, "5.10.0-32-test") == 0 &&
	       room[389] == '\0' && room[390] == 'x' && small_call(109, room) == 0 &&
	       strcmp(room + 130, "5.10.0-32-test") == 0 && room[324] == '\0' && room[325] == 'x' &&
	       small_call(59, room) == 0 && strcmp(room, "Linux") == 0 &&
	       strcmp(room + 18, "5.10.0-3") == 0 && strcmp(room + 36, "sparc64") == 0 &&
	       room[45] == 'x';
}
#else
static bool small_ask(void)
{
	return true;
}
#endif

/* How many answerers of this test there are; one that waits to be reaped has no command line. */
static int answerers(void)
{
	DIR *dir = opendir("/proc");
	struct dirent *e;
	int n = 0;

	while ((e = readdir(dir))) {
		char path[300], comm[64] = "", ours[WPAR_NAME_MAX + 16];
		FILE *f;

		snprintf(path, sizeof(path), "/proc/%s/comm", e->d_name);
		f = fopen(path, "r");
		if (!f)
			continue;
		snprintf(ours, sizeof(ours), "uname_%s\n", name);
		if (fgets(comm, sizeof(comm), f) && strcmp(comm, ours) == 0) {
			snprintf(path, sizeof(path), "/proc/%s/cmdline", e->d_name);
			f = freopen(path, "r", f);
			n += f && fgetc(f) != EOF;
		}
		if (f)
			fclose(f);
	}
	closedir(dir);
	return n;
}

/* Waits up to 20 s: the machine may have much else to do. */
static bool answerers_end(void)
{
	for (int i = 0; i < 1000 && answerers() > 0; i++)
		usleep(20000);
	return answerers() == 0;
}

static void take_name(void)
{
	snprintf(name, sizeof(name), "u%d", (int)getpid());
}

START_TEST(answers_and_ends)
{
	int sock = -1, status = -1;
	pid_t pid;

	ck_assert_int_eq(wpar_uname_server_start(&spec, &sock), 0);
	ck_assert_int_ge(sock, 0);
	pid = fork();
	if (pid == 0) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		if (wpar_uname_server_join(sock) < 0)
			_exit(2);
		if (!asks())
			_exit(3);
		if (!small_ask())
			_exit(6);
		pid = fork();
		if (pid == 0)
			_exit(asks() ? 0 : 4);
		waitpid(pid, &status, 0);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 5);
	}
	close(sock);
	waitpid(pid, &status, 0);
	ck_assert_int_eq(WEXITSTATUS(status), 0);
	ck_assert(answerers_end());
}
END_TEST

START_TEST(ends_unused)
{
	int sock = -1;

	ck_assert_int_eq(wpar_uname_server_start(&spec, &sock), 0);
	for (int i = 0; i < 1000 && answerers() == 0; i++)
		usleep(20000);
	ck_assert_int_eq(answerers(), 1);
	close(sock);
	ck_assert(answerers_end());
}
END_TEST

START_TEST(native_has_none)
{
	struct wpar_spec native = { .name = (char *)"x" };
	int sock = 7;

	ck_assert_int_eq(wpar_uname_server_start(&native, &sock), 0);
	ck_assert_int_eq(sock, -1);
	ck_assert_int_eq(wpar_uname_server_join(sock), 0);
}
END_TEST

/* What CRIU keeps of a process: the filter between other bytes. */
START_TEST(filters_are_forgotten)
{
	char path[] = "/tmp/check_uname.XXXXXX", file[64];
	auto_error err = NULL;
	auto_buf image = { 0 };
	FILE *f;

	ck_assert_ptr_nonnull(mkdtemp(path));
	snprintf(file, sizeof(file), "%s/seccomp.img", path);
	ck_assert_int_eq(wpar_uname_restore_prepare(path, &err), -ENOENT);
	f = fopen(file, "w");
	ck_assert_ptr_nonnull(f);
	fputs("nothing of ours", f);
	fclose(f);
	par_error_free(&err);
	ck_assert_int_lt(wpar_uname_restore_prepare(path, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_NOT_FOUND);
	ck_assert_int_eq(wpar_uname_filter_put(&image, 2), 0);
	f = fopen(file, "w");
	ck_assert_ptr_nonnull(f);
	fputs("x", f);
	fwrite(image.data, 1, image.len, f);
	fputs("y", f);
	fclose(f);
	ck_assert_int_eq(wpar_uname_restore_prepare(path, &err), 2);
	/* Done again, as by a command that was killed. */
	ck_assert_int_eq(wpar_uname_restore_prepare(path, &err), 2);
	unlink(file);
	rmdir(path);
}
END_TEST

static Suite *uname_suite(void)
{
	Suite *suite = suite_create("wparctl uname");
	TCase *tc = tcase_create("uname");
	TCase *real = tcase_create("filter");

	tcase_add_checked_fixture(tc, take_name, NULL);
	tcase_add_checked_fixture(real, take_name, NULL);
	tcase_set_tags(real, "no-valgrind"); /* seccomp */
	tcase_add_test(real, answers_and_ends);
	suite_add_tcase(suite, real);
	tcase_add_test(tc, ends_unused);
	tcase_add_test(tc, native_has_none);
	tcase_add_test(tc, filters_are_forgotten);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(uname_suite)
