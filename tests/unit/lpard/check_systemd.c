/* SPDX-License-Identifier: Apache-2.0 */
/* systemd.c: a socket that is passed and one that is not, and what is told to systemd. */
#include "harness.h"
#include "lpard/common/log.h"
#include "lpard/common/str.h"
#include "lpard/daemon/server/server.h"
#include "lpard/daemon/server/systemd.h"

#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define PASSED 3 /* the number of the first descriptor that systemd passes */

static char folder[] = "/tmp/check_systemd.XXXXXX";
static char path[128];
static int kept; /* what was PASSED before */

static void setup(void)
{
	par_log_set_level(PAR_LOG_ERR);
	memcpy(folder + strlen(folder) - 6, "XXXXXX", 7);
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/s", folder);
	kept = fcntl(PASSED, F_DUPFD_CLOEXEC, 100);
}

static void teardown(void)
{
	if (kept >= 0) {
		dup2(kept, PASSED);
		close(kept);
	} else {
		close(PASSED);
	}
	unlink(path);
	rmdir(folder);
	unsetenv("NOTIFY_SOCKET");
}

/* A socket at @path, as PASSED. */
static void pass(int type, bool listening)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, type, 0);

	memcpy(sa.sun_path, path, strlen(path) + 1);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	if (listening)
		ck_assert_int_eq(listen(fd, 5), 0);
	if (fd != PASSED) {
		ck_assert_int_eq(dup2(fd, PASSED), PASSED);
		close(fd);
	}
}

static void say_passed(int pid, const char *fds)
{
	autofree char *text = par_strdup_printf("%d", pid);

	setenv("LISTEN_PID", text, 1);
	setenv("LISTEN_FDS", fds, 1);
	setenv("LISTEN_FDNAMES", "lpard.socket", 1);
}

START_TEST(takes_the_socket)
{
	autofree char *at = NULL;
	auto_error err = NULL;
	int fd = -1;

	pass(SOCK_STREAM, true);
	say_passed(getpid(), "1");
	ck_assert_int_eq(lpar_systemd_socket(&fd, &at, &err), 0);
	ck_assert_int_eq(fd, PASSED);
	ck_assert_str_eq(at, path);
	ck_assert(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	ck_assert(fcntl(fd, F_GETFL) & O_NONBLOCK);
	ck_assert_ptr_null(getenv("LISTEN_PID"));
	ck_assert_ptr_null(getenv("LISTEN_FDS"));
	ck_assert_ptr_null(getenv("LISTEN_FDNAMES"));
}
END_TEST

START_TEST(none_for_us)
{
	char *at = path;
	int fd = -1;

	pass(SOCK_STREAM, true);
	ck_assert_int_eq(lpar_systemd_socket(&fd, &at, NULL), 0);
	ck_assert_int_eq(fd, 0);
	ck_assert_ptr_null(at);
	/* A parent's: the variables came along, the socket is not ours. */
	say_passed(getppid(), "1");
	ck_assert_int_eq(lpar_systemd_socket(&fd, &at, NULL), 0);
	ck_assert_int_eq(fd, 0);
	say_passed(getpid(), "one");
	ck_assert_int_eq(lpar_systemd_socket(&fd, &at, NULL), 0);
	ck_assert_int_eq(fd, 0);
}
END_TEST

START_TEST(refuses_what_is_no_door)
{
	auto_error two = NULL;
	auto_error deaf = NULL;
	autofree char *at = NULL;
	int fd = -1;

	pass(SOCK_STREAM, false);
	say_passed(getpid(), "2");
	ck_assert_int_lt(lpar_systemd_socket(&fd, &at, &two), 0);
	ck_assert_ptr_nonnull(strstr(two->msg, "passed 2 sockets"));
	say_passed(getpid(), "1");
	ck_assert_int_lt(lpar_systemd_socket(&fd, &at, &deaf), 0);
	ck_assert_int_eq(deaf->id, PAR_E_INVALID_ARGUMENT);
	ck_assert_int_eq(fd, -1);
}
END_TEST

static void never(struct lpar_call *call, void *user)
{
	(void)user;
	lpar_call_reply(&call, NULL);
}

/* The door of a socket that was passed: it is served, and is still there afterwards. */
START_TEST(serves_and_leaves_it)
{
	struct lpar_server_config c = { .path = path, .max_clients = 5 };
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	struct lpar_server *server = NULL;
	struct par_event *loop = NULL;
	autofree char *at = NULL, *lock = par_strdup_printf("%s.lock", path);
	struct stat before, after;
	int fd;

	pass(SOCK_STREAM, true);
	say_passed(getpid(), "1");
	ck_assert_int_eq(lpar_systemd_socket(&c.listen_fd, &at, NULL), 0);
	ck_assert_int_eq(stat(path, &before), 0);
	ck_assert_int_eq(par_event_new(&loop, NULL), 0);
	ck_assert_int_eq(lpar_server_new(loop, &c, never, NULL, &server, NULL), 0);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	memcpy(sa.sun_path, path, strlen(path) + 1);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	for (int i = 0; i < 10; i++)
		par_event_run_once(loop, 1);
	ck_assert_uint_eq(lpar_server_clients(server), 1);
	lpar_server_free(&server);
	par_event_free(&loop);
	close(fd);
	ck_assert_int_eq(stat(path, &after), 0);
	ck_assert_uint_eq(before.st_ino, after.st_ino);
	ck_assert_int_eq(unlink(lock), 0);
}
END_TEST

START_TEST(tells_systemd)
{
	char text[64] = "";
	ssize_t n;

	lpar_systemd_notify("READY=1"); /* to nobody */
	pass(SOCK_DGRAM, false);
	setenv("NOTIFY_SOCKET", path, 1);
	lpar_systemd_notify("READY=1");
	n = recv(PASSED, text, sizeof(text) - 1, MSG_DONTWAIT);
	ck_assert_int_eq(n, 7);
	ck_assert_str_eq(text, "READY=1");
	setenv("NOTIFY_SOCKET", "relative", 1);
	lpar_systemd_notify("READY=1");
	ck_assert_int_lt(recv(PASSED, text, sizeof(text), MSG_DONTWAIT), 0);
}
END_TEST

START_TEST(tells_an_abstract_one)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), len;
	autofree char *name = par_strdup_printf("@check_systemd.%d", (int)getpid());
	char text[64] = "";

	len = (int)strlen(name);
	memcpy(sa.sun_path + 1, name + 1, (size_t)len - 1);
	ck_assert_int_eq(
		bind(fd, (struct sockaddr *)&sa, (socklen_t)(sizeof(sa.sun_family) + (size_t)len)),
		0);
	setenv("NOTIFY_SOCKET", name, 1);
	lpar_systemd_notify("STOPPING=1");
	ck_assert_int_eq(recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT), 10);
	close(fd);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("systemd");
	TCase *t = tcase_create("systemd");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_add_test(t, takes_the_socket);
	tcase_add_test(t, none_for_us);
	tcase_add_test(t, refuses_what_is_no_door);
	tcase_add_test(t, serves_and_leaves_it);
	tcase_add_test(t, tells_systemd);
	tcase_add_test(t, tells_an_abstract_one);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(suite)
