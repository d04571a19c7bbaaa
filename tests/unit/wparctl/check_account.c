/* SPDX-License-Identifier: Apache-2.0 */
/* check_account.c - users and groups as AIX shows them, and the command lines that change them */
#include "harness.h"
#include "wparctl/accounts/account_plan.h"
#include "wparctl/accounts/attribute.h"

#include <string.h>

#define ID_MAX 65535

static const char passwd[] = "root:x:0:0:root:/root:/bin/bash\n"
			     "# a comment\n"
			     "joe:x:1000:100:Joe:/home/joe:/bin/sh\n"
			     "bare:x:7:77:::\n"
			     "joe:x:1:1:the second:/:/bin/sh\n"
			     "minus:x:-1:0::/:/bin/sh\n"
			     "short:x:1:0:/\n"
			     ":x:1:0::/:/bin/sh\n";
static const char group[] = "root:x:0:\n"
			    "staff:x:100:\n"
			    "adm:x:4:root,joe\n"
			    "odd:x:y:joe\n"
			    "audit:x:10:joe\n";
static const char shadow[] = "root:*:1:0:99999:7:::\n"
			     "joe:!:1:0:99999:7::1:\n";

static struct wpar_accounts all;

static void set_up(void)
{
	ck_assert_int_eq(wpar_accounts_parse(passwd, group, shadow, &all), 0);
}

static void tear_down(void)
{
	wpar_accounts_done(&all);
}

START_TEST(entries_are_read)
{
	ck_assert_uint_eq(all.n, 3);
	ck_assert_uint_eq(all.n_groups, 4);
	ck_assert_uint_eq(wpar_account_find(&all, "joe")->id, 1000);
	ck_assert_ptr_null(wpar_account_find(&all, "minus"));
	ck_assert_ptr_null(wpar_account_find(&all, "short"));
	ck_assert_ptr_null(wpar_group_find(&all, "odd"));
	ck_assert_str_eq(wpar_group_by_id(&all, 10)->name, "audit");
}
END_TEST

static struct wpar_account_columns columns_of(const struct wpar_account_attribute *table, size_t n,
					      const struct wpar_account_attribute **v)
{
	for (size_t i = 0; i < n; i++)
		v[i] = &table[i];
	return (struct wpar_account_columns){ .v = v, .n = n };
}

static void user_is(const char *name, enum wpar_account_form form, bool chosen,
		    const char *expected)
{
	const struct wpar_account_attribute *v[16];
	struct wpar_account_columns c = columns_of(wpar_user_attributes, wpar_n_user_attributes, v);
	const struct wpar_account_ref ref = { .all = &all, .user = wpar_account_find(&all, name) };
	auto_buf out = { 0 };

	c.chosen = chosen;
	wpar_account_print(&c, &ref, form, &out);
	ck_assert_str_eq(out.data, expected);
}

START_TEST(users_are_printed)
{
	user_is("root", WPAR_ACCOUNT_LINE, false,
		"root id=0 pgrp=root groups=root,adm home=/root shell=/bin/bash gecos=root "
		"account_locked=false\n");
	user_is("joe", WPAR_ACCOUNT_COLON, false,
		"joe:1000:staff:staff,adm,audit:/home/joe:/bin/sh:Joe:true::\n");
	user_is("bare", WPAR_ACCOUNT_LINE, false, "bare id=7 pgrp=77 groups=77\n");
	user_is("bare", WPAR_ACCOUNT_LINE, true,
		"bare id=7 pgrp=77 groups=77 home= shell= gecos= account_locked= roles= "
		"domains=\n");
	user_is("bare", WPAR_ACCOUNT_STANZA, false, "bare:\n\tid=7\n\tpgrp=77\n\tgroups=77\n\n");
}
END_TEST

START_TEST(groups_and_headings_are_printed)
{
	const struct wpar_account_attribute *v[16];
	struct wpar_account_columns c =
		columns_of(wpar_group_attributes, wpar_n_group_attributes, v);
	struct wpar_account_ref ref = { .all = &all, .group = wpar_group_find(&all, "staff") };
	auto_buf out = { 0 };

	wpar_account_heading(&c, &out);
	wpar_account_print(&c, &ref, WPAR_ACCOUNT_COLON, &out);
	ref.group = wpar_group_find(&all, "adm");
	wpar_account_print(&c, &ref, WPAR_ACCOUNT_LINE, &out);
	ck_assert_str_eq(out.data, "#name:id:users\nstaff:100:joe\nadm id=4 users=root,joe\n");
}
END_TEST

START_TEST(json_has_types)
{
	const struct wpar_account_attribute *v[16];
	struct wpar_account_columns c = columns_of(wpar_user_attributes, wpar_n_user_attributes, v);
	const struct wpar_account_ref ref = { .all = &all, .user = wpar_account_find(&all, "joe") };
	struct json_object *o = wpar_account_json(&c, &ref), *member;

	ck_assert_ptr_nonnull(o);
	ck_assert(json_object_object_get_ex(o, "id", &member));
	ck_assert_int_eq(json_object_get_int(member), 1000);
	ck_assert(json_object_object_get_ex(o, "groups", &member));
	ck_assert_uint_eq(json_object_array_length(member), 3);
	ck_assert(json_object_object_get_ex(o, "account_locked", &member));
	ck_assert(json_object_get_boolean(member));
	json_object_put(o);
}
END_TEST

/* A change: the words with blanks between them, or what is wrong. */
static const struct {
	enum wpar_account_change change;
	const char *name, *settings[4], *words, *says;
} plans[] = {
	{ WPAR_ACCOUNT_MAKE, "ann", { NULL }, "useradd --create-home -- ann", NULL },
	{ WPAR_ACCOUNT_MAKE,
	  "ann",
	  { "id=2001", "pgrp=staff", "groups=adm,audit" },
	  "useradd --create-home --uid 2001 --gid staff --groups adm,audit -- ann",
	  NULL },
	{ WPAR_ACCOUNT_MAKE,
	  "ann",
	  { "home=/srv/a", "gecos=Ann B.", "account_locked=true" },
	  "useradd --create-home --home-dir /srv/a --comment Ann B. --expiredate 1970-01-02 -- ann",
	  NULL },
	{ WPAR_ACCOUNT_CHANGE,
	  "joe",
	  { "home=/srv/j", "groups=" },
	  "usermod --home /srv/j --groups  -- joe",
	  NULL },
	{ WPAR_ACCOUNT_CHANGE,
	  "joe",
	  { "id=1000", "account_locked=false" },
	  "usermod --uid 1000 --expiredate  -- joe",
	  NULL },
	{ WPAR_ACCOUNT_REMOVE, "joe", { NULL }, "userdel -- joe", NULL },
	{ WPAR_ACCOUNT_MAKE,
	  "joe",
	  { NULL },
	  NULL,
	  "3004-694 Error adding \"joe\" : Account exists." },
	{ WPAR_ACCOUNT_CHANGE, "ann", { "id=5" }, NULL, "3004-687 User \"ann\" does not exist." },
	{ WPAR_ACCOUNT_REMOVE, "ann", { NULL }, NULL, "3004-687 User \"ann\" does not exist." },
	{ WPAR_ACCOUNT_MAKE,
	  "ann",
	  { "pgrp=none" },
	  NULL,
	  "3004-686 Group \"none\" does not exist." },
	{ WPAR_ACCOUNT_MAKE,
	  "ann",
	  { "groups=adm,none" },
	  NULL,
	  "3004-686 Group \"none\" does not exist." },
	{ WPAR_ACCOUNT_MAKE,
	  "ann",
	  { "id=65536" },
	  NULL,
	  "3004-692 Error changing \"id\" to \"65536\" : the ids of this system end with 65535." },
	{ WPAR_ACCOUNT_MAKE,
	  "ann",
	  { "id=-1" },
	  NULL,
	  "3004-692 Error changing \"id\" to \"-1\" : it must be a whole number." },
	{ WPAR_ACCOUNT_MAKE,
	  "ann",
	  { "id=7" },
	  NULL,
	  "3004-692 Error changing \"id\" to \"7\" : another user has it." },
	{ WPAR_ACCOUNT_MAKE,
	  "ann",
	  { "home=tmp" },
	  NULL,
	  "3004-692 Error changing \"home\" to \"tmp\" : it must be an absolute path." },
	{ WPAR_ACCOUNT_MAKE,
	  "ann",
	  { "gecos=a:b" },
	  NULL,
	  "3004-692 Error changing \"gecos\" to \"a:b\" : it must be printable, without colons." },
	{ WPAR_ACCOUNT_MAKE,
	  "ann",
	  { "account_locked=yes" },
	  NULL,
	  "3004-692 Error changing \"account_locked\" to \"yes\" : it must be true or false." },
	{ WPAR_ACCOUNT_MAKE,
	  "ann",
	  { "umask=22" },
	  NULL,
	  "the attribute \"umask\" is not supported; there are id, pgrp, groups, home, shell, "
	  "gecos, account_locked, roles and domains" },
	{ WPAR_ACCOUNT_MAKE,
	  "Ann",
	  { NULL },
	  NULL,
	  "\"Ann\" cannot be the name of a user: at most 32 lower-case letters, digits, '_', '-' "
	  "and '.', a letter or '_' in front" },
	{ WPAR_ACCOUNT_MAKE,
	  "-r",
	  { NULL },
	  NULL,
	  "\"-r\" cannot be the name of a user: at most 32 lower-case letters, digits, '_', '-' "
	  "and '.', a letter or '_' in front" },
};

START_TEST(changes_are_planned)
{
	auto_strv words = { 0 };
	auto_error err = NULL;
	auto_buf line = { 0 };
	int r = wpar_account_plan(plans[_i].change, &all, plans[_i].name,
				  (char *const *)plans[_i].settings, ID_MAX, &words, &err);

	if (plans[_i].says) {
		ck_assert_int_lt(r, 0);
		ck_assert_str_eq(err->msg, plans[_i].says);
		return;
	}
	ck_assert_msg(r == 0, "%s", err ? err->msg : "");
	for (size_t i = 0; i < words.n; i++)
		par_buf_printf(&line, "%s%s", i ? " " : "", words.v[i]);
	ck_assert_str_eq(line.data, plans[_i].words);
}
END_TEST

static Suite *account_suite(void)
{
	Suite *suite = suite_create("account");
	TCase *tc = tcase_create("account");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_test(tc, entries_are_read);
	tcase_add_test(tc, users_are_printed);
	tcase_add_test(tc, groups_and_headings_are_printed);
	tcase_add_test(tc, json_has_types);
	tcase_add_loop_test(tc, changes_are_planned, 0, (int)PAR_ARRAY_SIZE(plans));
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(account_suite)
