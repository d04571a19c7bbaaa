/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reboot, halt, poweroff and shutdown in the WPARs of an LPAR whose own are systemd's.  Those are
 * links to systemctl, which finds no systemd in a WPAR and does nothing: so the start puts this
 * program over systemctl, and each of these names asks PID 1 by a signal.
 */
#include "wparctl/runtime/inside/inside.h"

#include "lpard/common/str.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* What PID 1 takes from inside (init.c). */
static const struct {
	const char *word;
	int signo;
} ends[] = {
	{ "reboot", SIGINT },
	{ "halt", SIGUSR1 },
	{ "poweroff", SIGUSR2 },
};

static int signal_of(const char *word)
{
	for (size_t i = 0; word && i < PAR_ARRAY_SIZE(ends); i++) {
		if (strcmp(ends[i].word, word) == 0)
			return ends[i].signo;
	}
	return 0;
}

int wpar_power_signal(const char *name, int argc, char **argv)
{
	const char *what = NULL, *when = "now";

	if (strcmp(name, "shutdown") != 0) {
		for (int i = 1; i < argc && strcmp(name, "systemctl") == 0; i++)
			what = what || argv[i][0] == '-' ? what : argv[i];
		return signal_of(strcmp(name, "systemctl") == 0 ? what : name);
	}
	what = "poweroff";
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] != '-')
			when = argv[i];
		else if (strcmp(argv[i], "-r") == 0 || strcmp(argv[i], "--reboot") == 0)
			what = "reboot";
		else if (strcmp(argv[i], "-H") == 0 || strcmp(argv[i], "--halt") == 0)
			what = "halt";
		else if (strcmp(argv[i], "-c") == 0)
			return 0;
		if (argv[i][0] != '-')
			break; /* what is behind the time is a message to users */
	}
	return strcmp(when, "now") == 0 || strcmp(when, "+0") == 0 ? signal_of(what) : 0;
}

int wpar_power_main(const char *name, int argc, char **argv)
{
	int signo = wpar_power_signal(name, argc, argv);

	if (signo == 0 && strcmp(name, "shutdown") == 0) {
		fprintf(stderr, "Usage: shutdown [-r | -h | -P | -H] now\n");
		return 1;
	}
	if (signo == 0) {
		fprintf(stderr,
			"%s: There is no systemd in a workload partition; lssrc and startsrc are for "
			"its services.\n",
			name);
		return 1;
	}
	if (kill(1, signo) < 0) {
		perror(name);
		return 1;
	}
	return 0;
}
