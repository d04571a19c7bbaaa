/* SPDX-License-Identifier: Apache-2.0 */
/*
 * poweroff, reboot, halt, shutdown and telinit: each asks PID 1 by a signal.  shutdown knows the
 * options of Linux and of AIX (-F at once, -r restart, -h halt).
 */
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "init.h"

#define WPAR_TELINIT "/etc/telinit"

static int ask(int sig, bool force)
{
	if (force) {
		sync();
		reboot(sig == INIT_SIG_REBOOT ? RB_AUTOBOOT
		       : sig == INIT_SIG_HALT ? RB_HALT_SYSTEM
					      : RB_POWER_OFF);
	}
	if (kill(1, sig) < 0) {
		perror("init");
		return 1;
	}
	return 0;
}

static int usage(const char *command)
{
	fprintf(stderr, "Usage: %s\n",
		strcmp(command, "shutdown") == 0  ? "shutdown [-F] [-h|-P|-H|-r] [now|+MINUTES]"
		: strcmp(command, "telinit") == 0 ? "telinit 0|6"
						  : command);
	return 2;
}

/* Minutes to wait, or -1 when the word is no time. */
static long minutes(const char *word)
{
	char *end;
	long n;

	if (strcmp(word, "now") == 0)
		return 0;
	n = strtol(word, &end, 10);
	return !isdigit((unsigned char)word[word[0] == '+']) || *end || n < 0 || n > 10080 ? -1 : n;
}

static int shut(int argc, char **argv)
{
	int sig = INIT_SIG_POWEROFF, opt;
	long wait_min = 0;

	while ((opt = getopt(argc, argv, "FhPHrfk")) != -1) {
		if (opt == 'r')
			sig = INIT_SIG_REBOOT;
		else if (opt == 'H')
			sig = INIT_SIG_HALT;
		else if (opt == '?' || opt == 'k')
			return usage("shutdown");
	}
	if (optind < argc)
		wait_min = minutes(argv[optind]);
	if (wait_min < 0)
		return usage("shutdown");
	while (wait_min-- > 0)
		sleep(60);
	return ask(sig, false);
}

/*
 * init_control - run as one of the commands
 * @command	the name by which the program was called, without folder
 *
 * Returns the exit status.
 */
int init_control(const char *command, int argc, char **argv)
{
	/* At once, without the shutdown: -f as on Linux, -q as on AIX. */
	bool force = argc > 1 && (strcmp(argv[1], "-f") == 0 || strcmp(argv[1], "-q") == 0);

	if (strcmp(command, "shutdown") == 0)
		return shut(argc, argv);
	if (strcmp(command, "telinit") == 0 || strcmp(command, "init") == 0) {
		/* In a WPAR of the LPAR, which has its /usr: the first process there has run
		 * levels. */
		execv(WPAR_TELINIT, argv);
		if (argc == 2 && strcmp(argv[1], "0") == 0)
			return ask(INIT_SIG_POWEROFF, false);
		if (argc == 2 && strcmp(argv[1], "6") == 0)
			return ask(INIT_SIG_REBOOT, false);
		return usage("telinit");
	}
	if (argc > 1 && !force)
		return usage(command);
	if (strcmp(command, "reboot") == 0)
		return ask(INIT_SIG_REBOOT, force);
	return ask(strcmp(command, "halt") == 0 ? INIT_SIG_HALT : INIT_SIG_POWEROFF, force);
}
