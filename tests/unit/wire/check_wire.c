/* SPDX-License-Identifier: Apache-2.0 */
/* wire.c and varlink.c: messages, and a client against a scripted other side. */
#include "harness.h"
#include "lpard/common/json.h"
#include "lpard/wire/varlink.h"
#include "lpard/wire/wire.h"

#include <string.h>
#include <sys/socket.h>

static int decode(const char *text, struct par_wire_call *c)
{
	auto_error err = NULL;

	return par_wire_decode_call(text, strlen(text), c, &err);
}

START_TEST(calls)
{
	static const char *const bad[] = {
		"[]",
		"{}",
		"{\"method\":1}",
		"{\"method\":\"\"}",
		"{\"method\":\"List\"}",
		"{\"method\":\"org..List\"}",
		"{\"method\":\".org.List\"}",
		"{\"method\":\"org.List.\"}",
		"{\"method\":\"org.lpard.List\\n\"}",
		"{\"method\":\"org.lpard.L\",\"parameters\":[]}",
		"{\"method\":\"org.lpard.L\",\"more\":1}",
		"{\"method\":\"org.lpard.L\",\"more\":true,\"oneway\":true}",
		"{\"method\":\"org.lpard.L\",\"moar\":true}",
	};
	auto_wire_call c = { 0 };

	for (size_t i = 0; i < PAR_ARRAY_SIZE(bad); i++)
		ck_assert_msg(decode(bad[i], &c) < 0, "accepted: %s", bad[i]);
	ck_assert_int_eq(decode("{\"method\":\"org.lpard.List\",\"more\":true}", &c), 0);
	ck_assert_str_eq(c.method, "org.lpard.List");
	ck_assert(c.more && !c.oneway && !c.upgrade);
	ck_assert_ptr_nonnull(c.parameters);
}
END_TEST

START_TEST(round_trip)
{
	struct par_wire_call out = { .method = (char *)"org.lpard.X", .upgrade = true };
	auto_wire_call in = { 0 };
	auto_wire_reply reply = { 0 };
	struct par_error e = { .id = PAR_E_BUSY, .errnum = EBUSY, .msg = (char *)"it is \"busy\"" };
	auto_error err = NULL;
	auto_buf b = { 0 };

	out.parameters = json_object_new_object();
	par_json_put_string(out.parameters, "a", "/b\n");
	ck_assert_int_eq(par_wire_encode_call(&out, &b, NULL), 0);
	ck_assert_str_eq(b.data, "{\"method\":\"org.lpard.X\",\"parameters\":{\"a\":\"/b\\n\"},"
				 "\"upgrade\":true}");
	ck_assert_uint_eq(b.len, strlen(b.data) + 1);
	ck_assert_int_eq(par_wire_decode_call(b.data, b.len - 1, &in, NULL), 0);
	ck_assert(in.upgrade);
	json_object_put(out.parameters);

	par_buf_clear(&b);
	ck_assert_int_eq(par_wire_encode_error(&e, &b), 0);
	ck_assert_int_eq(par_wire_decode_reply(b.data, b.len - 1, &reply, NULL), 0);
	ck_assert_int_eq(par_wire_reply_error(&reply, &err), -EBUSY);
	ck_assert_int_eq(err->id, PAR_E_BUSY);
	ck_assert_str_eq(err->msg, "it is \"busy\"");
}
END_TEST

/* What an error quotes does not reach the terminal's controls; lines stay lines. */
START_TEST(error_text_is_printable)
{
	struct par_error e = { .id = PAR_E_EXISTS, .msg = (char *)"a \033[31m\x7f\nb \303\251" };
	auto_wire_reply reply = { 0 };
	auto_error err = NULL;
	auto_buf b = { 0 };

	ck_assert_int_eq(par_wire_encode_error(&e, &b), 0);
	ck_assert_int_eq(par_wire_decode_reply(b.data, b.len - 1, &reply, NULL), 0);
	ck_assert_int_lt(par_wire_reply_error(&reply, &err), 0);
	ck_assert_str_eq(err->msg, "a ?[31m?\nb \303\251");
}
END_TEST

START_TEST(cutting)
{
	struct par_wire_in in = { .max = 8 };
	auto_error err = NULL;
	const char *text;
	size_t len;

	ck_assert_int_eq(par_wire_next(&in, &text, &len, &err), 0);
	ck_assert_int_eq(par_wire_feed(&in, "ab\0\0cd", 6), 0);
	ck_assert_int_eq(par_wire_next(&in, &text, &len, &err), 1);
	ck_assert_str_eq(text, "ab");
	ck_assert_int_eq(par_wire_next(&in, &text, &len, &err), 1);
	ck_assert_uint_eq(len, 0);
	ck_assert_int_eq(par_wire_next(&in, &text, &len, &err), 0);
	ck_assert_str_eq(par_wire_rest(&in, &len), "cd");
	ck_assert_uint_eq(len, 2);
	ck_assert_int_eq(par_wire_feed(&in, "efghi", 5), 0);
	ck_assert_int_eq(par_wire_next(&in, &text, &len, &err), 0);
	ck_assert_int_eq(par_wire_feed(&in, "j\0k", 3), 0);
	ck_assert_int_eq(par_wire_next(&in, &text, &len, &err), 1);
	ck_assert_str_eq(text, "cdefghij");
	ck_assert_int_eq(par_wire_feed(&in, "lmnopqrs", 8), 0);
	ck_assert_int_eq(par_wire_next(&in, &text, &len, &err), -E2BIG);
	par_wire_in_done(&in);
}
END_TEST

/* The memory of a large message goes back, but not under a message that stands behind it. */
START_TEST(trimming)
{
	struct par_wire_in in = { .max = PAR_WIRE_MAX_CALL };
	static char large[PAR_WIRE_KEEP * 4];
	auto_error err = NULL;
	const char *text;
	size_t len;

	memset(large, 'x', sizeof(large) - 1);
	ck_assert_int_eq(par_wire_feed(&in, large, sizeof(large)), 0);
	ck_assert_int_eq(par_wire_feed(&in, "ab\0", 3), 0);
	ck_assert_int_eq(par_wire_next(&in, &text, &len, &err), 1);
	par_wire_trim(&in);
	ck_assert_int_eq(par_wire_next(&in, &text, &len, &err), 1);
	ck_assert_str_eq(text, "ab");
	ck_assert_uint_gt(in.buf.cap, PAR_WIRE_KEEP);
	par_wire_trim(&in);
	ck_assert_uint_le(in.buf.cap, PAR_WIRE_KEEP);
	ck_assert_int_eq(par_wire_next(&in, &text, &len, &err), 0);
	ck_assert_int_eq(par_wire_feed(&in, "cd\0", 3), 0);
	ck_assert_int_eq(par_wire_next(&in, &text, &len, &err), 1);
	ck_assert_str_eq(text, "cd");
	par_wire_in_done(&in);
}
END_TEST

/* The other side: reads one call, then writes @answer (with its NULs) and goes. */
static pid_t script(const char *answer, size_t len, struct par_varlink **v)
{
	int sv[2];
	pid_t pid;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv), 0);
	pid = fork();
	if (pid == 0) {
		char c;

		close(sv[0]);
		while (read(sv[1], &c, 1) == 1 && c)
			;
		if (len && write(sv[1], answer, len) != (ssize_t)len)
			_exit(1);
		_exit(0);
	}
	close(sv[1]);
	ck_assert_int_eq(par_varlink_from_fd(sv[0], v, NULL), 0);
	return pid;
}

static int count(struct json_object *parameters, void *user)
{
	(void)parameters;
	return ++*(int *)user == 3 ? -ECANCELED : 0;
}

START_TEST(client)
{
	static const char ok[] = "{\"parameters\":{\"a\":1}}";
	static const char more[] = "{\"continues\":true}\0{\"continues\":true}\0{}";
	static const char up[] = "{}\0raw bytes";
	static const char err_text[] = "{\"error\":\"org.lpard.NotFound\",\"parameters\":"
				       "{\"message\":\"HSCL8012\"}}";
	auto_varlink v = NULL;
	auto_error err = NULL;
	auto_json ret = NULL;
	auto_buf rest = { 0 };
	int seen = 0, fd = -1;

	script(ok, sizeof(ok), &v);
	ck_assert_int_eq(par_varlink_call(v, "org.lpard.X", NULL, 5000, &ret, &err), 0);
	ck_assert_int_eq(json_object_object_length(ret), 1);
	ck_assert_int_eq(par_varlink_call(v, "org.lpard.X", NULL, 5000, NULL, &err), -ENOTCONN);
	par_varlink_free(&v);

	script(more, sizeof(more), &v);
	ck_assert_int_eq(
		par_varlink_call_more(v, "org.lpard.X", NULL, 5000, count, &seen, NULL, &err), 0);
	ck_assert_int_eq(seen, 2);
	par_varlink_free(&v);

	script(more, sizeof(more), &v);
	ck_assert_int_eq(par_varlink_call(v, "org.lpard.X", NULL, 5000, NULL, &err), -EPROTO);
	par_varlink_free(&v);

	script(up, sizeof(up) - 1, &v);
	ck_assert_int_eq(
		par_varlink_call_upgrade(v, "org.lpard.X", NULL, 5000, NULL, &rest, &fd, &err), 0);
	ck_assert_int_ge(fd, 0);
	ck_assert(par_starts_with("raw bytes", rest.len ? rest.data : ""));
	close(fd);
	par_varlink_free(&v);

	script(err_text, sizeof(err_text), &v);
	ck_assert_int_eq(par_varlink_call(v, "org.lpard.X", NULL, 5000, NULL, &err), -ENOENT);
	ck_assert_str_eq(err->msg, "HSCL8012");
}
END_TEST

START_TEST(client_waits_no_longer)
{
	auto_varlink v = NULL;
	auto_error err = NULL;
	int sv[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sv), 0);
	ck_assert_int_eq(par_varlink_from_fd(sv[0], &v, NULL), 0);
	ck_assert_int_eq(par_varlink_call(v, "org.lpard.X", NULL, 50, NULL, &err), -ETIMEDOUT);
	close(sv[1]);
	par_varlink_free(&v);
	ck_assert_int_eq(par_varlink_connect("/nonexistent/sock", &v, &err), -ENOENT);
	ck_assert_int_eq(err->id, PAR_E_DISCONNECTED);
}
END_TEST

static Suite *suite(void)
{
	Suite *s = suite_create("wire");
	TCase *t = tcase_create("wire");

	tcase_add_test(t, calls);
	tcase_add_test(t, round_trip);
	tcase_add_test(t, error_text_is_printable);
	tcase_add_test(t, cutting);
	tcase_add_test(t, trimming);
	tcase_add_test(t, client);
	tcase_add_test(t, client_waits_no_longer);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(suite)
