/* SPDX-License-Identifier: Apache-2.0 */
/* check_runs.c - how programs of another machine run here, and what is said when they do not */
#include "harness.h"
#include "wparctl/versioned/interpreter.h"

#include <stdlib.h>
#include <string.h>

/* As Debian registers qemu-ppc64. */
#define PPC64                                                                       \
	"enabled\ninterpreter /usr/libexec/qemu-binfmt/ppc64-binfmt-P\nflags: %s\n" \
	"offset 0\nmagic 7f454c4602020100000000000000000000020015\n"                \
	"mask ffffffffffffff00fffffffffffffffffffeffff\n"

static struct wpar_run_facts facts(void)
{
	return (struct wpar_run_facts){ .machine = "ppc64le", .own = true, .misc = true };
}

static struct wpar_interpreter *of(struct wpar_run_facts *f, const char *name)
{
	return &f->v[wpar_machine_row(name) - wpar_machine_rows];
}

static void registered(struct wpar_run_facts *f, const char *flags)
{
	char text[512];

	snprintf(text, sizeof(text), PPC64, flags);
	ck_assert_int_eq(wpar_run_facts_registration(f, "qemu-ppc64", text), 0);
}

static void expect(const char *machine, const struct wpar_run_facts *f, enum wpar_run_how how,
		   const char *words)
{
	auto_runs runs = { 0 };
	auto_error err = NULL;

	ck_assert_int_eq(wpar_runs_plan(machine, f, &runs, &err), 0);
	ck_assert_int_eq(runs.how, how);
	if (how == WPAR_RUN_NOT)
		ck_assert_msg(strstr(runs.why, words), "'%s' has no '%s'", runs.why, words);
	else if (how != WPAR_RUN_NATIVE)
		ck_assert_str_eq(runs.interpreter, words);
}

START_TEST(natively)
{
	struct wpar_run_facts f = facts();

	expect("ppc64el", &f, WPAR_RUN_NATIVE, NULL);
	f.small = true; /* nothing is a part of ppc64le */
	expect("ppc", &f, WPAR_RUN_NOT, "qemu-ppc-static");
	strcpy(f.machine, "x86_64");
	expect("amd64", &f, WPAR_RUN_NATIVE, NULL);
	expect("i386", &f, WPAR_RUN_NATIVE, NULL);
	expect("ppc", &f, WPAR_RUN_NOT, "qemu-ppc-static");
	f.small = false;
	expect("i386", &f, WPAR_RUN_NOT, "qemu-i386-static");
	strcpy(f.machine, "ppc64");
	f.small = true;
	expect("ppc", &f, WPAR_RUN_NATIVE, NULL);
	expect("i686", &f, WPAR_RUN_NOT, "install");
}
END_TEST

START_TEST(by_an_interpreter_of_its_own)
{
	struct wpar_run_facts f = facts();

	expect("ppc64", &f, WPAR_RUN_NOT,
	       "there is no interpreter for them; install qemu-ppc64-static");
	of(&f, "ppc64")->dynamic = strdup("/usr/bin/qemu-ppc64");
	expect("ppc64", &f, WPAR_RUN_NOT, "'/usr/bin/qemu-ppc64' needs libraries");
	of(&f, "ppc64")->path = strdup("/usr/bin/qemu-ppc64-static");
	expect("ppc64", &f, WPAR_RUN_OWN, "/usr/bin/qemu-ppc64-static");
	/* What the system has registered does not matter then. */
	registered(&f, "PO");
	expect("ppc64", &f, WPAR_RUN_OWN, "/usr/bin/qemu-ppc64-static");
	of(&f, "ppc64")->tried = -1;
	expect("ppc64", &f, WPAR_RUN_NOT, "'/usr/bin/qemu-ppc64-static' is there, and fails");
	expect("s390x", &f, WPAR_RUN_NOT, "qemu-s390x-static");
	expect("vax", &f, WPAR_RUN_NOT, "no interpreter for them is known");
	wpar_run_facts_done(&f);
}
END_TEST

/* A kernel on which a WPAR cannot have registrations of its own. */
START_TEST(by_the_one_that_is_registered)
{
	struct wpar_run_facts f = facts();

	f.own = f.misc = false;
	of(&f, "ppc64")->path = strdup("/usr/bin/qemu-ppc64-static");
	expect("ppc64", &f, WPAR_RUN_NOT, "binfmt_misc is off");
	f.misc = true;
	expect("ppc64", &f, WPAR_RUN_NOT, "'/usr/bin/qemu-ppc64-static' is not registered");
	registered(&f, "POF");
	expect("ppc64", &f, WPAR_RUN_SYSTEM, "/usr/libexec/qemu-binfmt/ppc64-binfmt-P");
	expect("ppc64le", &f, WPAR_RUN_NATIVE, NULL);
	of(&f, "ppc64")->enabled = false;
	expect("ppc64", &f, WPAR_RUN_NOT, "'qemu-ppc64' is switched off");
	of(&f, "ppc64")->enabled = true;
	of(&f, "ppc64")->fixed = false;
	expect("ppc64", &f, WPAR_RUN_NOT, "'qemu-ppc64' lacks the flag F");
	wpar_run_facts_done(&f);
}
END_TEST

START_TEST(registrations_are_told_apart)
{
	struct wpar_run_facts f = facts();

	registered(&f, "F");
	for (size_t i = 0; i < WPAR_MACHINES; i++)
		ck_assert_int_eq(f.v[i].registered != NULL,
				 strcmp(wpar_machine_rows[i].name, "ppc64") == 0);
	/* By its name's ending, by a few bytes only, and what is no registration */
	ck_assert_int_eq(wpar_run_facts_registration(
				 &f, "a", "enabled\ninterpreter /bin/a\nflags: \nextension .x\n"),
			 0);
	ck_assert_int_eq(
		wpar_run_facts_registration(
			&f, "b",
			"enabled\ninterpreter /bin/b\nflags: \noffset 0\nmagic 7f454c46\n"),
		0);
	ck_assert_int_eq(wpar_run_facts_registration(&f, "c", ""), 0);
	ck_assert_int_eq(wpar_run_facts_registration(&f, "d", "interpreter \nmagic 7"), 0);
	for (size_t i = 0; i < WPAR_MACHINES; i++)
		ck_assert_int_eq(f.v[i].registered != NULL,
				 strcmp(wpar_machine_rows[i].name, "ppc64") == 0);
	wpar_run_facts_done(&f);
}
END_TEST

/* What we write is what we would read of the kernel, for each machine and no other. */
START_TEST(what_is_registered)
{
	autofree char *text =
		wpar_interpreter_text(wpar_machine_row("ppc64"), "/usr/bin/qemu-ppc64-static");

	ck_assert_str_eq(
		text,
		":qemu-ppc64:M::"
		"\\x7f\\x45\\x4c\\x46\\x02\\x02\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
		"\\x00\\x02\\x00\\x15:"
		"\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\x00\\xff\\xff\\xff\\xff\\xff\\xff\\xff"
		"\\xff\\xfe\\xff\\xff:/usr/bin/qemu-ppc64-static:PF");
	for (size_t i = 0; i < WPAR_MACHINES; i++) {
		uint8_t magic[WPAR_ELF_HEAD], mask[WPAR_ELF_HEAD];
		struct wpar_run_facts f = facts();
		auto_buf b = { 0 };

		wpar_machine_head(&wpar_machine_rows[i], magic, mask);
		par_buf_puts(&b, "enabled\ninterpreter /bin/x\nflags: F\noffset 0\nmagic ");
		for (size_t k = 0; k < WPAR_ELF_HEAD; k++)
			par_buf_printf(&b, "%02x", magic[k]);
		par_buf_puts(&b, "\nmask ");
		for (size_t k = 0; k < WPAR_ELF_HEAD; k++)
			par_buf_printf(&b, "%02x", mask[k]);
		par_buf_putc(&b, '\n');
		ck_assert_int_eq(wpar_run_facts_registration(&f, "x", b.data), 0);
		for (size_t k = 0; k < WPAR_MACHINES; k++)
			ck_assert_int_eq(f.v[k].registered != NULL, k == i);
		wpar_run_facts_done(&f);
	}
}
END_TEST

START_TEST(names)
{
	ck_assert_str_eq(wpar_machine_name("arm64"), "aarch64");
	ck_assert_str_eq(wpar_machine_name("armhf"), "armv7l");
	ck_assert_str_eq(wpar_machine_name("vax"), "vax");
	ck_assert_str_eq(wpar_machine_row("hppa")->qemu, "hppa");
	ck_assert_ptr_null(wpar_machine_row("vax"));
}
END_TEST

/* The kernel of this system, and nothing that is left of the tries. */
START_TEST(here)
{
	auto_run_facts f = { 0 };

	wpar_run_facts_get("ppc64", &f);
	ck_assert(wpar_machine_is_here(f.machine));
	expect(f.machine, &f, WPAR_RUN_NATIVE, NULL);
	ck_assert(!wpar_machine_is_here("vax"));
	/* The smallest program of this machine is one, and another's is none */
	ck_assert_int_eq(wpar_run_try(wpar_machine_row(f.machine), NULL), 1);
	ck_assert_int_eq(wpar_run_try(wpar_machine_row("s390x"), NULL), -1);
	ck_assert_int_eq(wpar_run_try(wpar_machine_row("ppc64"), "/bin/false"), -1);
	ck_assert_int_eq(wpar_run_try(wpar_machine_row("ppc64"), "/bin/true"), 1);
	ck_assert_int_eq(wpar_run_try(wpar_machine_row("m68k"), "/bin/true"), 0);
}
END_TEST

static Suite *runs_suite(void)
{
	Suite *suite = suite_create("wparctl runs");
	TCase *tc = tcase_create("runs");
	TCase *real = tcase_create("here");

	tcase_add_test(tc, natively);
	tcase_add_test(tc, by_an_interpreter_of_its_own);
	tcase_add_test(tc, by_the_one_that_is_registered);
	tcase_add_test(tc, registrations_are_told_apart);
	tcase_add_test(tc, what_is_registered);
	tcase_add_test(tc, names);
	suite_add_tcase(suite, tc);
	tcase_set_tags(real, "no-valgrind"); /* namespaces, programs of another machine */
	tcase_add_test(real, here);
	suite_add_tcase(suite, real);
	return suite;
}

PAR_TEST_MAIN(runs_suite)
