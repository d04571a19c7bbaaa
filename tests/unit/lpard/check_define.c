/* SPDX-License-Identifier: Apache-2.0 */
/* Create, Save, Change, Apply, Remove over the fake hypervisor. */
#include "hypervisor_gate.h"

static struct over_fake o;

#define OK "{\"parameters\":{}}"

static void setup(void)
{
	over_fake_start(&o, "[system SYS]\nuri = fake:///\n");
	gates_install(over_fake_system(&o, "SYS"));
	over_fake_make(&o, "lp1");
}

static void teardown(void)
{
	over_fake_end(&o);
}

static void call(const char *method, const char *parameters, const char *answer)
{
	autofree char *all =
		par_strdup_printf("{\"system\":\"SYS\"%s%s}", *parameters ? "," : "", parameters);
	const char *heard = over_fake_call(&o, method, all);

	ck_assert_msg(strstr(heard, answer) != NULL, "%s %s: \"%s\" instead of \"%s\"", method, all,
		      heard, answer);
}

/* Change one attribute other than the one that names the LPAR or the profile. */
static void set(const char *resource, const char *names, const char *name, const char *value,
		const char *answer)
{
	autofree char *parameters =
		par_strdup_printf("\"resource\":\"%s\",\"attributes\":[%s,{\"name\":\"%s\",\"op\":"
				  "\"set\",\"value\":\"%s\"}]",
				  resource, names, name, value);

	call("Change", parameters, answer);
}

#define LP1 "{\"name\":\"name\",\"op\":\"set\",\"value\":\"lp1\"}"
#define DEFAULT                                                      \
	"{\"name\":\"lpar_name\",\"op\":\"set\",\"value\":\"lp1\"}," \
	"{\"name\":\"name\",\"op\":\"set\",\"value\":\"default\"}"

/* What was answered is in the copy already. */
START_TEST(changes)
{
	set("lpar", LP1, "new_name", "other", OK);
	ck_assert_ptr_null(over_fake_lpar(&o, "lp1"));
	ck_assert_ptr_nonnull(over_fake_lpar(&o, "other"));
	over_fake_make(&o, "lp1");
	set("lpar", LP1, "new_name", "other", "HSCL05DE");
	set("lpar", LP1, "colour", "red", "The invalid attribute is colour");
	set("prof", DEFAULT, "desired_mem", "768", OK);
	ck_assert_uint_eq(over_fake_lpar(&o, "lp1")->part->profiles[0].desired_mem_mib, 768);
	set("prof", DEFAULT, "desired_mem", "1000", "HSCL0617");
	ck_assert_uint_eq(over_fake_lpar(&o, "lp1")->part->profiles[0].desired_mem_mib, 768);
}
END_TEST

/* The second half fails: the first is taken back. */
START_TEST(rename_undone)
{
	gate_open(GATE_SAVE, true);
	set("lpar", LP1, "new_name", "other", "org.lpard.Disconnected");
	gate_open(GATE_SAVE, false);
	ck_assert_ptr_nonnull(over_fake_lpar(&o, "lp1"));
	ck_assert_ptr_null(over_fake_lpar(&o, "other"));
}
END_TEST

static void add_image(const char *name)
{
	autofree char *all = par_strdup_printf("%s/images", o.folder);
	autofree char *one = par_strdup_printf("%s/images/%s", o.folder, name);
	autofree char *file = par_strdup_printf("%s/images/%s/image.json", o.folder, name);
	int fd;

	ck_assert(mkdir(all, 0755) == 0 || errno == EEXIST);
	ck_assert_int_eq(mkdir(one, 0755), 0);
	fd = open(file, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	ck_assert_int_ge(fd, 0);
	close(fd);
}

/* Folders of images are looked at when a name is given, not when the system connected. */
START_TEST(images)
{
	add_image("first");
	set("lpar", LP1, "boot_image", "later", "HSCL0617");
	add_image("later");
	set("lpar", LP1, "boot_image", "later", OK);
	ck_assert_str_eq(over_fake_lpar(&o, "lp1")->part->boot_image, "later");
	set("lpar", LP1, "boot_image", "sooner", "HSCL0617");
	set("lpar", LP1, "boot_image", "none", OK);
}
END_TEST

START_TEST(profiles)
{
	call("Save", "\"lpar\":\"lp1\",\"profile\":\"second\"", "HSCL05DF");
	call("Apply", "\"lpar\":\"lp1\",\"profile\":\"none\"", "HSCL800F");
	call("Apply", "\"lpar\":\"lp1\"", OK);
	ck_assert_ptr_nonnull(over_fake_lpar(&o, "lp1")->part->current);
	call("Save", "\"lpar\":\"lp1\",\"profile\":\"second\"", OK);
	call("Save", "\"lpar\":\"lp1\",\"profile\":\"second\"", "HSCL05DE");
	call("Save", "\"lpar\":\"lp1\",\"profile\":\"second\",\"force\":true", OK);
	ck_assert_uint_eq(over_fake_lpar(&o, "lp1")->part->n_profiles, 2);
	call("Remove", "\"resource\":\"prof\",\"lpar\":\"lp1\",\"profile\":\"default\"",
	     "HSCL05DF");
	call("Remove", "\"resource\":\"prof\",\"lpar\":\"lp1\",\"profile\":\"second\"", OK);
	ck_assert_uint_eq(over_fake_lpar(&o, "lp1")->part->n_profiles, 1);
}
END_TEST

/* What must be off for a change of its resources, and what may run. */
START_TEST(while_it_runs)
{
	int fd = over_fake_dial(&o);

	over_fake_say_state(fd, "lp1", "on", ",\"profile\":\"default\"");
	ck_assert_str_eq(over_fake_hear(&o, fd), OK);
	close(fd);
	call("Apply", "\"lpar\":\"lp1\"", "HSCL05EA");
	call("Remove", "\"resource\":\"lpar\",\"lpar\":\"lp1\"", "HSCL05EA");
	call("Save", "\"lpar\":\"lp1\",\"profile\":\"second\"", OK);
	set("prof", DEFAULT, "desired_mem", "768", OK);
}
END_TEST

START_TEST(removed)
{
	call("Remove", "\"resource\":\"lpar\",\"id\":1", OK);
	ck_assert_ptr_null(over_fake_lpar(&o, "lp1"));
	call("Remove", "\"resource\":\"lpar\",\"id\":1", "HSCL8011");
	over_fake_make(&o, "lp1");
	ck_assert_uint_eq(over_fake_lpar(&o, "lp1")->part->id, 1);
}
END_TEST

static Suite *define_suite(void)
{
	Suite *s = suite_create("define");
	TCase *t = tcase_create("define");

	tcase_add_checked_fixture(t, setup, teardown);
	tcase_set_timeout(t, 60);
	tcase_add_test(t, changes);
	tcase_add_test(t, rename_undone);
	tcase_add_test(t, images);
	tcase_add_test(t, profiles);
	tcase_add_test(t, while_it_runs);
	tcase_add_test(t, removed);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(define_suite)
