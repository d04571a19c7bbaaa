/* SPDX-License-Identifier: Apache-2.0 */
/* LPARs with auto_start come up once after each boot, over the fake hypervisor. */
#include "daemon_over_fake.h"
#include "lpard/hypervisor/fake/fake.h"

static struct over_fake o;

static void setup(void)
{
	over_fake_start(&o, "[system SYS]\nuri = fake:///?lpars=2\n");
}

static void teardown(void)
{
	over_fake_end(&o);
}

static char *mark(void)
{
	return par_strdup_printf("%s/auto_start.SYS", o.folder);
}

static bool is_marked(void)
{
	autofree char *path = mark();

	return access(path, F_OK) == 0;
}

static void set_auto_start(const char *name)
{
	autofree char *parameters =
		par_strdup_printf("{\"resource\":\"lpar\",\"system\":\"SYS\",\"attributes\":["
				  "{\"name\":\"name\",\"op\":\"set\",\"value\":\"%s\"},"
				  "{\"name\":\"auto_start\",\"op\":\"set\",\"value\":\"1\"},"
				  "{\"name\":\"boot_image\",\"op\":\"set\",\"value\":\"none\"}]}",
				  name);

	ck_assert_str_eq(over_fake_call(&o, "Change", parameters), "{\"parameters\":{}}");
}

static void connect_again(void)
{
	struct lpar_managed *system = over_fake_system(&o, "SYS");

	hv_fake_connection(system->hv, false);
	over_fake_until(&o, !lpar_managed_up(system));
	hv_fake_connection(system->hv, true);
	over_fake_until(&o, lpar_managed_up(system));
}

static bool runs(const char *name)
{
	return lpar_lpar_running(over_fake_lpar(&o, name));
}

/* The machine was booted: the id that is written there is another one. */
static void boot(void)
{
	autofree char *path = mark();
	FILE *f = fopen(path, "we");

	ck_assert_ptr_nonnull(f);
	fputs("another boot\n", f);
	fclose(f);
}

START_TEST(once_per_boot)
{
	over_fake_until(&o, is_marked()); /* nothing to do is done, too */
	set_auto_start("fake0001");
	connect_again();
	ck_assert(!runs("fake0001"));
	boot();
	connect_again();
	over_fake_until(&o, runs("fake0001") && !over_fake_lpar(&o, "fake0001")->job);
	ck_assert(!runs("fake0002"));
	connect_again();
	ck_assert_int_eq(over_fake_lpar(&o, "fake0001")->live.run_id, 1);
}
END_TEST

/* One that was never activated: with its default profile. */
START_TEST(never_activated)
{
	over_fake_make(&o, "new");
	set_auto_start("new");
	boot();
	connect_again();
	over_fake_until(&o, runs("new"));
	ck_assert_str_eq(over_fake_lpar(&o, "new")->part->current->profile.name, "default");
}
END_TEST

/* One that cannot be started does not hold up the others, and is not tried again. */
START_TEST(failing)
{
	over_fake_make(&o, "nomem");
	set_auto_start("nomem");
	set_auto_start("fake0002");
	boot();
	connect_again();
	over_fake_until(&o, runs("fake0002") && over_fake_lpar(&o, "nomem")->part->error_refcode &&
				    !over_fake_lpar(&o, "nomem")->job);
	for (int i = 0; i < 5; i++)
		over_fake_step(&o);
	ck_assert(is_marked());
}
END_TEST

static Suite *auto_start_suite(void)
{
	Suite *s = suite_create("auto_start");
	TCase *t = tcase_create("auto_start");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, once_per_boot);
	tcase_add_test(t, never_activated);
	tcase_add_test(t, failing);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(auto_start_suite)
