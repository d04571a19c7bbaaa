/* SPDX-License-Identifier: Apache-2.0 */
/* check_rights.c - what a restored process may do, and the build-ids of files */
#include "harness.h"
#include "wparctl/runtime/launch/build_id.h"
#include "wparctl/checkpoint/rights.h"

#include <elf.h>
#include <string.h>

static char *status(const char *uid, const char *caps, const char *seccomp)
{
	return par_strdup_printf(
		"Name:\tsh\nUid:\t%s\nGid:\t65536\t65536\t65536\t65536\nCapInh:\t0000000000000000\n"
		"CapPrm:\t%s\nCapEff:\t%s\nCapBnd:\t%s\nCapAmb:\t0000000000000000\n"
		"NoNewPrivs:\t0\nSeccomp:\t%s\nSeccomp_filters:\t1\n",
		uid, caps, caps, caps, seccomp);
}

#define IDS  "65536\t65536\t65536\t65536"
#define CAPS "00000000a0cc87ff"

START_TEST(each_right_is_looked_at)
{
	static const struct {
		const char *uid, *caps, *seccomp, *what;
	} cases[] = {
		{ IDS, CAPS, "2", NULL },
		{ IDS, "0000000000000000", "2", NULL },
		{ "131071\t65536\t65536\t65536", CAPS, "2", NULL },
		{ IDS, "00000000a0ec87ff", "2", "capabilities" },
		{ "0\t65536\t65536\t65536", CAPS, "2", "ids" },
		{ "65536\t65536\t65536\t131072", CAPS, "2", "ids" },
		{ "65536\t65536\t65536", CAPS, "2", "ids" },
		{ IDS, CAPS, "0", "filter" },
		{ IDS, CAPS, "1", "filter" },
		{ IDS, CAPS, "20", "filter" },
	};
	autofree char *text = status(cases[_i].uid, cases[_i].caps, cases[_i].seccomp);
	const char *what = wpar_rights_text(text, 0xa0cc87ff, 65536, 65536);

	if (!cases[_i].what)
		ck_assert_ptr_null(what);
	else
		ck_assert_ptr_nonnull(strstr(what, cases[_i].what));
}
END_TEST

START_TEST(a_text_without_them_is_refused)
{
	ck_assert_ptr_nonnull(wpar_rights_text("", UINT64_MAX, 0, UINT32_MAX));
}
END_TEST

/* A note, with its padding; returns its length. */
static size_t note(unsigned char *at, uint32_t type, const char *name, uint32_t len)
{
	const Elf64_Nhdr n = { .n_namesz = (uint32_t)strlen(name) + 1,
			       .n_descsz = len,
			       .n_type = type };

	memcpy(at, &n, sizeof(n));
	memcpy(at + sizeof(n), name, n.n_namesz);
	memset(at + sizeof(n) + 4, 0xa5, len);
	return sizeof(n) + 4 + ((len + 3) & ~3u);
}

START_TEST(the_note_of_a_build_is_found)
{
	unsigned char notes[256] = { 0 };
	char id[WPAR_BUILD_ID_SIZE];
	size_t len = note(notes, 1, "GNU", 7);

	ck_assert(!wpar_build_id_find(notes, len, id));
	len += note(notes + len, NT_GNU_BUILD_ID, "ABC", 4);
	ck_assert(!wpar_build_id_find(notes, len, id));
	len += note(notes + len, NT_GNU_BUILD_ID, "GNU", 5);
	ck_assert(wpar_build_id_find(notes, len, id));
	ck_assert_str_eq(id, "a5a5a5a5a5");
	/* Cut anywhere it is none, and nothing is read behind the end. */
	for (size_t n = 0; n < len; n++)
		ck_assert(!wpar_build_id_find(notes, n, id));
}
END_TEST

START_TEST(a_build_that_is_too_long_is_none)
{
	unsigned char notes[256] = { 0 };
	char id[WPAR_BUILD_ID_SIZE];
	size_t len = note(notes, NT_GNU_BUILD_ID, "GNU", 65);

	ck_assert(!wpar_build_id_find(notes, len, id));
}
END_TEST

static Suite *rights_suite(void)
{
	Suite *s = suite_create("rights");
	TCase *t = tcase_create("rights");

	tcase_add_loop_test(t, each_right_is_looked_at, 0, 10);
	tcase_add_test(t, a_text_without_them_is_refused);
	tcase_add_test(t, the_note_of_a_build_is_found);
	tcase_add_test(t, a_build_that_is_too_long_is_none);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(rights_suite)
