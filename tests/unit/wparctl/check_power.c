/* SPDX-License-Identifier: Apache-2.0 */
/* check_power.c - what reboot, halt, poweroff, shutdown and systemctl ask PID 1 of a WPAR by */
#include "harness.h"
#include "wparctl/runtime/inside/inside.h"

#include <signal.h>

static const struct {
	const char *line[5];
	int signo;
} cases[] = {
	{ { "reboot" }, SIGINT },
	{ { "reboot", "-f" }, SIGINT },
	{ { "halt", "-p" }, SIGUSR1 },
	{ { "poweroff" }, SIGUSR2 },
	{ { "shutdown" }, SIGUSR2 },
	{ { "shutdown", "-h", "now" }, SIGUSR2 },
	{ { "shutdown", "-r", "now", "going down" }, SIGINT },
	{ { "shutdown", "-r", "+0" }, SIGINT },
	{ { "shutdown", "-H", "now" }, SIGUSR1 },
	{ { "shutdown", "-r", "23:00" }, 0 },
	{ { "shutdown", "+5" }, 0 },
	{ { "shutdown", "-c" }, 0 },
	{ { "systemctl", "reboot" }, SIGINT },
	{ { "systemctl", "--force", "poweroff" }, SIGUSR2 },
	{ { "systemctl", "restart", "halt" }, 0 },
	{ { "systemctl", "daemon-reload" }, 0 },
	{ { "systemctl" }, 0 },
};

START_TEST(command_lines_become_signals)
{
	char *argv[6] = { 0 };
	int argc = 0;

	for (; cases[_i].line[argc]; argc++)
		argv[argc] = (char *)cases[_i].line[argc];
	ck_assert_int_eq(wpar_power_signal(argv[0], argc, argv), cases[_i].signo);
}
END_TEST

static Suite *power_suite(void)
{
	Suite *suite = suite_create("power");
	TCase *tc = tcase_create("power");

	tcase_add_loop_test(tc, command_lines_become_signals, 0, PAR_ARRAY_SIZE(cases));
	suite_add_tcase(suite, tc);
	return suite;
}

PAR_TEST_MAIN(power_suite)
