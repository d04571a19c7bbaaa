/* SPDX-License-Identifier: Apache-2.0 */
/* server.c and connection.c: the door, its limits, and what a client can do to it. */
#include "harness.h"
#include "lpard/common/json.h"
#include "lpard/common/log.h"
#include "lpard/wire/wire.h"
#include "lpard/daemon/server/server.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static struct par_event *loop;
static struct lpar_server *server;
static char folder[] = "/tmp/check_server.XXXXXX";
static char path[128];

/* What the served methods do, by the last letter of their name. */
static struct lpar_call *kept;
static struct lpar_upgraded *raw;
static int gone_seen, closed_seen;
static struct par_buf raw_bytes;

static void on_gone(struct lpar_call *call, void *user)
{
	(void)call;
	(void)user;
	gone_seen++;
	kept = NULL;
}

static void raw_data(void *user, const char *data, size_t len)
{
	(void)user;
	par_buf_put(&raw_bytes, data, len);
	(void)lpar_upgraded_send(raw, data, len);
}

static void raw_closed(void *user)
{
	(void)user;
	closed_seen++;
	raw = NULL;
}

static const struct lpar_upgraded_ops raw_ops = { .data = raw_data, .closed = raw_closed };

static void serve(struct lpar_call *call, void *user)
{
	char what = call->method[strlen(call->method) - 1];
	struct json_object *o = json_object_new_object();

	(void)user;
	if (what == 'K' || what == 'M') { /* keep */
		json_object_put(o);
		call->gone = on_gone;
		kept = call;
	} else if (what == 'B') { /* big */
		char *text = malloc(8 * 1024 * 1024 + 1);

		memset(text, 'x', 8 * 1024 * 1024);
		text[8 * 1024 * 1024] = '\0';
		par_json_put_string(o, "text", text);
		free(text);
		lpar_call_reply(&call, o);
	} else if (what == 'U') {
		raw = lpar_call_upgrade(&call, o, &raw_ops, NULL);
	} else {
		par_json_put(o, "uid", json_object_new_int((int)call->peer.uid));
		par_json_put_string(o, "role", lpar_role_name(call->peer.role));
		lpar_call_reply(&call, o);
	}
}

static void setup(void)
{
	struct lpar_server_config c = { .max_clients = 5 };
	auto_error err = NULL;

	par_log_set_level(PAR_LOG_ERR);
	memcpy(folder + strlen(folder) - 6, "XXXXXX", 7);
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/s", folder);
	c.path = path;
	ck_assert_int_eq(par_event_new(&loop, NULL), 0);
	ck_assert_msg(lpar_server_new(loop, &c, serve, NULL, &server, &err) == 0, "%s",
		      err ? err->msg : "");
}

static void teardown(void)
{
	char lock[160];

	lpar_server_free(&server);
	par_event_free(&loop);
	ck_assert_int_ne(access(path, F_OK), 0);
	snprintf(lock, sizeof(lock), "%s.lock", path);
	unlink(lock);
	rmdir(folder);
	par_buf_done(&raw_bytes);
}

static int dial(void)
{
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	memcpy(sa.sun_path, path, strlen(path) + 1);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	return fd;
}

static void turn(int rounds)
{
	for (int i = 0; i < rounds; i++)
		par_event_run_once(loop, 1);
}

static void say(int fd, const char *method)
{
	bool more = method[0] == 'M';
	autofree char *text = par_strdup_printf("{\"method\":\"org.test.%s\"%s}", method,
						more ? ",\"more\":true" : "");

	ck_assert_int_eq(write(fd, text, strlen(text) + 1), (ssize_t)strlen(text) + 1);
}

/* One reply, turning the loop meanwhile; NULL: the other side closed */
static const char *hear(int fd)
{
	static char text[65536];
	size_t len = 0;

	for (int i = 0; i < 500; i++) {
		ssize_t n = read(fd, text + len, 1);

		if (n == 0)
			return NULL;
		if (n < 0) {
			turn(1);
			continue;
		}
		if (text[len] == '\0')
			return text;
		len++;
		i = 0;
	}
	ck_abort_msg("no reply");
}

START_TEST(answers)
{
	int fd = dial();

	say(fd, "A");
	ck_assert_str_eq(hear(fd), getuid() == 0
					   ? "{\"parameters\":{\"uid\":0,\"role\":\"operator\"}}"
					   : hear(fd));
	/* pipelined, with one that waits in between */
	say(fd, "K");
	say(fd, "A");
	turn(5);
	ck_assert_ptr_nonnull(kept);
	lpar_call_reply(&kept, NULL);
	ck_assert_str_eq(hear(fd), "{\"parameters\":{}}");
	ck_assert_ptr_nonnull(strstr(hear(fd), "role"));
	close(fd);
	turn(5);
	ck_assert_uint_eq(lpar_server_clients(server), 0);
}
END_TEST

START_TEST(garbage)
{
	static const char *const bad[] = { "garbage", "", "{}", "[[[[[[", "{\"method\":\"x\"}" };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(bad); i++) {
		int fd = dial();

		ck_assert_int_gt(write(fd, bad[i], strlen(bad[i]) + 1), 0);
		ck_assert_ptr_nonnull(strstr(hear(fd), "org.lpard.Protocol"));
		ck_assert_ptr_null(hear(fd));
		close(fd);
	}
	turn(5);
	ck_assert_uint_eq(lpar_server_clients(server), 0);
}
END_TEST

START_TEST(too_large)
{
	static char much[1 << 16];
	int fd = dial();
	const char *text = NULL;

	memset(much, ' ', sizeof(much));
	for (int i = 0; i < 40; i++) {
		if (send(fd, much, sizeof(much), MSG_NOSIGNAL) < 0 && errno == EPIPE)
			break;
		turn(2);
	}
	text = hear(fd);
	ck_assert_ptr_nonnull(text);
	ck_assert_ptr_nonnull(strstr(text, "TooLarge"));
	close(fd);
	turn(5);
	ck_assert_uint_eq(lpar_server_clients(server), 0);
}
END_TEST

START_TEST(gone_while_waiting)
{
	int fd = dial();

	gone_seen = 0;
	say(fd, "K");
	turn(5);
	ck_assert_ptr_nonnull(kept);
	close(fd);
	turn(5);
	ck_assert_int_eq(gone_seen, 1);
	ck_assert_uint_eq(lpar_server_clients(server), 0);
}
END_TEST

/* Progress finds out that the client is gone, before the loop does. */
START_TEST(gone_while_told_of_progress)
{
	int fd = dial();

	gone_seen = 0;
	say(fd, "M");
	turn(5);
	ck_assert_ptr_nonnull(kept);
	lpar_call_progress(kept, json_object_new_object());
	ck_assert_str_eq(hear(fd), "{\"parameters\":{},\"continues\":true}");
	close(fd);
	lpar_call_progress(kept, json_object_new_object());
	ck_assert_int_eq(gone_seen, 1);
	ck_assert_ptr_null(kept);
	ck_assert_uint_eq(lpar_server_clients(server), 0);
}
END_TEST

/* The last answer finds that out; who answers is not told any more. */
START_TEST(gone_while_answered)
{
	int fd = dial();

	gone_seen = 0;
	say(fd, "K");
	turn(5);
	close(fd);
	lpar_call_reply(&kept, NULL);
	ck_assert_ptr_null(kept);
	turn(5);
	ck_assert_int_eq(gone_seen, 0);
	ck_assert_uint_eq(lpar_server_clients(server), 0);
}
END_TEST

/* An owner who does not care answers later, to nobody. */
START_TEST(gone_and_answered_later)
{
	int fd = dial();

	say(fd, "K");
	turn(5);
	kept->gone = NULL;
	close(fd);
	turn(5);
	ck_assert_uint_eq(lpar_server_clients(server), 0);
	lpar_call_progress(kept, json_object_new_object());
	lpar_call_reply(&kept, NULL);
	ck_assert_ptr_null(kept);
}
END_TEST

START_TEST(half_closed)
{
	int fd = dial();

	say(fd, "K");
	ck_assert_int_eq(shutdown(fd, SHUT_WR), 0);
	turn(10);
	ck_assert_ptr_nonnull(kept);
	lpar_call_reply(&kept, NULL);
	ck_assert_str_eq(hear(fd), "{\"parameters\":{}}");
	ck_assert_ptr_null(hear(fd));
	close(fd);
}
END_TEST

/* Who asks for much and reads nothing gets no second answer into memory, and stops nobody. */
START_TEST(slow_reader)
{
	int slow = dial(), fd;
	char *data = malloc(1 << 20);
	size_t got = 0;

	for (int i = 0; i < 20; i++)
		say(slow, "B");
	turn(20);
	fd = dial();
	say(fd, "A");
	ck_assert_ptr_nonnull(strstr(hear(fd), "role"));
	for (int i = 0; i < 20000 && got <= 20u * 8 * 1024 * 1024; i++) {
		ssize_t n = read(slow, data, 1 << 20);

		if (n > 0)
			got += (size_t)n;
		else
			turn(1);
	}
	ck_assert_uint_gt(got, 20u * 8 * 1024 * 1024);
	free(data);
	close(slow);
	close(fd);
}
END_TEST

START_TEST(too_many)
{
	int fds[5 + 32], last;
	size_t max = getuid() == 0 ? 5 + 32 : 5;

	for (size_t i = 0; i < max; i++)
		fds[i] = dial();
	turn(10);
	ck_assert_uint_eq(lpar_server_clients(server), max);
	last = dial();
	ck_assert_ptr_nonnull(strstr(hear(last), "too many clients"));
	ck_assert_ptr_null(hear(last));
	close(last);
	close(fds[0]);
	turn(10);
	last = dial();
	say(last, "A");
	ck_assert_ptr_nonnull(strstr(hear(last), "role"));
	close(last);
	for (size_t i = 1; i < max; i++)
		close(fds[i]);
}
END_TEST

START_TEST(raw_bytes_both_ways)
{
	static const char first[] = "{\"method\":\"org.test.U\",\"upgrade\":true}\0right behind";
	int fd = dial();
	char data[64];
	ssize_t n = -1;

	closed_seen = 0;
	ck_assert_int_gt(write(fd, first, sizeof(first) - 1), 0);
	ck_assert_str_eq(hear(fd), "{\"parameters\":{}}");
	for (int i = 0; i < 100 && n < 0; i++) {
		turn(1);
		n = read(fd, data, sizeof(data));
	}
	ck_assert_int_eq(n, 12);
	ck_assert_int_eq(memcmp(data, "right behind", 12), 0);
	ck_assert_int_eq(write(fd, "more", 4), 4);
	turn(10);
	ck_assert_uint_eq(raw_bytes.len, 16);
	ck_assert_int_eq(read(fd, data, sizeof(data)), 4);
	(void)lpar_upgraded_send(raw, "bye", 3);
	lpar_upgraded_close(&raw);
	turn(10);
	ck_assert_int_eq(read(fd, data, sizeof(data)), 3);
	ck_assert_int_eq(read(fd, data, sizeof(data)), 0);
	ck_assert_int_eq(closed_seen, 0);
	close(fd);

	fd = dial();
	ck_assert_int_gt(write(fd, first, sizeof(first) - 1), 0);
	turn(5);
	close(fd);
	turn(10);
	ck_assert_int_eq(closed_seen, 1);
}
END_TEST

START_TEST(one_at_a_time)
{
	struct lpar_server_config c = { .path = path, .max_clients = 1 };
	struct lpar_server *second = NULL;
	auto_error err = NULL;
	char *pid = par_strdup_printf("process %d", (int)getpid());

	ck_assert_int_lt(lpar_server_new(loop, &c, serve, NULL, &second, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_EXISTS);
	ck_assert_ptr_nonnull(strstr(err->msg, pid));
	ck_assert_int_eq(access(path, F_OK), 0);
	free(pid);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("server");
	TCase *t = tcase_create("server");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 30);
	tcase_add_test(t, answers);
	tcase_add_test(t, garbage);
	tcase_add_test(t, too_large);
	tcase_add_test(t, gone_while_waiting);
	tcase_add_test(t, gone_while_told_of_progress);
	tcase_add_test(t, gone_while_answered);
	tcase_add_test(t, gone_and_answered_later);
	tcase_add_test(t, half_closed);
	tcase_add_test(t, slow_reader);
	tcase_add_test(t, too_many);
	tcase_add_test(t, raw_bytes_both_ways);
	tcase_add_test(t, one_at_a_time);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(suite)
