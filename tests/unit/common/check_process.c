/* SPDX-License-Identifier: Apache-2.0 */
/* Starting programs: descriptors, session, terminal, errors. */
#include "harness.h"
#include "lpard/common/process.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

/* Runs a shell script with stdout and stderr in one pipe; returns its wait status. */
static int shell(const char *script, char *out, size_t size)
{
	char *argv[] = { (char[]){ "sh" }, (char[]){ "-c" }, (char *)script, NULL };
	char *envp[] = { (char[]){ "A=1" }, NULL };
	struct par_spawn s = { .path = "/bin/sh", .argv = argv, .envp = envp, .cwd = "/" };
	size_t len = 0;
	int fds[2], status;
	ssize_t n;
	pid_t pid;

	ck_assert_int_eq(par_pipe(fds, NULL), 0);
	s.fds[0] = -1;
	s.fds[1] = s.fds[2] = fds[1];
	ck_assert_int_eq(par_spawn(&s, &pid, NULL), 0);
	close(fds[1]);
	while (len < size - 1 && (n = read(fds[0], out + len, size - 1 - len)) > 0)
		len += (size_t)n;
	out[len] = '\0';
	close(fds[0]);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	return status;
}

START_TEST(test_spawn)
{
	int leak = open("/dev/null", O_RDONLY); /* not O_CLOEXEC: goes all the same */
	char out[4096];

	signal(SIGPIPE, SIG_IGN);
	ck_assert_int_eq(
		par_exit_status(shell("echo $A; pwd; echo err >&2; cat; exit 3", out, sizeof(out))),
		3);
	ck_assert_str_eq(out, "1\n/\nerr\n");
	shell("ls /proc/self/fd | tr '\\n' ' '", out, sizeof(out));
	ck_assert_str_eq(out, "0 1 2 3 "); /* 3 is the folder itself */
	shell("ps -o sid= -p $$ | grep -cw $$; grep SigIgn /proc/$$/status", out, sizeof(out));
	ck_assert_str_eq(out, "1\nSigIgn:\t0000000000000000\n");
	ck_assert_int_eq(par_exit_status(shell("kill -9 $$", out, sizeof(out))), 137);
	close(leak);
}
END_TEST

/* What `env --ignore-signal=CHLD --block-signal` and `<&-` leave to a program. */
START_TEST(test_begin)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		sigset_t all, now;
		char byte;

		signal(SIGCHLD, SIG_IGN);
		signal(SIGPIPE, SIG_IGN);
		signal(SIGHUP, SIG_IGN); /* nohup(1) */
		sigfillset(&all);
		sigprocmask(SIG_SETMASK, &all, NULL);
		for (int i = 0; i < 3; i++)
			close(i);
		par_process_begin();
		sigprocmask(SIG_SETMASK, NULL, &now);
		if (signal(SIGCHLD, SIG_DFL) != SIG_DFL || signal(SIGPIPE, SIG_DFL) != SIG_DFL ||
		    signal(SIGHUP, SIG_DFL) != SIG_IGN || sigismember(&now, SIGTERM) ||
		    sigismember(&now, SIGCHLD))
			_exit(1);
		if (fcntl(0, F_GETFD) < 0 || fcntl(1, F_GETFD) < 0 || fcntl(2, F_GETFD) < 0)
			_exit(2);
		if (read(0, &byte, 1) >= 0 || write(1, "", 1) >= 0 || write(2, "", 1) >= 0)
			_exit(3);
		_exit(0);
	}
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(par_exit_status(status), 0);
}
END_TEST

START_TEST(test_errors)
{
	char *argv[] = { (char[]){ "x" }, NULL };
	struct par_spawn s = { .path = "/nowhere", .argv = argv, .fds = { -1, -1, -1 } };
	auto_error err = NULL;
	pid_t pid;

	ck_assert_int_eq(par_spawn(&s, &pid, &err), -ENOENT);
	ck_assert_ptr_nonnull(strstr(err->msg, "'/nowhere'"));
	s.path = "/etc/passwd";
	ck_assert_int_eq(par_spawn(&s, &pid, &err), -EACCES);
	s.path = "/bin/true";
	s.cwd = "/nowhere";
	ck_assert_int_eq(par_spawn(&s, &pid, &err), -ENOENT);
	s.cwd = NULL;
	s.tty = "/nowhere";
	ck_assert_int_eq(par_spawn(&s, &pid, &err), -ENOENT);
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1); /* no zombie is left */
}
END_TEST

START_TEST(test_find_program)
{
	char *path = NULL;

	ck_assert_int_eq(par_find_program("sh", "/nowhere:/bin", &path), 0);
	ck_assert_str_eq(path, "/bin/sh");
	free(path);
	ck_assert_int_eq(par_find_program("/bin/sh", "", &path), 0);
	free(path);
	ck_assert_int_eq(par_find_program("passwd", "/etc:/nowhere", &path), -EACCES);
	ck_assert_int_eq(par_find_program("no-such", "/bin", &path), -ENOENT);
	ck_assert_int_eq(par_find_program("", "/bin", &path), -ENOENT);
	ck_assert_int_eq(par_find_program("/bin", "/", &path), -EACCES);
}
END_TEST

START_TEST(test_kill_session)
{
	char *argv[] = { (char[]){ "sh" }, (char[]){ "-c" },
			 (char[]){ "set -m; sleep 100 & sleep 100 & wait" }, NULL };
	struct par_spawn s = { .path = "/bin/sh", .argv = argv, .fds = { -1, -1, -1 } };
	int status, count = 0;
	pid_t pid;

	ck_assert_int_eq(par_spawn(&s, &pid, NULL), 0);
	for (int i = 0; i < 100 && count < 3; i++) { /* three process groups of one session */
		usleep(50000);
		count = par_kill_session(pid, 0);
	}
	ck_assert_int_eq(count, 3);
	ck_assert_int_ge(par_kill_session(pid, SIGKILL), 3);
	ck_assert_int_eq(waitpid(pid, &status, 0), pid);
	ck_assert_int_eq(par_kill_session(1, SIGKILL), 0);
	ck_assert_int_eq(par_kill_session(0, SIGKILL), 0);
}
END_TEST

/* One that ends, one that does not, and none. */
START_TEST(test_wait_child)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		_exit(7);
	ck_assert_int_eq(par_wait_child(pid, 20000, &status), 0);
	ck_assert_int_eq(par_exit_status(status), 7);
	ck_assert_int_eq(par_wait_child(pid, 20000, &status), -ECHILD);
	pid = fork();
	if (pid == 0) {
		for (;;)
			pause();
	}
	ck_assert_int_eq(par_wait_child(pid, 20, &status), -ETIMEDOUT);
	kill(pid, SIGKILL);
	ck_assert_int_eq(par_wait_child(pid, 20000, &status), 0);
	ck_assert_int_eq(par_exit_status(status), 128 + SIGKILL);
}
END_TEST

static Suite *process_suite(void)
{
	Suite *suite = suite_create("process");
	TCase *tc = tcase_create("process");

	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, test_spawn);
	tcase_add_test(tc, test_begin);
	tcase_add_test(tc, test_errors);
	tcase_add_test(tc, test_find_program);
	tcase_add_test(tc, test_kill_session);
	tcase_add_test(tc, test_wait_child);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(process_suite)
