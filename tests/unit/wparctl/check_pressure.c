/* SPDX-License-Identifier: Apache-2.0 */
/* check_pressure.c - watches on pressure: which descriptors are some, and the limit that systemd
 * tells */
#include "harness.h"
#include "wparctl/checkpoint/pressure.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

START_TEST(the_word_of_systemd)
{
	static const struct {
		const char *word, *text;
	} cases[] = {
		{ "c29tZSAyMDAwMDAgMjAwMDAwMAA=", "some 200000 2000000" },
		{ "ZnVsbCAxIDIwMDAwMDA=", "full 1 2000000" },
		{ "c29tZSAyMDAwMDA=", NULL },		  /* some 200000 */
		{ "c29tZSAyMDAwMDAgMjAwMDAwMCB4", NULL }, /* some 200000 2000000 x */
		{ "cm0gLXJm", NULL },			  /* rm -rf */
		{ "c29tZSAy MDAw", NULL },
		{ "", NULL },
		{ "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		  "AAAA",
		  NULL },
	};
	char text[WPAR_PRESSURE_TEXT];

	for (size_t i = 0; i < PAR_ARRAY_SIZE(cases); i++) {
		const char *word = cases[i].word;
		bool is = wpar_pressure_decode(word, strlen(word), text);

		ck_assert_msg(is == (cases[i].text != NULL), "%s", word);
		if (is)
			ck_assert_str_eq(text, cases[i].text);
	}
}
END_TEST

/* A name alone makes none. */
START_TEST(a_file_that_is_called_so)
{
	char path[] = "/tmp/check_pressure.XXXXXX", name[64], number[16];
	int fds = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd;

	ck_assert_ptr_nonnull(mkdtemp(path));
	snprintf(name, sizeof(name), "%s/memory.pressure", path);
	fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	ck_assert_int_ge(fd, 0);
	snprintf(number, sizeof(number), "%d", fd);
	ck_assert(!wpar_pressure_is(fds, number));
	unlink(name);
	rmdir(path);
	close(fd);
	close(fds);
}
END_TEST

START_TEST(who_says_nothing)
{
	int process = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char text[WPAR_PRESSURE_TEXT];

	ck_assert_int_ge(process, 0);
	ck_assert(!wpar_pressure_limit(process, text));
	close(process);
}
END_TEST

static Suite *pressure_suite(void)
{
	Suite *s = suite_create("pressure");
	TCase *t = tcase_create("pressure");

	tcase_add_test(t, the_word_of_systemd);
	tcase_add_test(t, a_file_that_is_called_so);
	tcase_add_test(t, who_says_nothing);
	suite_add_tcase(s, t);
	return s;
}

PAR_TEST_MAIN(pressure_suite)
