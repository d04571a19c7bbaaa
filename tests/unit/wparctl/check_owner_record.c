/* SPDX-License-Identifier: Apache-2.0 */
/* check_owner_record.c - who runs a WPAR: the record, and what follows from it */
#include "harness.h"
#include "wparctl/runtime/life/owner_record.h"

#include <string.h>

static struct wpar_owner some(void)
{
	return (struct wpar_owner){ .uuid = "11111111-2222-4333-8444-555555555555",
				    .name = "dev01",
				    .lpar = "lpar01",
				    .machine = "aaaa",
				    .generation = 5,
				    .state = WPAR_OWNER_RUNNING,
				    .last = WPAR_OWNER_STARTED,
				    .since_ms = 1764000000000 };
}

static char *text_of(const struct wpar_owner *o)
{
	struct par_buf b = { 0 };

	ck_assert_int_eq(wpar_owner_print(o, &b), 0);
	return par_buf_steal(&b);
}

START_TEST(what_is_written_is_read_back)
{
	const struct wpar_owner before = some();
	autofree char *text = text_of(&before), *again = NULL;
	struct wpar_owner o = { 0 };

	ck_assert_int_eq(wpar_owner_parse(text, strlen(text), &o, NULL), 0);
	ck_assert_uint_eq(o.generation, 5);
	ck_assert(o.state == WPAR_OWNER_RUNNING && o.last == WPAR_OWNER_STARTED);
	again = text_of(&o);
	ck_assert_str_eq(again, text);
	ck_assert_uint_lt(strlen(text), WPAR_OWNER_MOST);
}
END_TEST

static const struct {
	const char *before, *after;
} wrong[] = {
	{ "\"format\":1", "\"format\":2" },
	{ "\"running\"", "\"walking\"" },
	{ "\"started\"", "\"\"" },
	{ "\"dev01\"", "\"-dev01\"" },
	{ "\"dev01\"", "\"../dev01\"" },
	{ "\"lpar01\"", "\"lpar\\u001b[2J\"" },
	{ "\"lpar01\"", "\"a123456789b123456789c123456789d123456789e123456789f123456789g123\"" },
	{ "\"aaaa\"", "\"\"" },
	{ "\"aaaa\"", "null" },
	{ "1111-2222", "11112222" },
	{ "\"generation\":5", "\"generation\":-1" },
	{ "\"generation\":5", "\"generation\":9223372036854775807" },
	{ "\"generation\":5", "\"generation\":5,\"more\":1" },
	{ "{", "[{" },
};

START_TEST(nothing_else_is_taken)
{
	const struct wpar_owner before = some();
	autofree char *text = text_of(&before);
	const char *at = strstr(text, wrong[_i].before);
	struct wpar_owner o = { .generation = 99 };
	auto_error err = NULL;
	auto_buf b = { 0 };

	ck_assert_ptr_nonnull(at);
	par_buf_put(&b, text, (size_t)(at - text));
	par_buf_puts(&b, wrong[_i].after);
	par_buf_puts(&b, at + strlen(wrong[_i].before));
	ck_assert_int_lt(wpar_owner_parse(b.data, b.len, &o, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_CORRUPT);
	ck_assert_uint_eq(o.generation, 99);
}
END_TEST

START_TEST(who_runs_elsewhere)
{
	struct wpar_owner o = some();
	auto_error err = NULL;

	ck_assert(!wpar_owner_is_others(&o, "aaaa"));
	ck_assert(wpar_owner_is_others(&o, "bbbb"));
	wpar_owner_fail_others(&o, "dev01", "/x of the NFS server nas", &err);
	ck_assert_str_eq(err->msg, "workload partition 'dev01' runs in LPAR 'lpar01' since "
				   "2025-11-24T16:00:00Z, says the record on /x of the NFS server "
				   "nas; stop it there, or, when that LPAR does not run any more, "
				   "take it over with 'wparctl owner --take dev01'");
	o.state = WPAR_OWNER_STOPPED;
	ck_assert(!wpar_owner_is_others(&o, "bbbb"));
}
END_TEST

START_TEST(an_older_checkpoint)
{
	const struct wpar_owner o = some();
	auto_error err = NULL;

	ck_assert_int_eq(wpar_owner_check_stale(&o, "dev01", 5, 0, NULL), 0);
	ck_assert_int_eq(wpar_owner_check_stale(&o, "dev01", 6, 0, NULL), 0);
	ck_assert_int_lt(wpar_owner_check_stale(&o, "dev01", 4, 1763999990000, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_WRONG_STATE);
	ck_assert_str_eq(err->msg,
			 "the checkpoint is of 2025-11-24T15:59:50Z, generation 4, and workload "
			 "partition 'dev01' was started anew at 2025-11-24T16:00:00Z, generation "
			 "5: what its processes did in between would be lost, while its files stay "
			 "as they are now; give -F to go on from it all the same");
}
END_TEST

static Suite *owner_record_suite(void)
{
	Suite *s = suite_create("owner_record");
	TCase *t = tcase_create("owner_record");

	tcase_add_test(t, what_is_written_is_read_back);
	tcase_add_loop_test(t, nothing_else_is_taken, 0, (int)PAR_ARRAY_SIZE(wrong));
	tcase_add_test(t, who_runs_elsewhere);
	tcase_add_test(t, an_older_checkpoint);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(owner_record_suite)
