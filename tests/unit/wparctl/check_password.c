/* SPDX-License-Identifier: Apache-2.0 */
/* check_password.c - passwords in the text of /etc/shadow: which fit, and how one gets there */
#include "harness.h"
#include "wparctl/accounts/password.h"

#include <string.h>

#define TODAY 20000

static const char shadow[] = "daemon:*:1:0:99999:7:::\n"
			     "rooted:!:1:0:99999:7:::\n"
			     "root:*:1:0:99999:7:::\n"
			     "joe::1:0:99999:7:::\n"
			     "bare:!";

START_TEST(a_password_fits_its_hash_only)
{
	autofree char *hash = NULL, *other = NULL;
	auto_buf text = { 0 };

	ck_assert_int_eq(wpar_password_hash("s3cret", &hash, NULL), 0);
	ck_assert_int_eq(wpar_password_hash("s3cret", &other, NULL), 0);
	ck_assert_str_ne(hash, other);
	ck_assert_int_eq(wpar_password_put(shadow, "root", hash, &text), 0);
	ck_assert(wpar_password_fits(text.data, "root", "s3cret", TODAY));
	ck_assert(!wpar_password_fits(text.data, "root", "s3cret ", TODAY));
	ck_assert(!wpar_password_fits(text.data, "root", "", TODAY));
	ck_assert(!wpar_password_fits(text.data, "rooted", "s3cret", TODAY));
	ck_assert(!wpar_password_fits(text.data, "roo", "s3cret", TODAY));
}
END_TEST

START_TEST(accounts_that_are_locked_or_open)
{
	ck_assert(!wpar_password_fits(shadow, "root", "", TODAY));
	ck_assert(!wpar_password_fits(shadow, "root", "*", TODAY));
	ck_assert(!wpar_password_fits(shadow, "rooted", "!", TODAY));
	ck_assert(wpar_password_fits(shadow, "joe", "", TODAY));
	ck_assert(!wpar_password_fits(shadow, "joe", "x", TODAY));
	ck_assert(!wpar_password_fits(shadow, "nobody", "", TODAY));
	ck_assert(!wpar_password_fits(NULL, "joe", "", TODAY));
	ck_assert(!wpar_password_fits("", "joe", "", TODAY));
}
END_TEST

static const struct {
	const char *rest;
	bool fits;
} days[] = {
	{ "0:0:99999:7:::", true },
	{ "0:0:99999:7::20001:", true },
	{ "0:0:99999:7::20000:", false },
	{ "0:0:99999:7::19999:", false },
	{ "0:0:99999:7::1:", false },
	{ "0:0:99999:7::0:", false },
	{ "0:0:99999:7::x:", false },
	{ "0:0:99999:7::1", false },
	{ "0:0:99999", true },
};

START_TEST(an_account_that_has_expired_takes_none)
{
	autofree char *hash = NULL, *text = NULL;

	ck_assert_int_eq(wpar_password_hash("s3cret", &hash, NULL), 0);
	text = par_strdup_printf("root:%s:%s\nb:*:1:2:3:4:5:6:\n", hash, days[_i].rest);
	ck_assert(wpar_password_fits(text, "root", "s3cret", TODAY) == days[_i].fits);
}
END_TEST

static const struct {
	const char *shadow, *user, *want;
} puts_[] = {
	{ "a:*:1:2\nroot:!:5:0:99999:7:::\nb:*:1:2\n", "root",
	  "a:*:1:2\nroot:H:5:0:99999:7:::\nb:*:1:2\n" },
	{ "root:!", "root", "root:H:0:0:99999:7:::" },
	{ "root:", "root", "root:H:0:0:99999:7:::" },
	{ "root:!\nb:*:1\n", "root", "root:H:0:0:99999:7:::\nb:*:1\n" },
	{ "b:*:1", "root", "b:*:1\nroot:H:0:0:99999:7:::\n" },
	{ "", "root", "root:H:0:0:99999:7:::\n" },
	{ "xroot:!:1\n", "root", "xroot:!:1\nroot:H:0:0:99999:7:::\n" },
};

START_TEST(a_password_is_put_where_it_belongs)
{
	auto_buf text = { 0 };

	ck_assert_int_eq(wpar_password_put(puts_[_i].shadow, puts_[_i].user, "H", &text), 0);
	ck_assert_str_eq(text.data, puts_[_i].want);
}
END_TEST

static Suite *password_suite(void)
{
	Suite *suite = suite_create("wparctl password");
	TCase *tc = tcase_create("password");

	tcase_add_test(tc, a_password_fits_its_hash_only);
	tcase_add_test(tc, accounts_that_are_locked_or_open);
	tcase_add_loop_test(tc, an_account_that_has_expired_takes_none, 0, PAR_ARRAY_SIZE(days));
	tcase_add_loop_test(tc, a_password_is_put_where_it_belongs, 0, PAR_ARRAY_SIZE(puts_));
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(password_suite)
