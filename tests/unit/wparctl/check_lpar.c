/* SPDX-License-Identifier: Apache-2.0 */
/* check_lpar.c - what a logical partition knows of itself, from the kernel's texts */
#include "harness.h"
#include "wparctl/resources/lpar.h"

#include <string.h>

static const char config[] = "lparcfg 1.9\nserial_number=IBM,02107B9FV\npartition_id=15\n"
			     "partition_entitled_capacity=50\ncapped=0\nDesMem=-1\n";

static struct wpar_lpar parse(const char *lparcfg, const char *name, const char *cmdline)
{
	const struct wpar_lpar_texts t = { lparcfg, name, cmdline };
	struct wpar_lpar l;

	wpar_lpar_parse(&t, &l);
	return l;
}

static const char *id_of(const struct wpar_lpar *l)
{
	static char text[128];
	FILE *f = fmemopen(text, sizeof(text), "w");

	wpar_lpar_print_id(l, f);
	fclose(f);
	return text;
}

START_TEST(lparcfg_is_read_by_whole_keys)
{
	auto_lpar l = parse(config, "db01", NULL);
	uint64_t n = 0;

	ck_assert_str_eq(id_of(&l), "15 db01");
	ck_assert(wpar_lpar_value(&l, "partition_entitled_capacity", &n));
	ck_assert_uint_eq(n, 50);
	ck_assert(!wpar_lpar_value(&l, "entitled_capacity", &n));
	ck_assert(!wpar_lpar_value(&l, "serial_number", &n));
	ck_assert(!wpar_lpar_value(&l, "DesMem", &n));
}
END_TEST

START_TEST(without_it_the_words_of_the_boot_count)
{
	auto_lpar l = parse(NULL, NULL, "root=/dev/vda quiet lpard.name=db%2001 lpard.id=7\n");
	auto_lpar named = parse("partition_id=0\n", "db01", "lpard.id=7");

	ck_assert_str_eq(id_of(&l), "7 db 01");
	ck_assert_str_eq(id_of(&named), "7 db01");
}
END_TEST

START_TEST(words_that_only_look_so_do_not)
{
	static const char *const lines[] = {
		"",
		"xlpard.name=a xlpard.id=3",
		"lpard.name= lpard.id=",
		"lpard.name=a%zz lpard.id=x",
		"lpard.name=%00 lpard.id=-1",
		"lpard.id=99999999999999999999",
	};

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		auto_lpar l = parse(NULL, NULL, lines[i]);

		ck_assert_msg(strcmp(id_of(&l), "-1 NULL") == 0, "%s: %s", lines[i], id_of(&l));
	}
}
END_TEST

START_TEST(a_name_cannot_drive_the_terminal)
{
	auto_lpar l = parse(NULL, "a\033[2Jb\nc", NULL);
	char longest[400];
	auto_lpar cut = { 0 };

	ck_assert_str_eq(id_of(&l), "-1 a?[2Jb c");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	cut = parse(NULL, longest, NULL);
	ck_assert_uint_lt(strlen(cut.name), sizeof(cut.name));
}
END_TEST

static Suite *lpar_suite(void)
{
	Suite *s = suite_create("lpar");
	TCase *t = tcase_create("lpar");

	tcase_add_test(t, lparcfg_is_read_by_whole_keys);
	tcase_add_test(t, without_it_the_words_of_the_boot_count);
	tcase_add_test(t, words_that_only_look_so_do_not);
	tcase_add_test(t, a_name_cannot_drive_the_terminal);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(lpar_suite)
