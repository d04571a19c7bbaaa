/* SPDX-License-Identifier: Apache-2.0 */
/* check_native_services.c - what starts in a WPAR that was a versioned one */
#include "harness.h"
#include "wparctl/operations/native_services.h"

#include <string.h>

static const struct wpar_service_texts native = {
	.subsystems = "cron:\n\tpath = \"/usr/sbin/cron\"\n\tcmdargs = \"-f\"\n",
	.inittab = "init:2:initdefault:\ncron:2:once:/usr/bin/startsrc -s cron\n",
};

/* The programs of the new system. */
static bool has(const char *program, void *user)
{
	static const char *const there[] = { "/usr/sbin/cron", "/usr/local/bin/stock",
					     "/opt/app/run", "/etc/init.d/ssh" };

	(void)user;
	for (size_t i = 0; i < PAR_ARRAY_SIZE(there); i++) {
		if (strcmp(program, there[i]) == 0)
			return true;
	}
	return false;
}

static void merge(const struct wpar_service_texts *old, struct wpar_services_merged *ret)
{
	static struct wpar_id_change changes[] = { { 101, 998 } };
	const struct wpar_id_changes uids = { changes, 1 };

	ck_assert_int_eq(wpar_services_merge(&native, old, has, NULL, &uids, ret), 0);
}

START_TEST(subsystems)
{
	const struct wpar_service_texts old = {
		.subsystems = "cron:\n\tpath = \"/usr/sbin/cron\"\n\tcmdargs = \"-f -L 7\"\n\n"
			      "stock:\n\tpath = \"/usr/local/bin/stock\"\n\tuid = \"101\"\n\n"
			      "lost:\n\tpath = \"/usr/sbin/lostd\"\n",
	};
	auto_services m = { 0 };

	merge(&old, &m);
	ck_assert_ptr_nonnull(strstr(m.subsystems.data, "-f -L 7"));
	ck_assert_ptr_nonnull(strstr(m.subsystems.data, "stock:\n"));
	ck_assert_ptr_nonnull(strstr(m.subsystems.data, "\"998\""));
	ck_assert_ptr_null(strstr(m.subsystems.data, "lost"));
	ck_assert_str_eq(m.inittab.data, native.inittab);
	ck_assert_uint_eq(m.notes.n, 1);
	ck_assert_str_eq(m.notes.v[0], "The subsystem lost is left out: its program "
				       "/usr/sbin/lostd is not there.");
}
END_TEST

START_TEST(inittab_lines)
{
	const struct wpar_service_texts old = {
		.subsystems = "stock:\n\tpath = \"/usr/local/bin/stock\"\n\n"
			      "lost:\n\tpath = \"/usr/sbin/lostd\"\n",
		.inittab = "# comment\ninit:3:initdefault:\n"
			   "cron:2:once:/usr/bin/startsrc -s cron\n"
			   "stock:2:once:/usr/bin/startsrc -s stock\n"
			   "lost:2:once:/usr/bin/startsrc -s lost\n"
			   "app:2:respawn:/opt/app/run -x; true\n"
			   "app:2:respawn:/opt/app/run twice\n"
			   "gone:2:wait:/opt/app/gone\n"
			   "l2:2:wait:/etc/init.d/ssh start\n"
			   "more:2:wait:/opt/app/run \\\nand on\n"
			   "no line\n::::\na-name-that-is-too-long:2:once:/opt/app/run\n",
	};
	auto_services m = { 0 };

	merge(&old, &m);
	ck_assert_str_eq(m.inittab.data, "init:2:initdefault:\n"
					 "cron:2:once:/usr/bin/startsrc -s cron\n"
					 "stock:2:once:/usr/bin/startsrc -s stock\n"
					 "app:2:respawn:/opt/app/run -x; true\n");
	ck_assert_uint_eq(m.notes.n, 2);
	ck_assert_ptr_nonnull(strstr(m.notes.v[1], "/etc/inittab"));
}
END_TEST

START_TEST(image_command)
{
	struct wpar_service_texts old = {
		.subsystems = "image:\n\tpath = \"/etc/rc.image\"\n",
		.inittab = "image:2:once:/usr/bin/startsrc -s image\n",
		.image_program = "/bin/httpd",
	};
	auto_services gone = { 0 }, kept = { 0 };

	merge(&old, &gone);
	ck_assert_ptr_null(strstr(gone.subsystems.data, "image"));
	ck_assert_ptr_null(strstr(gone.inittab.data, "image"));
	ck_assert_ptr_nonnull(strstr(gone.notes.v[0], "/bin/httpd"));
	old.image_program = "/opt/app/run";
	merge(&old, &kept);
	ck_assert_ptr_nonnull(strstr(kept.subsystems.data, "image:\n"));
	ck_assert_ptr_nonnull(strstr(kept.inittab.data, "startsrc -s image"));
}
END_TEST

/* Foreign bytes; and a system that has none of the files. */
START_TEST(bad)
{
	const struct wpar_service_texts old = { .subsystems = "x:\n\tnothing\n",
						.inittab = "x\x1b:2:once:/opt/app/run\n" };
	auto_services m = { 0 }, none = { 0 };

	merge(&old, &m);
	ck_assert_str_eq(m.inittab.data, native.inittab);
	ck_assert_uint_eq(m.notes.n, 1);
	ck_assert_ptr_nonnull(strstr(m.notes.v[0], "SRCsubsys"));
	merge(&(struct wpar_service_texts){ 0 }, &none);
	ck_assert_str_eq(none.inittab.data, native.inittab);
	ck_assert_ptr_nonnull(strstr(none.subsystems.data, "cron:\n"));
	ck_assert_uint_eq(none.notes.n, 0);
}
END_TEST

static Suite *native_services_suite(void)
{
	Suite *suite = suite_create("wparctl native_services");
	TCase *tc = tcase_create("native_services");

	tcase_add_test(tc, subsystems);
	tcase_add_test(tc, inittab_lines);
	tcase_add_test(tc, image_command);
	tcase_add_test(tc, bad);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(native_services_suite)
