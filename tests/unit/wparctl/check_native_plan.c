/* SPDX-License-Identifier: Apache-2.0 */
/* check_native_plan.c - a versioned WPAR as a native one: its specification, and which files stay
 */
#include "harness.h"
#include "wparctl/operations/native_plan.h"

#include <string.h>

static const char old_text[] =
	"general:\n\tname = \"old01\"\n\thostname = \"olds\"\n\tdirectory = \"/wpars/old01\"\n"
	"\tprivateusr = \"yes\"\n\tinit = \"/sbin/init\"\n\tauto = \"yes\"\n\tkey = \"7\"\n"
	"\n"
	"versioned:\n\timage_digest = \"%064d\"\n\tos_name = \"Debian GNU/Linux\"\n"
	"\tos_id = \"debian\"\n\tos_level = \"11.4\"\n\tarchitecture = \"x86_64\"\n"
	"\tkernel_release = \"5.10.0\"\n"
	"\n"
	"network:\n\tinterface = \"eth0\"\n\taddress = \"192.0.2.7\"\n\tnetmask = \"255.255.255.0\"\n"
	"\n"
	"resources:\n\ttotalProcesses = \"500\"\n";

static void read_old(struct wpar_spec *ret)
{
	autofree char *text = par_strdup_printf(old_text, 0);
	auto_error err = NULL;

	ck_assert_ptr_nonnull(text);
	ck_assert_msg(wpar_spec_parse(text, strlen(text), ret, &err) == 0, "%s",
		      par_error_text(err));
	ck_assert_int_eq(wpar_spec_fill_mounts(ret, &err), 0);
	wpar_spec_number_projects(ret, NULL);
}

START_TEST(specification)
{
	auto_spec old = { 0 }, new = { 0 };
	auto_strv notes = { 0 };
	auto_error err = NULL;

	read_old(&old);
	ck_assert_uint_eq(old.n_mounts, 2);
	ck_assert_msg(wpar_native_spec(&old, &new, &notes, &err) == 0, "%s", par_error_text(err));
	ck_assert_ptr_null(new.version.image_digest);
	ck_assert_ptr_null(new.version.os_level);
	ck_assert_ptr_null(new.version.kernel_release);
	ck_assert(new.private_usr);
	ck_assert_str_eq(new.name, "old01");
	ck_assert_str_eq(new.hostname, "olds");
	ck_assert_uint_eq(new.key, 7);
	ck_assert(new.autostart);
	ck_assert_uint_eq(new.n_addresses, 1);
	ck_assert_uint_eq(new.resources.total_processes, 500);
	ck_assert_ptr_null(new.init);
	ck_assert_uint_eq(notes.n, 1);
	ck_assert_ptr_nonnull(strstr(notes.v[0], "/sbin/init"));
	/* The old one is as it was. */
	ck_assert_str_eq(old.version.os_level, "11.4");
	ck_assert_str_eq(old.init, "/sbin/init");
}
END_TEST

START_TEST(file_systems)
{
	static const char *const own[] = { "/", "/home", "/opt", "/tmp", "/usr", "/var" };
	auto_spec old = { 0 }, new = { 0 };
	auto_strv notes = { 0 };

	read_old(&old);
	ck_assert_int_eq(wpar_native_spec(&old, &new, &notes, NULL), 0);
	ck_assert_uint_eq(new.n_mounts, PAR_ARRAY_SIZE(own) + 1);
	for (size_t i = 0; i < PAR_ARRAY_SIZE(own); i++) {
		const struct wpar_mount *m = wpar_spec_mount(&new, own[i]);

		ck_assert_msg(m != NULL, "%s", own[i]);
		ck_assert_str_eq(m->vfs, "directory");
		ck_assert_uint_eq(wpar_mount_size_mib(&new, m), 0);
	}
	ck_assert_str_eq(wpar_spec_mount(&new, "/proc")->vfs, "proc");
	/* The number of the project that counts its root stays. */
	ck_assert_uint_eq(wpar_spec_mount(&new, "/")->project, wpar_spec_mount(&old, "/")->project);
}
END_TEST

START_TEST(a_native_one)
{
	auto_spec old = { 0 }, new = { 0 };
	auto_strv notes = { 0 };
	auto_error err = NULL;

	read_old(&old);
	free(take_ptr(old.version.image_digest));
	ck_assert_int_lt(wpar_native_spec(&old, &new, &notes, &err), 0);
	ck_assert_int_eq(err->id, PAR_E_INVALID_ARGUMENT);
	ck_assert_ptr_null(new.name);
}
END_TEST

START_TEST(files)
{
	static const struct {
		const char *path;
		enum wpar_keeping what;
	} cases[] = {
		{ "", WPAR_KEEP_PART },
		{ "home", WPAR_KEEP_HERE },
		{ "home/ann/.profile", WPAR_KEEP_HERE },
		{ "root/.ssh", WPAR_KEEP_HERE },
		{ "data", WPAR_KEEP_HERE },
		{ "srv/www", WPAR_KEEP_HERE },
		{ "opt/app/bin/tool", WPAR_KEEP_HERE },
		{ "tmp/x", WPAR_KEEP_HERE },
		{ "library", WPAR_KEEP_HERE }, /* not lib */
		{ "lib", WPAR_KEEP_CHANGED },
		{ "bin/ls", WPAR_KEEP_CHANGED },
		{ "usr", WPAR_KEEP_PART },
		{ "usr/local", WPAR_KEEP_HERE },
		{ "usr/local/bin/tool", WPAR_KEEP_HERE },
		{ "usr/bin/ls", WPAR_KEEP_CHANGED },
		{ "etc", WPAR_KEEP_ASIDE },
		{ "etc/passwd", WPAR_KEEP_ASIDE },
		{ "etc/hosts", WPAR_KEEP_HERE },
		{ "etc/hosts.allow", WPAR_KEEP_ASIDE },
		{ "etc/ssh", WPAR_KEEP_ASIDE },
		{ "etc/ssh/ssh_host_rsa_key", WPAR_KEEP_HERE },
		{ "lost+found", WPAR_KEEP_NOT },
		{ "image.data", WPAR_KEEP_NOT },
		{ "var", WPAR_KEEP_PART },
		{ "var/lib", WPAR_KEEP_PART },
		{ "var/lib/mysql/ibdata1", WPAR_KEEP_HERE },
		{ "var/lib/dpkg/status", WPAR_KEEP_ASIDE },
		{ "var/lib/dpkg-cross", WPAR_KEEP_HERE },
		{ "var/spool/cron/crontabs/ann", WPAR_KEEP_HERE },
		{ "var/mail", WPAR_KEEP_HERE },
		{ "var/log/syslog", WPAR_KEEP_HERE },
		{ "var/cache/apt", WPAR_KEEP_NOT },
		{ "var/run/x", WPAR_KEEP_NOT },
		{ "var/adm/ras", WPAR_KEEP_HERE },
		{ "var/adm/migwpar/old", WPAR_KEEP_ASIDE },
		{ "proc/1", WPAR_KEEP_NOT },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(cases); i++)
		ck_assert_msg(wpar_native_keeping(cases[i].path) == cases[i].what, "%s",
			      cases[i].path);
}
END_TEST

START_TEST(splitting)
{
	ck_assert(wpar_native_splits("etc"));
	ck_assert(wpar_native_splits("etc/ssh"));
	ck_assert(wpar_native_splits("var"));
	ck_assert(!wpar_native_splits("etc/hosts"));
	ck_assert(!wpar_native_splits("usr/bin"));
	ck_assert(!wpar_native_splits("home"));
	ck_assert(!wpar_native_splits("va"));
}
END_TEST

/* What is read of the old system at all; the patterns are grep's. */
START_TEST(choice)
{
	auto_strv changed = { 0 }, left_out = { 0 }, patterns = { 0 };

	ck_assert_int_eq(wpar_native_choice(&changed, &left_out), 0);
	ck_assert_int_ge(par_strv_find(&changed, "/usr/bin"), 0);
	ck_assert_int_ge(par_strv_find(&left_out, "/var/cache"), 0);
	ck_assert_int_lt(par_strv_find(&left_out, "/etc"), 0);
	ck_assert_int_lt(par_strv_find(&changed, "/etc"), 0);
	ck_assert_int_eq(wpar_native_pattern("/var/cache", &patterns), 0);
	ck_assert_int_eq(wpar_native_pattern("/vmlinuz.old", &patterns), 0);
	ck_assert_str_eq(patterns.v[0], "^\\./var/cache\\(/\\|$\\)");
	ck_assert_str_eq(patterns.v[1], "^\\./vmlinuz\\.old\\(/\\|$\\)");
}
END_TEST

static Suite *native_plan_suite(void)
{
	Suite *suite = suite_create("wparctl native_plan");
	TCase *tc = tcase_create("native_plan");

	tcase_add_test(tc, specification);
	tcase_add_test(tc, file_systems);
	tcase_add_test(tc, a_native_one);
	tcase_add_test(tc, files);
	tcase_add_test(tc, splitting);
	tcase_add_test(tc, choice);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(native_plan_suite)
