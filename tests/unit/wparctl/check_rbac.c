/* SPDX-License-Identifier: Apache-2.0 */
/* check_rbac.c - databases of roles and domains, and who may do what */
#include "harness.h"
#include "wparctl/rbac/decide.h"

#include <string.h>

static struct wpar_rbac db;

static void set_up(void)
{
	wpar_rbac_init(&db);
}

static void tear_down(void)
{
	wpar_rbac_done(&db);
}

static void parse(enum wpar_rbac_which which, const char *text)
{
	auto_error err = NULL;
	int r = wpar_rbac_parse(text, strlen(text), &db.tables[which], &err);

	ck_assert_msg(r == 0, "%s", err ? err->msg : "");
}

/* The databases that the decisions below are made of. */
static void parse_all(void)
{
	parse(WPAR_RBAC_ROLES,
	      "ops:\n\tauthorizations = aix.wpar.system.start,aix.wpar.system.stop\n"
	      "login:\n\tauthorizations = aix.wpar.system.login\n"
	      "both:\n\trolelist = ops,login\n"
	      "all:\n\tauthorizations = aix.wpar\n"
	      "maker:\n\tauthorizations = aix.wpar.system.create\n"
	      "own:\n\tauthorizations = aix.wpar.owner\n"
	      "a:\n\trolelist = b\n"
	      "b:\n\trolelist = a\n\tauthorizations = aix.wpar.system.stop\n");
	parse(WPAR_RBAC_DOMAINS, "web:\n\tid = 1\ndb:\n\tid = 2\n");
	parse(WPAR_RBAC_OBJECTS,
	      "web01:\n\tdomains = web\n\tobjtype = wpar\n"
	      "both01:\n\tdomains = web,db\n\tobjtype = wpar\n"
	      "any01:\n\tdomains = web,db\n\tobjtype = wpar\n\tsecflags = FSF_DOM_ANY\n"
	      "nodb:\n\tdomains = web\n\tconflictsets = db\n\tobjtype = wpar\n");
	parse(WPAR_RBAC_USERS, "ann:\n\troles = ops\n\tdomains = web\n"
			       "bob:\n\troles = both\n\tdomains = web,db\n"
			       "cat:\n\troles = ops\n"
			       "dan:\n\troles = own\n\tdomains = db\n"
			       "eve:\n\tdomains = web\n"
			       "fay:\n\troles = all\n\tdomains = web\n"
			       "gus:\n\troles = a\n"
			       "hal:\n\troles = maker\n\tdomains = web\n"
			       "ian:\n\troles = nosuchrole,ops\n\tdomains = web\n"
			       "joe:\n\troles = all\n");
}

static const struct {
	const char *user, *wpar, *owner;
	unsigned int rights;
	const char *yes, *no; /* one of them: what it comes from, or a part of the refusal */
	bool application;
} decisions[] = {
	{ "ann", "web01", "root", WPAR_RIGHT_START, "aix.wpar.system.start by role ops, domain web",
	  NULL },
	{ "ann", "web01", "root", WPAR_RIGHT_START | WPAR_RIGHT_STOP,
	  "aix.wpar.system.start by role ops, aix.wpar.system.stop by role ops, domain web", NULL },
	{ "ann", "web01", "root", WPAR_RIGHT_LOGIN, NULL,
	  "none of your roles has "
	  "aix.wpar.system.login" },
	{ "ann", "web01", "root", WPAR_RIGHT_START | WPAR_RIGHT_LOGIN, NULL, "none of your roles" },
	{ "ann", "both01", "root", WPAR_RIGHT_START, NULL, "a domain that is not yours" },
	{ "ann", "any01", "root", WPAR_RIGHT_START, "by role ops, domain web,db", NULL },
	{ "ann", "free", "root", WPAR_RIGHT_START, NULL, "it is in no domain" },
	{ "bob", "both01", "root", WPAR_RIGHT_LOGIN, "by role login, domain web,db", NULL },
	{ "bob", "nodb", "root", WPAR_RIGHT_START, NULL, "shuts out one of your domains" },
	{ "bob", "nodb", "bob", WPAR_RIGHT_START, NULL, "shuts out one of your domains" },
	{ "cat", "free", "root", WPAR_RIGHT_START, "aix.wpar.system.start by role ops", NULL },
	{ "cat", "web01", "root", WPAR_RIGHT_START, NULL, "a domain that is not yours" },
	{ "cat", "any01", "root", WPAR_RIGHT_START, NULL, "a domain that is not yours" },
	{ "dan", "web01", "dan", WPAR_RIGHT_LOGIN, "aix.wpar.owner by role own", NULL },
	{ "dan", "web01", "dan", WPAR_RIGHT_REMOVE | WPAR_RIGHT_STOP, "aix.wpar.owner by role own",
	  NULL },
	{ "dan", "web01", "ann", WPAR_RIGHT_START, NULL, "none of your roles" },
	{ "dan", "web01", NULL, WPAR_RIGHT_CREATE, NULL, "none of your roles" },
	{ "ann", "web01", "ann", WPAR_RIGHT_LOGIN, NULL, "none of your roles" },
	{ "eve", "web01", "eve", WPAR_RIGHT_START, NULL, "none of your roles" },
	{ "fay", "web01", "root", WPAR_RIGHT_CHANGE | WPAR_RIGHT_LOGIN,
	  "aix.wpar.system.change by role all", NULL },
	{ "gus", "free", "root", WPAR_RIGHT_STOP, "aix.wpar.system.stop by role b", NULL },
	{ "gus", "free", "root", WPAR_RIGHT_START, NULL, "none of your roles" },
	{ "hal", "web01", NULL, WPAR_RIGHT_CREATE,
	  "aix.wpar.system.create by role maker, domain web", NULL },
	{ "hal", "free", NULL, WPAR_RIGHT_CREATE, NULL, "has not been put into a domain" },
	{ "joe", "free", NULL, WPAR_RIGHT_CREATE, NULL, "has not been put into a domain" },
	{ "hal", "both01", NULL, WPAR_RIGHT_CREATE, NULL, "a domain that is not yours" },
	{ "hal", "web01", NULL, WPAR_RIGHT_CREATE | WPAR_RIGHT_START, NULL, "none of your roles" },
	{ "ian", "web01", "root", WPAR_RIGHT_START, "by role ops", NULL },
	/* A job is the user's own, whatever it is called, but no other domain's name. */
	{ "dan", "job", NULL, WPAR_RIGHT_RUN, "aix.wpar.owner by role own", NULL },
	{ "dan", "web01", NULL, WPAR_RIGHT_RUN, NULL, "a domain that is not yours" },
	{ "dan", "nodb", NULL, WPAR_RIGHT_RUN, NULL, "shuts out one of your domains" },
	{ "fay", "web01", NULL, WPAR_RIGHT_RUN, "aix.wpar.owner by role all", NULL },
	{ "ann", "job", NULL, WPAR_RIGHT_RUN, NULL, "none of your roles has aix.wpar.owner" },
	{ "nobody", "web01", "root", WPAR_RIGHT_START, NULL, "none of your roles" },
	{ "", "", "", WPAR_RIGHT_START, NULL, "none of your roles" },
	{ "fay", "web01", "root", WPAR_RIGHT_STOP, NULL, "it is an application workload partition",
	  true },
	{ "joe", "free", "root", WPAR_RIGHT_LOGIN, NULL, "it is an application workload partition",
	  true },
	{ "dan", "free", "dan", WPAR_RIGHT_STOP, "aix.wpar.owner by role own", NULL, true },
	{ "cat", "free", "cat", WPAR_RIGHT_STOP, NULL, "it is an application workload partition",
	  true },
};

START_TEST(it_is_decided)
{
	const struct wpar_rbac_object object = { decisions[_i].wpar, decisions[_i].owner,
						 decisions[_i].application };
	auto_error err = NULL;
	auto_buf why = { 0 };
	int r;

	parse_all();
	r = wpar_rbac_decide(&db, decisions[_i].user, decisions[_i].rights, &object, &why, &err);
	ck_assert_msg((r == 0) == (decisions[_i].yes != NULL), "%s on %s: %s", decisions[_i].user,
		      decisions[_i].wpar, err ? err->msg : why.data);
	if (r == 0)
		ck_assert_msg(strstr(why.data, decisions[_i].yes) != NULL, "%s", why.data);
	else
		ck_assert_msg(strstr(err->msg, decisions[_i].no) != NULL, "%s", err->msg);
	if (r < 0)
		ck_assert_int_eq(err->id, PAR_E_NOT_PERMITTED);
}
END_TEST

START_TEST(an_authorization_includes_those_below_it)
{
	ck_assert(wpar_auth_includes("aix.wpar", "aix.wpar.system.start"));
	ck_assert(wpar_auth_includes("aix.wpar.system.start", "aix.wpar.system.start"));
	ck_assert(!wpar_auth_includes("aix.wpar.system.sta", "aix.wpar.system.start"));
	ck_assert(!wpar_auth_includes("aix.wpar.system.start.more", "aix.wpar.system.start"));
	ck_assert(!wpar_auth_includes("", "aix.wpar"));
	for (unsigned int right = 1; right < WPAR_RIGHT_END; right <<= 1)
		ck_assert_ptr_nonnull(wpar_auth_of_right((enum wpar_right)right));
}
END_TEST

START_TEST(a_file_is_read_and_written)
{
	static const char text[] = "* a comment\nops:\n\tauthorizations = aix.wpar.owner\n"
				   "\tdfltmsg = \"say \\\"hi\\\"\"\n\n\tid = 7\n\nempty:\n";
	auto_buf out = { 0 };

	parse(WPAR_RBAC_ROLES, text);
	ck_assert_int_eq(wpar_rbac_write(&db.tables[WPAR_RBAC_ROLES], &out), 0);
	ck_assert_str_eq(out.data, "ops:\n\tauthorizations = aix.wpar.owner\n"
				   "\tdfltmsg = \"say \\\"hi\\\"\"\n\tid = 7\n\nempty:\n");
}
END_TEST

static const char *const corrupt[] = {
	"id = 1\n",
	"ops:\n\tid = 0\n",
	"ops:\n\tid = 1\n\tid = 2\n",
	"ops:\nops:\n",
	"ALL:\n",
	"-ops:\n",
	"a b:\n",
	"ops:\n\tscreens = *\n",
	"ops:\n\tauthorizations = aix.fs\n",
	"ops:\n\tauthorizations = aix.wpar,\n",
	"ops:\n\tauthorizations = aix.wpar,aix.wpar\n",
	"ops:\n\tid = 1\nother:\n\tid = 1\n",
	"ops:\n\tdfltmsg = \033[2J\n",
	"ops:\n\tid\n",
};

START_TEST(a_corrupt_file_has_no_rows)
{
	auto_error err = NULL;

	ck_assert_int_lt(wpar_rbac_parse(corrupt[_i], strlen(corrupt[_i]),
					 &db.tables[WPAR_RBAC_ROLES], &err),
			 0);
	ck_assert_int_eq(err->id, PAR_E_CORRUPT);
	ck_assert_uint_eq(db.tables[WPAR_RBAC_ROLES].n, 0);
}
END_TEST

START_TEST(lists_grow_and_shrink)
{
	struct wpar_rbac_table *t = &db.tables[WPAR_RBAC_OBJECTS];
	struct wpar_rbac_row *row;

	ck_assert_int_eq(wpar_rbac_add(t, "web01", &row, NULL), 0);
	ck_assert_int_eq(wpar_rbac_set(t, row, "domains=web", NULL), 0);
	ck_assert_int_eq(wpar_rbac_set(t, row, "domains=+db,web,app", NULL), 0);
	ck_assert_str_eq(wpar_rbac_value(t, row, "domains"), "web,db,app");
	ck_assert_int_eq(wpar_rbac_set(t, row, "domains=-web,nosuch", NULL), 0);
	ck_assert_str_eq(wpar_rbac_value(t, row, "domains"), "db,app");
	ck_assert_int_eq(wpar_rbac_set(t, row, "domains=", NULL), 0);
	ck_assert_str_eq(wpar_rbac_value(t, row, "domains"), "");
	ck_assert_int_lt(wpar_rbac_set(t, row, "objtype=file", NULL), 0);
	ck_assert_int_lt(wpar_rbac_set(t, row, "nosuch=1", NULL), 0);
	ck_assert_int_lt(wpar_rbac_set(t, row, "domains", NULL), 0);
	ck_assert_int_lt(wpar_rbac_set(t, row, "domains=+", NULL), 0);
	ck_assert_int_lt(wpar_rbac_add(t, "a b", &row, NULL), 0);
	ck_assert_int_lt(wpar_rbac_add(t, "#web", &row, NULL), 0);
}
END_TEST

START_TEST(ids_are_given)
{
	struct wpar_rbac_table *t = &db.tables[WPAR_RBAC_DOMAINS];
	struct wpar_rbac_row *row;

	parse(WPAR_RBAC_DOMAINS, "a:\n\tid = 1\nb:\n\tid = 3\n");
	ck_assert_int_eq(wpar_rbac_add(t, "c", &row, NULL), 0);
	ck_assert_int_lt(wpar_rbac_set(t, row, "id=3", NULL), 0);
	ck_assert_int_lt(wpar_rbac_set(t, row, "id=1025", NULL), 0);
	ck_assert_int_eq(wpar_rbac_give_id(t, row, NULL), 0);
	ck_assert_str_eq(wpar_rbac_value(t, row, "id"), "2");
	wpar_rbac_remove(t, wpar_rbac_find(t, "a"));
	ck_assert_uint_eq(t->n, 2);
	ck_assert_ptr_null(wpar_rbac_find(t, "a"));
	ck_assert_str_eq(t->v[1].name, "c");
}
END_TEST

static Suite *rbac_suite(void)
{
	Suite *s = suite_create("rbac");
	TCase *tc = tcase_create("rbac");

	tcase_add_checked_fixture(tc, set_up, tear_down);
	tcase_add_loop_test(tc, it_is_decided, 0, (int)PAR_ARRAY_SIZE(decisions));
	tcase_add_test(tc, an_authorization_includes_those_below_it);
	tcase_add_test(tc, a_file_is_read_and_written);
	tcase_add_loop_test(tc, a_corrupt_file_has_no_rows, 0, (int)PAR_ARRAY_SIZE(corrupt));
	tcase_add_test(tc, lists_grow_and_shrink);
	tcase_add_test(tc, ids_are_given);
	suite_add_tcase(s, tc);
	return s;
}

PAR_TEST_MAIN(rbac_suite)
