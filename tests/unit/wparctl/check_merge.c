/* SPDX-License-Identifier: Apache-2.0 */
/* check_merge.c - the users and groups of an old system beside those of the new one */
#include "harness.h"
#include "wparctl/accounts/merge.h"

static const struct wpar_account_texts native = {
	.passwd = "root:x:0:0:root:/root:/bin/bash\n"
		  "mail:x:8:8:mail:/var/mail:/usr/sbin/nologin\n"
		  "messagebus:x:100:101::/nonexistent:/usr/sbin/nologin\n"
		  "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n",
	.group = "root:x:0:\nmail:x:8:\nstaff:x:50:\nmessagebus:x:101:\nnogroup:x:65534:\n",
	.shadow = "root:*:20000:0:99999:7:::\nmail:*:20000:0:99999:7:::\n"
		  "messagebus:*:20000:0:99999:7:::\nnobody:*:20000:0:99999:7:::\n",
	.gshadow = "",
};

static void merge(const struct wpar_account_texts *old, struct wpar_accounts_merged *ret)
{
	ck_assert_int_eq(wpar_accounts_merge(&native, old, 65535, ret), 0);
}

START_TEST(own_users)
{
	const struct wpar_account_texts old = {
		.passwd = "root:x:0:0:old root:/root:/bin/zsh\n"
			  "mail:x:8:8:mail:/var/mail:/bin/sh\n"
			  "ann:x:1000:1000:Ann,,,:/home/ann:/bin/bash\n"
			  "Bob.B:x:1001:50::/home/bob:/bin/ksh\n",
		.group =
			"root:x:0:\nstaff:x:50:ann,nobody-else\nann:x:1000:\nteam:x:1500:Bob.B,ann,ann\n",
		.shadow = "root:$6$r:19000:0:99999:7:::\nann:$6$a:19001:0:99999:7::20500:\n",
	};
	auto_merged m = { 0 };

	merge(&old, &m);
	ck_assert_str_eq(m.passwd.data,
			 "root:x:0:0:root:/root:/bin/bash\n"
			 "mail:x:8:8:mail:/var/mail:/usr/sbin/nologin\n"
			 "messagebus:x:100:101::/nonexistent:/usr/sbin/nologin\n"
			 "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
			 "ann:x:1000:1000:Ann,,,:/home/ann:/bin/bash\n"
			 "Bob.B:x:1001:50::/home/bob:/bin/ksh\n");
	ck_assert_str_eq(m.group.data, "root:x:0:\nmail:x:8:\nstaff:x:50:ann\nmessagebus:x:101:\n"
				       "nogroup:x:65534:\nann:x:1000:\nteam:x:1500:Bob.B,ann\n");
	ck_assert_str_eq(m.shadow.data,
			 "root:$6$r:19000:0:99999:7:::\nmail:*:20000:0:99999:7:::\n"
			 "messagebus:*:20000:0:99999:7:::\nnobody:*:20000:0:99999:7:::\n"
			 "ann:$6$a:19001:0:99999:7::20500:\nBob.B:*:::::::\n");
	ck_assert_ptr_nonnull(strstr(m.gshadow.data, "\nteam:*::Bob.B,ann\n"));
	ck_assert_uint_eq(m.uids.n + m.gids.n + m.notes.n, 0);
}
END_TEST

/* The numbers of services differ from system to system. */
START_TEST(numbers)
{
	const struct wpar_account_texts old = {
		.passwd = "root:x:0:0::/root:/bin/sh\n"
			  "mysql:x:100:101:MySQL:/var/lib/mysql:/bin/false\n"
			  "messagebus:x:102:103::/:/bin/false\n"
			  "postgres:x:999:999::/var/lib/postgresql:/bin/bash\n"
			  "ann:x:70000:100::/home/ann:/bin/sh\n",
		.group = "root:x:0:\nmysql:x:101:\nmessagebus:x:103:\npostgres:x:999:\n"
			 "users:x:100:\n",
	};
	auto_merged m = { 0 };

	merge(&old, &m);
	/* 999 is postgres's in the old system, so it is given to nobody else. */
	ck_assert_ptr_nonnull(strstr(m.passwd.data, "\nmysql:x:998:998:MySQL:"));
	ck_assert_ptr_nonnull(strstr(m.passwd.data, "\npostgres:x:999:999:"));
	ck_assert_ptr_nonnull(strstr(m.passwd.data, "\nmessagebus:x:100:101:"));
	ck_assert_ptr_nonnull(strstr(m.passwd.data, "\nann:x:1000:100:"));
	ck_assert_ptr_nonnull(strstr(m.group.data, "\nmysql:x:998:\n"));
	ck_assert_uint_eq(wpar_id_changed(&m.uids, 100), 998);
	ck_assert_uint_eq(wpar_id_changed(&m.uids, 102), 100);
	ck_assert_uint_eq(wpar_id_changed(&m.uids, 70000), 1000);
	ck_assert_uint_eq(wpar_id_changed(&m.uids, 0), 0);
	ck_assert_uint_eq(wpar_id_changed(&m.gids, 101), 998);
	ck_assert_uint_eq(wpar_id_changed(&m.gids, 103), 101);
	ck_assert_uint_eq(wpar_id_changed(&m.gids, 5555), 5555);
	ck_assert_uint_eq(m.uids.n, 3);
	ck_assert_uint_eq(m.gids.n, 2);
	ck_assert_uint_eq(m.notes.n, 3);
	ck_assert_str_eq(m.notes.v[0],
			 "The group mysql has the number 998 instead of 101, which is "
			 "another's in this system.");
	ck_assert_str_eq(m.notes.v[2],
			 "The user ann has the number 1000 instead of 70000, which is "
			 "too high for a workload partition.");
}
END_TEST

/* Two names of one number; also where the other one comes before root. */
START_TEST(same_number)
{
	const struct wpar_account_texts old = {
		.passwd = "toor:hash1:0:0::/root:/bin/sh\nroot:hash2:0:0::/root:/bin/sh\n"
			  "web1:x:33:33::/:/bin/sh\nweb2:x:33:33::/:/bin/sh\n"
			  "web1:x:34:34:second:/:/bin/sh\n",
		.group = "root:x:0:\nweb:x:33:\n",
	};
	auto_merged m = { 0 };

	merge(&old, &m);
	ck_assert_ptr_nonnull(strstr(m.passwd.data, "\ntoor:x:0:0:"));
	ck_assert_ptr_nonnull(strstr(m.passwd.data, "\nweb1:x:33:33:"));
	ck_assert_ptr_nonnull(strstr(m.passwd.data, "\nweb2:x:33:33:"));
	ck_assert_ptr_null(strstr(m.passwd.data, "second"));
	/* An old system without shadow has its passwords in passwd. */
	ck_assert_ptr_nonnull(strstr(m.shadow.data, "root:hash2:::::::\n"));
	ck_assert_ptr_nonnull(strstr(m.shadow.data, "\ntoor:hash1:::::::\n"));
	ck_assert_uint_eq(m.uids.n + m.gids.n, 0);
	ck_assert_uint_eq(m.notes.n, 1); /* the second web1 */
}
END_TEST

/* Root's number stays root's, and a number that of the name that has it here. */
START_TEST(root_stays_root)
{
	const struct wpar_account_texts old = {
		.passwd = "mail:x:0:0::/:/bin/sh\nroot:x:0:0::/root:/bin/sh\nu2:x:0:0::/:/bin/sh\n"
			  "nobody:x:100:100::/:/bin/sh\nmessagebus:x:100:101::/:/bin/sh\n",
		.group = "mail:x:0:\nroot:x:0:\nmessagebus:x:101:\n",
	};
	auto_merged m = { 0 };

	merge(&old, &m);
	ck_assert_uint_eq(wpar_id_changed(&m.uids, 0), 0);
	ck_assert_uint_eq(wpar_id_changed(&m.gids, 0), 0);
	ck_assert_uint_eq(wpar_id_changed(&m.uids, 100), 100);
	ck_assert_ptr_nonnull(strstr(m.passwd.data, "\nu2:x:0:0:"));
	ck_assert_ptr_nonnull(strstr(m.passwd.data, "\nmail:x:8:8:"));
	ck_assert_uint_eq(m.notes.n, 3);
	ck_assert_str_eq(
		m.notes.v[1],
		"The user mail had the number 0 together with others; files of that number "
		"have 0 now, and mail is 8.");
}
END_TEST

/* What is not taken is named. */
START_TEST(lines_that_are_no_entries)
{
	const struct wpar_account_texts old = {
		.passwd = "root:x:0:0::/root:/bin/sh\na b:x:1500:100::/:/bin/sh\n\n# c\n"
			  "eight:x:1501:100::/:/bin/sh:8\n",
		.group = "root:x:0:\nteam:x:x:\n",
	};
	auto_merged m = { 0 };

	merge(&old, &m);
	ck_assert_uint_eq(m.notes.n, 2);
	ck_assert_str_eq(m.notes.v[0], "2 lines of the old passwd are left out, line 2 the first: "
				       "they are no entries of their own.");
	ck_assert_str_eq(m.notes.v[1],
			 "Line 2 of the old group is left out: it is no entry of its own.");
}
END_TEST

/* A user's group of which there is only the number: not that of another name. */
START_TEST(nameless_group)
{
	const struct wpar_account_texts old = {
		.passwd = "ann:x:1000:50::/home/ann:/bin/sh\nbob:x:1001:50::/home/bob:/bin/sh\n"
			  "eve:x:1002:4444::/:/bin/sh\n",
		.group = "",
	};
	auto_merged m = { 0 };

	merge(&old, &m);
	ck_assert_ptr_nonnull(strstr(m.passwd.data, "\nann:x:1000:999:"));
	ck_assert_ptr_nonnull(strstr(m.passwd.data, "\nbob:x:1001:999:"));
	ck_assert_ptr_nonnull(strstr(m.passwd.data, "\neve:x:1002:4444:"));
	ck_assert_uint_eq(wpar_id_changed(&m.gids, 50), 999);
	ck_assert_uint_eq(m.notes.n, 1);
}
END_TEST

/* Foreign bytes: what is no entry is none. */
START_TEST(bad_lines)
{
	const struct wpar_account_texts old = {
		.passwd = "+::::::\n+@netgroup:x:0:0:::\nshort:x:1\n:x:1200:1200:::\n"
			  "a b:x:1201:1:::\na/b:x:1202:1:::\n-x:x:1203:1:::\nneg:x:-1:1:::\n"
			  "big:x:4294967295:1:::\nhex:x:0x10:1:::\nnogid:x:1204::::\n"
			  "\x1b[2J:x:1205:1:::\nfine:x:1206:1206:\xff:/:/bin/sh",
		.group = "g:x:1300:fine,,a b,none,fine\nbad:x:y:fine\n",
		.shadow = "fine:a:b\nfine:p:1:::::::\nfine:$q:2::::::\n",
	};
	auto_merged m = { 0 };

	merge(&old, &m);
	ck_assert_ptr_nonnull(strstr(m.passwd.data, "nologin\nfine:x:1206:1206:\xff:/:/bin/sh\n"));
	ck_assert_ptr_nonnull(strstr(m.group.data, "\ng:x:1300:fine\n"));
	ck_assert_ptr_null(strstr(m.group.data, "bad"));
	ck_assert_ptr_nonnull(strstr(m.shadow.data, "\nfine:$q:2::::::\n"));
	ck_assert_uint_eq(m.notes.n, 2);
}
END_TEST

/* No number is left. */
START_TEST(full)
{
	struct wpar_account_texts old = { .group = "root:x:0:\n" };
	auto_buf passwd = { 0 };
	auto_merged m = { 0 };
	const uint32_t id_max = 1010;

	for (int i = 0; i < 20; i++)
		par_buf_printf(&passwd, "u%d:x:%d:0:::\n", i, 100000 + i);
	old.passwd = passwd.data;
	ck_assert_int_eq(wpar_accounts_merge(&native, &old, id_max, &m), 0);
	ck_assert_ptr_nonnull(strstr(m.passwd.data, "\nu9:x:1009:0:"));
	ck_assert_ptr_null(strstr(m.passwd.data, "\nu10:"));
	ck_assert_uint_eq(m.notes.n, 20);
	ck_assert_str_eq(m.notes.v[19], "The user u19 is left out: no number is free for it.");
}
END_TEST

/* A system that has none of the files. */
START_TEST(nothing)
{
	auto_merged m = { 0 };

	merge(&(struct wpar_account_texts){ 0 }, &m);
	ck_assert_str_eq(m.passwd.data, native.passwd);
	ck_assert_str_eq(m.group.data, native.group);
	ck_assert_str_eq(m.shadow.data, native.shadow);
	ck_assert_uint_eq(m.uids.n + m.gids.n + m.notes.n, 0);
}
END_TEST

static Suite *merge_suite(void)
{
	Suite *suite = suite_create("wparctl accounts merge");
	TCase *tc = tcase_create("merge");

	tcase_add_test(tc, own_users);
	tcase_add_test(tc, numbers);
	tcase_add_test(tc, same_number);
	tcase_add_test(tc, root_stays_root);
	tcase_add_test(tc, lines_that_are_no_entries);
	tcase_add_test(tc, nameless_group);
	tcase_add_test(tc, bad_lines);
	tcase_add_test(tc, full);
	tcase_add_test(tc, nothing);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(merge_suite)
