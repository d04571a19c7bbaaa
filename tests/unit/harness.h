/* SPDX-License-Identifier: Apache-2.0 */
/*
 * harness.h - main() of a unit test program
 *
 * A test file defines its suites with Check and ends with PAR_TEST_MAIN(suite_a, suite_b).  The
 * program speaks TAP on stdout when CK_TAP_LOG_FILE_NAME=- is set (meson sets it) and Check's own
 * text otherwise.  CK_FORK=no runs every test in one process, for gdb and valgrind; CK_RUN_CASE
 * picks one test case by name.
 */
#pragma once

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef Suite *(*par_suite_fn)(void);

/*
 * par_test_run - run the suites made by @makers
 * @makers	functions that each make one suite
 * @count	how many
 *
 * Returns what main() returns: 0 only when at least one test ran (unless CK_EXCLUDE_TAGS left none)
 * and none failed.
 */
static inline int par_test_run(const par_suite_fn *makers, size_t count)
{
	SRunner *runner = srunner_create(NULL);
	const char *excluded = getenv("CK_EXCLUDE_TAGS");
	int failed, ran;

	setvbuf(stdout, NULL, _IOLBF, 0);
	/* Check's own 4 s are too few on a machine that has much else to do. */
	setenv("CK_DEFAULT_TIMEOUT", "30", 0);
	for (size_t i = 0; i < count; i++)
		srunner_add_suite(runner, makers[i]());
	srunner_run_all(runner, srunner_has_tap(runner) ? CK_SILENT : CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	ran = srunner_ntests_run(runner);
	srunner_free(runner);
	if (!ran && !excluded)
		fprintf(stderr, "no test ran\n");
	return failed || (!ran && !excluded) ? EXIT_FAILURE : EXIT_SUCCESS;
}

#define PAR_TEST_MAIN(...)                                                       \
	int main(void)                                                           \
	{                                                                        \
		static const par_suite_fn makers[] = { __VA_ARGS__ };            \
		return par_test_run(makers, sizeof(makers) / sizeof(makers[0])); \
	}
