/* SPDX-License-Identifier: Apache-2.0 */
/* check_elf.c - what the head of a program says, in each class and byte order */
#include "harness.h"
#include "lpard/common/str.h"
#include "wparctl/archive/helper/elf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* An input of the fuzzer: made by hand for these, see tests/fuzz/corpus/elf. */
static size_t load(const char *name, uint8_t *ret, size_t size)
{
	autofree char *path =
		par_strdup_printf("%s/fuzz/corpus/elf/%s", getenv("PAR_TEST_SOURCE"), name);
	autofile FILE *f = fopen(path, "re");

	ck_assert_msg(f != NULL, "%s", path);
	return fread(ret, 1, size, f);
}

START_TEST(each_class_and_order)
{
	static const struct {
		const char *name, *machine;
		bool wide, big;
		uint64_t align;
	} cases[] = {
		{ "ppc64", "ppc64", true, true, 65536 },
		{ "ppc64le", "ppc64le", true, false, 65536 },
		{ "i386", "i686", false, false, 4096 },
		{ "ppc", "ppc", false, true, 4096 },
	};

	for (size_t i = 0; i < PAR_ARRAY_SIZE(cases); i++) {
		uint8_t data[1024];
		const size_t len = load(cases[i].name, data, sizeof(data));
		struct elf_facts f;

		ck_assert(wpar_elf_look(data, len, &f));
		ck_assert_str_eq(wpar_elf_machine(&f), cases[i].machine);
		ck_assert_int_eq(f.wide, cases[i].wide);
		ck_assert_int_eq(f.big, cases[i].big);
		ck_assert_uint_eq(f.align, cases[i].align);
		ck_assert_uint_eq(f.kernel, 3 << 16 | 2 << 8 | 1);
	}
}
END_TEST

/* Each byte may be missing: nothing is read behind the end (the sanitizers see it). */
START_TEST(cut_anywhere)
{
	uint8_t data[1024];
	const size_t len = load("ppc64", data, sizeof(data));

	for (size_t n = 0; n < len; n++) {
		uint8_t *cut = malloc(n ? n : 1);
		struct elf_facts f;

		memcpy(cut, data, n);
		wpar_elf_look(cut, n, &f);
		free(cut);
	}
}
END_TEST

START_TEST(what_is_no_program)
{
	static const char script[64] = "#!/bin/sh\n";
	uint8_t data[1024];
	size_t len = load("i386", data, sizeof(data));
	struct elf_facts f;

	ck_assert(!wpar_elf_look(script, sizeof(script), &f));
	data[16] = 1; /* ET_REL: a module, an object */
	ck_assert(!wpar_elf_look(data, len, &f));
}
END_TEST

static Suite *elf_suite(void)
{
	Suite *suite = suite_create("wparctl elf");
	TCase *tc = tcase_create("elf");

	tcase_add_test(tc, each_class_and_order);
	tcase_add_test(tc, cut_anywhere);
	tcase_add_test(tc, what_is_no_program);
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(elf_suite)
